/* The same answer and the same work for a wrong password, an unknown address, an inactive and a
 * locked account. */
#include "application/commands/auth/sign_in/command.h"

#include "application/models/account_events.h"
#include "application/models/second_factor.h"

SCHEMA(
    sign_in,
    FIELD(sign_in, email, .flags = REQUIRED, .max = EMAIL_SIZE_MAX,
          .example = "ada@clinic.example"),
    FIELD(sign_in, password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX),
    FIELD(sign_in, otp, .flags = SECRET, .max = OTP_TEXT_SIZE_MAX,
          .doc = "Code of the authenticator, or a recovery code, where a second factor is set up"));
SCHEMA(sign_in_result, FIELD_EMBED_OF(sign_in_result, tokens, session_tokens));

static err refused(void)
{
    return ERR(UNAUTHENTICATED, "e-mail or password is wrong");
}

err sign_in_open_session(struct command_ctx *ctx, const struct user *user, instant now,
                         struct session *session)
{
    *session = (struct session){.id = uuid_make(ctx->clock),
                                .organization_key = user->organization_key,
                                .created_at = now,
                                .updated_at = now,
                                .user_key = user->key,
                                .user_id = user->id,
                                .generation = 1,
                                .expires_at = instant_add(now, SECONDS(SESSION_SECONDS)),
                                .peer_address = ctx->scope->peer_address,
                                .user_agent = ctx->scope->user_agent,
                                .has_second_factor = session->has_second_factor};
    TRY(session_writer_add(ctx->uow->sessions, session));
    return account_note_sign_in(ctx, session);
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
    return sign_in_save(ctx, &user);
}
COMMAND(count_sign_in_failure, .needs = ANYONE, .doc = "Count a wrong password");

/* Of nobody too: it is on the trail, and a wrong password of somebody known takes no longer. */
err sign_in_count_failure(struct command_ctx *ctx, int64_t user_key)
{
    const struct count_sign_in_failure failure = {user_key};
    struct count_sign_in_failure_result counted;
    return count_sign_in_failure_send(ctx->scope, &failure, &counted);
}

err sign_in_save(struct command_ctx *ctx, struct user *user)
{
    err e = user_writer_save(ctx->uow->users, user);
    return e.code == ERR_PRECONDITION_FAILED
               ? ERR(SERIALIZATION, "another sign-in of the same user")
               : e;
}

err password_confirm(struct command_ctx *ctx, const struct user *user, str password)
{
    instant now = clock_now(ctx->clock);
    bool matches, is_locked = user_is_locked(user, now);
    if (user->password_hash.len == 0)
        return now.us - ctx->principal->issued_at.us <= SECONDS(FRESH_SIGN_IN_SECONDS)
                   ? OK
                   : ERR(FORBIDDEN, "this account has no password: sign in again first");
    if (password.len == 0) {
        issues_add(&ctx->scope->issues, STR("password"), "is needed");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(password_verify(ctx->services->passwords, password, user->password_hash, &matches));
    if (matches && !is_locked)
        return OK;
    if (!is_locked)
        TRY(sign_in_count_failure(ctx, user->key));
    return ERR(FORBIDDEN, "the password is wrong");
}

/* Only after a right password is a code asked for: before, nobody learns that there is one. */
err sign_in_check_code(struct command_ctx *ctx, struct user *user, str code)
{
    bool taken;
    if (!user_has_mfa(user))
        return OK;
    if (code.len == 0)
        return ERR(OTP_REQUIRED, "send a code of your authenticator too");
    if (user_is_locked(user, clock_now(ctx->clock)))
        return ERR(OTP_REQUIRED, "the code is wrong or was used");
    TRY(second_factor_take(ctx, user, code, &taken));
    if (taken)
        return OK;
    TRY(sign_in_count_failure(ctx, user->key));
    return ERR(OTP_REQUIRED, "the code is wrong or was used");
}

static err find_user(struct command_ctx *ctx, str email, struct user *out)
{
    err e = user_reader_get_by_email(ctx->readers->users, ctx->arena, str_lower(ctx->arena, email),
                                     out);
    ctx->scope->subject_id = out->id;
    ctx->scope->organization_key = out->organization_key;
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err sign_in_handle(struct command_ctx *ctx, const struct sign_in *cmd,
                          struct sign_in_result *out)
{
    struct user user = {0};
    struct session session = {0};
    bool matches;
    TRY(find_user(ctx, cmd->email, &user));
    TRY(password_verify(ctx->services->passwords, cmd->password, user.password_hash, &matches));
    bool may = user.key != 0 && user.is_active && !user_is_locked(&user, clock_now(ctx->clock));
    if (!matches || !may) {
        TRY(sign_in_count_failure(ctx, !matches && may ? user.key : 0));
        return refused();
    }
    TRY(sign_in_check_code(ctx, &user, cmd->otp));
    TRY(sign_in_open_session(ctx, &user, clock_now(ctx->clock), &session));
    TRY(user_writer_note_sign_in(ctx->uow->users, user.key, session.created_at));
    user.last_sign_in_at = session.created_at;
    if (user.failure_count != 0 || user.lock_count != 0 || user_has_mfa(&user)) {
        user_clear_failures(&user);
        TRY(sign_in_save(ctx, &user));
    }
    return session_tokens_issue(ctx, &session, &out->tokens);
}
COMMAND(sign_in, .needs = ANYONE, .doc = "Sign in with e-mail and password");
