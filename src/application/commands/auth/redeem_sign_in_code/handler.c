/* RFC 7636 4.6, and 6749 4.1.2: a code that comes twice has been copied, and ends what the first
 * one began. Whether it came before is seen by the session, which nobody has changed yet. */
#include "application/commands/auth/redeem_sign_in_code/command.h"

#include "application/commands/auth/refresh_session/command.h"
#include "base/buf.h"

SCHEMA(redeem_sign_in_code,
       FIELD(redeem_sign_in_code, code, .flags = REQUIRED | SECRET, .min = 1,
             .max = PROVIDER_SEALED_SIZE_MAX, .doc = "From the fragment of the return address"),
       FIELD(redeem_sign_in_code, code_verifier, .flags = REQUIRED | SECRET, .min = 43, .max = 128,
             .doc = "What code_challenge was made of"));
SCHEMA(redeem_sign_in_code_result,
       FIELD_EMBED_OF(redeem_sign_in_code_result, tokens, session_tokens));

static str challenge_of(struct command_ctx *ctx, str verifier)
{
    str digest = STR("");
    struct buf out = BUF_IN(ctx->arena);
    str hex = secret_digest(ctx->services->secrets, ctx->arena, verifier);
    if (hex_decode(ctx->arena, hex, &digest))
        buf_add_base64url(&out, digest.ptr, digest.len);
    return buf_str(&out);
}

static err redeem_sign_in_code_handle(struct command_ctx *ctx,
                                      const struct redeem_sign_in_code *cmd,
                                      struct redeem_sign_in_code_result *out)
{
    struct sign_in_code code = {0};
    struct session session;
    struct user user;
    instant now = clock_now(ctx->clock);
    TRY(provider_unseal(ctx->services, ctx->arena, &sign_in_code_schema, cmd->code, now, &code));
    if (!str_eq_secret(code.code_challenge, challenge_of(ctx, cmd->code_verifier)))
        return ERR(UNAUTHENTICATED, "the code was made for another verifier");
    err e = session_reader_get(ctx->readers->sessions, ctx->arena, code.session_id, &session);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? ERR(UNAUTHENTICATED, "the session has ended") : e;
    ctx->scope->subject_id = session.user_id;
    ctx->scope->organization_key = session.organization_key;
    if (session.generation != 1 || !session_is_live(&session, now)) {
        const struct end_session end = {session.id};
        struct end_session_result ended;
        TRY(end_session_send(ctx->scope, &end, &ended));
        return ERR(UNAUTHENTICATED, "the code was used before");
    }
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, session.user_key, &user));
    if (!user.is_active)
        return ERR(UNAUTHENTICATED, "the session has ended");
    session.generation++;
    session.updated_at = now;
    e = session_writer_save(ctx->uow->sessions, &session);
    if (e.code == ERR_PRECONDITION_FAILED)
        return ERR(SERIALIZATION, "the session changed meanwhile");
    TRY(e);
    return session_tokens_issue(ctx, &session, &out->tokens);
}
COMMAND(redeem_sign_in_code, .needs = ANYONE,
        .doc = "Exchange the code of a sign-in by a provider for tokens");
