/* Nobody locks themselves out: the last account of a user without a password stays. */
#include "application/commands/auth/delete_own_identity/command.h"

#include "application/models/account_events.h"

SCHEMA(delete_own_identity, FIELD(delete_own_identity, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_own_identity_result);

err identity_remove(struct command_ctx *ctx, const struct user *user, uuid id)
{
    struct identity_slice all;
    TRY(identity_reader_of_user(ctx->readers->identities, ctx->arena, user->key, &all));
    for (size_t i = 0; i < all.len; i++) {
        if (!uuid_eq(all.at[i].id, id))
            continue;
        if (all.len == 1 && user->password_hash.len == 0)
            return ERR(CONFLICT, "there is no other way to sign in");
        TRY(identity_writer_remove(ctx->uow->identities, all.at[i].key));
        return account_tell_changed(ctx, user, "identity_removed");
    }
    return ERR(NOT_FOUND, "not found");
}

static err delete_own_identity_handle(struct command_ctx *ctx,
                                      const struct delete_own_identity *cmd,
                                      struct delete_own_identity_result *out)
{
    struct user user;
    (void)out;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    ctx->scope->subject_id = user.id;
    return identity_remove(ctx, &user, cmd->id);
}
COMMAND(delete_own_identity, .needs = OWN_SIGN_IN, .doc = "Sign in with an account no more");
