/* Nothing is known of who asks: the provider asks them itself whether they mean it. */
#include "application/queries/auth/begin_provider_sign_out/query.h"

#include "application/models/provider_sign_in.h"
#include "application/models/provider_view.h"

SCHEMA(begin_provider_sign_out, FIELD(begin_provider_sign_out, id, .flags = KEY | REQUIRED),
       FIELD(begin_provider_sign_out, return_address, .max = RETURN_ADDRESS_SIZE_MAX,
             .doc = "Page of another program, of an allowed origin, to go on to; without it the "
                    "sign-in page. The provider has to allow it too"));
SCHEMA(begin_provider_sign_out_result,
       FIELD(begin_provider_sign_out_result, url, .doc = "Where the browser goes"));

static err begin_provider_sign_out_handle(struct query_ctx *ctx,
                                          const struct begin_provider_sign_out *query,
                                          struct begin_provider_sign_out_result *out)
{
    struct identity_provider provider;
    struct openid_provider opened;
    TRY(identity_reader_find_provider(ctx->readers->identities, ctx->arena, query->id, &provider));
    if (!provider.is_enabled)
        return ERR(NOT_FOUND, "not found");
    TRY(provider_open(ctx->services, ctx->arena, &provider, &opened));
    str back = query->return_address.len != 0
                   ? query->return_address
                   : str_format(ctx->arena, "%.*s/signin", STR_ARG(ctx->services->mail.public_url));
    TRY(openid_end(ctx->services->openid, ctx->arena, &opened, back, &out->url));
    if (out->url.ptr == NULL)
        out->url = back;
    return OK;
}
QUERY(begin_provider_sign_out, .needs = ANYONE, .doc = "Sign out of a provider too");
