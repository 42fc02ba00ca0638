/* Ends every session and every lock-out: whoever was kept from signing in by others can. */
#include "application/commands/auth/reset_password/command.h"

#include "application/models/account_events.h"
#include "application/models/password_rules.h"
#include "application/models/reset_mail.h"

SCHEMA(reset_password, FIELD(reset_password, token, .flags = REQUIRED | SECRET, .max = 128),
       FIELD(reset_password, password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX,
             .check = password_complaint, .doc = "At least 12 characters"));
SCHEMA_EMPTY(reset_password_result);

static err find_user(struct command_ctx *ctx, str token, struct user *out)
{
    str hash = token_hash(ctx->services->tokens, ctx->arena, token);
    err e = user_reader_get_by_reset_hash(ctx->readers->users, ctx->arena, hash, out);
    if (e.code == ERR_NOT_FOUND ||
        (!failed(e) && (!out->is_active || out->reset_expires_at.us <= clock_now(ctx->clock).us)))
        return ERR(UNAUTHENTICATED, "the link was used or has expired");
    return e;
}

static err reset_password_handle(struct command_ctx *ctx, const struct reset_password *cmd,
                                 struct reset_password_result *out)
{
    struct user user;
    instant now = clock_now(ctx->clock);
    (void)out;
    TRY(find_user(ctx, cmd->token, &user));
    ctx->scope->subject_id = user.id;
    ctx->scope->organization_key = user.organization_key;
    TRY(password_set(ctx, &user, "password", cmd->password));
    user.reset_hash = STR_NONE;
    user.reset_expires_at = (instant){0};
    user_clear_failures(&user);
    user.updated_at = now;
    err e = user_writer_save(ctx->uow->users, &user);
    if (e.code == ERR_PRECONDITION_FAILED)
        return ERR(SERIALIZATION, "the user changed meanwhile");
    TRY(e);
    TRY(session_writer_revoke_user(ctx->uow->sessions, user.key, now));
    principal_cache_end_user(ctx->services->principals, user.key, now);
    TRY(account_tell_changed(ctx, &user, "password_changed"));
    return password_changed_mail_queue(ctx, &user);
}
COMMAND(reset_password, .needs = ANYONE, .doc = "Set a new password by the link that was sent");
