/* Inactive, and every session ended. Links and API keys of theirs are good for nothing as long as
 * they are: that is looked up when one is used, so that reactivating needs no more than it does. */
#include "application/commands/users/deactivate_user/command.h"

#include "application/models/user_view.h"

SCHEMA(deactivate_user, FIELD(deactivate_user, id, .flags = KEY | REQUIRED));
SCHEMA(deactivate_user_result,
       FIELD(deactivate_user_result, shares, .doc = "Links of theirs that open nothing now"),
       FIELD(deactivate_user_result, api_keys, .doc = "Keys of theirs that are refused now"));

static err count_suspended(struct command_ctx *ctx, const struct user *user,
                           struct deactivate_user_result *out)
{
    const instant now = clock_now(ctx->clock);
    const struct share_filter shares = {
        .organization_key = user->organization_key, .owner_key = user->key, .open_at = now};
    const struct api_key_filter keys = {
        .organization_key = user->organization_key, .created_by = user->id, .live_at = now};
    struct share_slice no_share;
    struct api_key_slice no_key;
    TRY(share_reader_find(ctx->readers->shares, ctx->arena, &shares, &no_share, &out->shares));
    return api_key_reader_find(ctx->readers->api_keys, ctx->arena, &keys, &no_key, &out->api_keys);
}

static err deactivate_user_handle(struct command_ctx *ctx, const struct deactivate_user *cmd,
                                  struct deactivate_user_result *out)
{
    struct user user;
    TRY(user_to_change(ctx, cmd->id, &user));
    if (user.key == ctx->principal->user_key)
        return ERR(CONFLICT, "nobody deactivates themselves");
    if (user.invited_email.ptr != NULL)
        return ERR(CONFLICT, "the invitation has not been accepted yet");
    user.is_active = false;
    user.updated_at = clock_now(ctx->clock);
    TRY(user_writer_save(ctx->uow->users, &user));
    TRY(user_check_administrators(ctx));
    TRY(count_suspended(ctx, &user, out));
    return user_end_sessions(ctx, &user);
}
COMMAND(deactivate_user, .needs = WRITE_USERS, .doc = "Deactivate a user and end their sessions");
