/* Apart from the command that lets somebody in: a code is good once, and a command may have to run
 * again. What it was told goes on sealed. */
#include "application/queries/auth/read_provider_answer/query.h"

#include "application/models/provider_view.h"

SCHEMA(read_provider_answer, FIELD(read_provider_answer, attempt, .flags = SECRET | INTERNAL),
       FIELD(read_provider_answer, code, .flags = SECRET, .max = OPENID_CODE_SIZE_MAX),
       FIELD(read_provider_answer, state, .flags = SECRET, .max = 128),
       FIELD(read_provider_answer, iss, .max = OPENID_ISSUER_SIZE_MAX),
       FIELD(read_provider_answer, error, .max = 256));
SCHEMA(read_provider_answer_result,
       FIELD(read_provider_answer_result, assertion, .flags = SECRET | INTERNAL),
       FIELD(read_provider_answer_result, next, .flags = INTERNAL));

static err ask(struct query_ctx *ctx, const struct read_provider_answer *query,
               const struct provider_attempt *attempt, struct identity_provider *provider,
               struct openid_identity *identity)
{
    struct openid_provider opened;
    err e = identity_reader_find_provider(ctx->readers->identities, ctx->arena,
                                          attempt->provider_id, provider);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && !provider->is_enabled))
        return ERR(UNAUTHENTICATED, "nobody signs in by this provider any more");
    TRY(e);
    ctx->scope->organization_key = provider->organization_key;
    if (query->code.len == 0)
        return ERR(FORBIDDEN, "the provider did not sign you in");
    TRY(provider_open(ctx->services, ctx->arena, provider, &opened));
    const struct openid_attempt asked = {attempt->state, attempt->nonce, attempt->verifier};
    const struct openid_answer answer = {query->code, query->iss};
    return openid_complete(ctx->services->openid, ctx->arena, &opened, &asked, &answer, identity);
}

static err read_provider_answer_handle(struct query_ctx *ctx,
                                       const struct read_provider_answer *query,
                                       struct read_provider_answer_result *out)
{
    struct provider_attempt attempt = {0};
    struct identity_provider provider;
    struct openid_identity identity = {0};
    instant now = clock_now(ctx->clock);
    TRY(provider_unseal(ctx->services, ctx->arena, &provider_attempt_schema, query->attempt, now,
                        &attempt));
    if (!str_eq_secret(attempt.state, query->state))
        return ERR(UNAUTHENTICATED, "this is no answer to what was asked; begin again");
    out->next = attempt.purpose.next;
    TRY(ask(ctx, query, &attempt, &provider, &identity));
    const struct provider_assertion assertion = {
        .provider_id = provider.id,
        .subject = identity.subject,
        .email = identity.email_is_verified && identity.email.len <= EMAIL_SIZE_MAX
                     ? str_lower(ctx->arena, identity.email)
                     : STR_NONE,
        .name = str_clip(identity.name, NAME_SIZE_MAX),
        .role = provider_role_of(ctx->arena, &provider, &identity.groups),
        .has_second_factor = provider_says_second_factor(&provider, &identity),
        .expires_at = instant_add(now, SECONDS(PROVIDER_ASSERTION_SECONDS)),
        .purpose = attempt.purpose};
    out->assertion =
        provider_seal(ctx->services, ctx->arena, &provider_assertion_schema, &assertion);
    return OK;
}
QUERY(read_provider_answer, .needs = ANYONE, .doc = "What a provider says of who signs in");
