/* The same answer and the same work for a wrong password, an unknown address, an inactive and a
 * locked account. */
#include "application/commands/auth/sign_in/command.h"

SCHEMA(sign_in,
       FIELD(sign_in, email, .flags = REQUIRED, .max = EMAIL_SIZE_MAX,
             .example = "ada@clinic.example"),
       FIELD(sign_in, password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX));
SCHEMA(sign_in_result, FIELD_EMBED_OF(sign_in_result, tokens, session_tokens));

static err refused(void)
{
    return ERR(UNAUTHENTICATED, "e-mail or password is wrong");
}

static err open_session(struct command_ctx *ctx, const struct user *user, struct session *session)
{
    instant now = clock_now(ctx->clock);
    *session = (struct session){.id = uuid_make(ctx->clock),
                                .organization_key = user->organization_key,
                                .created_at = now,
                                .updated_at = now,
                                .user_key = user->key,
                                .user_id = user->id,
                                .generation = 1,
                                .expires_at = instant_add(now, SECONDS(SESSION_SECONDS)),
                                .peer_address = ctx->scope->peer_address};
    return session_writer_add(ctx->uow->sessions, session);
}

/* A refusal that must be remembered: the failure is committed by a command of its own. */
struct count_sign_in_failure {
    int64_t user_key; /* 0: nothing to count, the attempt is only on the trail */
};
struct count_sign_in_failure_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(count_sign_in_failure);
SCHEMA(count_sign_in_failure, FIELD(count_sign_in_failure, user_key, .flags = INTERNAL));
SCHEMA_EMPTY(count_sign_in_failure_result);

static err count_sign_in_failure_handle(struct command_ctx *ctx,
                                        const struct count_sign_in_failure *cmd,
                                        struct count_sign_in_failure_result *out)
{
    struct user user;
    (void)out;
    if (cmd->user_key == 0)
        return OK;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, cmd->user_key, &user));
    user_count_failure(&user, clock_now(ctx->clock));
    err e = user_writer_save(ctx->uow->users, &user);
    return e.code == ERR_PRECONDITION_FAILED
               ? ERR(SERIALIZATION, "another sign-in of the same user")
               : e;
}
COMMAND(count_sign_in_failure, .needs = ANYONE, .doc = "Count a wrong password");

static err sign_in_handle(struct command_ctx *ctx, const struct sign_in *cmd,
                          struct sign_in_result *out)
{
    struct user user = {0};
    struct session session;
    bool matches;
    err found = user_reader_get_by_email(ctx->readers->users, ctx->arena,
                                         str_lower(ctx->arena, cmd->email), &user);
    if (failed(found) && found.code != ERR_NOT_FOUND)
        return found;
    ctx->scope->subject_id = user.id;
    ctx->scope->organization_key = user.organization_key;
    TRY(password_verify(ctx->services->passwords, cmd->password, user.password_hash, &matches));
    bool locked = user_is_locked(&user, clock_now(ctx->clock));
    if (!matches || user.key == 0 || !user.is_active || locked) {
        struct count_sign_in_failure failure = {matches || locked ? 0 : user.key};
        struct count_sign_in_failure_result ignored;
        TRY(count_sign_in_failure_send(ctx->scope, &failure, &ignored));
        return refused();
    }
    TRY(open_session(ctx, &user, &session));
    if (user.failure_count != 0) {
        user.failure_count = 0;
        err e = user_writer_save(ctx->uow->users, &user);
        if (failed(e))
            return e.code == ERR_PRECONDITION_FAILED
                       ? ERR(SERIALIZATION, "another sign-in of the same user")
                       : e;
    }
    return session_tokens_issue(ctx, &session, &out->tokens);
}
COMMAND(sign_in, .needs = ANYONE, .doc = "Sign in with e-mail and password");
