/* What is wrong is the answer, not a failure of it. */
#include "application/queries/identity_providers/check_identity_provider/query.h"

SCHEMA(check_identity_provider, FIELD(check_identity_provider, id, .flags = KEY | REQUIRED));
SCHEMA(check_identity_provider_result,
       FIELD(check_identity_provider_result, is_usable, .doc = "Whether people can sign in by it"),
       FIELD(check_identity_provider_result, problem, .doc = "Why not"),
       FIELD(check_identity_provider_result, redirect_uri,
             .doc = "What has to be allowed there for this installation"));

static err check_identity_provider_handle(struct query_ctx *ctx,
                                          const struct check_identity_provider *query,
                                          struct check_identity_provider_result *out)
{
    struct identity_provider provider;
    struct openid_provider opened;
    const struct openid_attempt attempt = {STR("check"), STR("check"),
                                           STR("check-check-check-check-check-check-check-check")};
    str url;
    TRY(identity_reader_get_provider(ctx->readers->identities, ctx->arena,
                                     ctx->principal->organization_key, query->id, &provider));
    ctx->scope->subject_id = provider.id;
    TRY(provider_open(ctx->services, ctx->arena, &provider, &opened));
    err e = openid_begin(ctx->services->openid, ctx->arena, &opened, &attempt, &url);
    out->is_usable = !failed(e);
    out->problem = failed(e) ? str_of(e.text) : STR_NONE;
    out->redirect_uri = opened.redirect_uri;
    return OK;
}
QUERY(check_identity_provider, .needs = WRITE_SETTINGS,
      .doc = "Whether a provider answers as it has to");
