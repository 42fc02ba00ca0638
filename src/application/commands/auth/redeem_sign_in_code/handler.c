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
    instant now = clock_now(ctx->clock);
    TRY(provider_unseal(ctx->services, ctx->arena, &sign_in_code_schema, cmd->code, now, &code));
    if (!str_eq_secret(code.code_challenge, challenge_of(ctx, cmd->code_verifier)))
        return ERR(UNAUTHENTICATED, "the code was made for another verifier");
    const struct refresh_claims first = {code.session_id, 1};
    return session_go_on(ctx, &first, &out->tokens);
}
COMMAND(redeem_sign_in_code, .needs = ANYONE,
        .doc = "Exchange the code of a sign-in by a provider for tokens");
