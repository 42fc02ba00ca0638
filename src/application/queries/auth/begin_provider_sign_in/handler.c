/* Nothing is written: whoever begins ten thousand sign-ins has ten thousand cookies. The state that
 * comes back is in the cookie, and the cookie is taken away when it has. */
#include "application/queries/auth/begin_provider_sign_in/query.h"

#include "application/models/provider_view.h"
#include "base/buf.h"

SCHEMA(
    begin_provider_sign_in, FIELD(begin_provider_sign_in, id, .flags = KEY | REQUIRED),
    FIELD(begin_provider_sign_in, is_link, .flags = INTERNAL),
    FIELD(begin_provider_sign_in, invitation, .flags = SECRET, .max = 128,
          .doc = "What the link of an invitation ends with: to accept it so"),
    FIELD(begin_provider_sign_in, next, .max = RETURN_ADDRESS_SIZE_MAX,
          .doc = "Page of this server to go on to", .example = "/viewer"),
    FIELD(begin_provider_sign_in, return_address, .max = RETURN_ADDRESS_SIZE_MAX,
          .doc = "Page of another program, of an allowed origin: it gets a code in the fragment, "
                 "good once for tokens"),
    FIELD(begin_provider_sign_in, code_challenge, .max = CODE_CHALLENGE_SIZE,
          .doc = "With it: base64url of the SHA-256 of what will be sent with the code"));
SCHEMA(begin_provider_sign_in_result,
       FIELD(begin_provider_sign_in_result, url, .doc = "Where the browser goes"),
       FIELD(begin_provider_sign_in_result, attempt, .flags = SECRET | INTERNAL));

static str chance(struct arena *a)
{
    unsigned char bytes[32];
    struct buf out = BUF_IN(a);
    random_bytes(bytes, sizeof bytes);
    buf_add_base64url(&out, bytes, sizeof bytes);
    return buf_str(&out);
}

/* No address that a browser takes for another server's. */
static bool is_own_page(str path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] <= ' ' || path.ptr[i] == '\\' || path.ptr[i] == 0x7f)
            return false;
    return path.ptr[0] == '/' && (path.len == 1 || path.ptr[1] != '/');
}

static err check(struct query_ctx *ctx, const struct begin_provider_sign_in *query)
{
    bool has_return = query->return_address.len != 0;
    if (has_return != (query->code_challenge.len != 0) ||
        (has_return && query->code_challenge.len != CODE_CHALLENGE_SIZE))
        issues_add(&ctx->scope->issues, STR("code_challenge"),
                   "belongs to a return_address: 43 characters");
    if (query->next.len != 0 && !is_own_page(query->next))
        issues_add(&ctx->scope->issues, STR("next"), "must be a path of this server");
    return ctx->scope->issues.list.len == 0 ? OK : ERR(INVALID, "some fields are not valid");
}

static err find(struct query_ctx *ctx, uuid id, bool is_link, struct identity_provider *out)
{
    TRY(identity_reader_find_provider(ctx->readers->identities, ctx->arena, id, out));
    return out->is_enabled &&
                   (!is_link || out->organization_key == ctx->principal->organization_key)
               ? OK
               : ERR(NOT_FOUND, "not found");
}

static err begin_provider_sign_in_handle(struct query_ctx *ctx,
                                         const struct begin_provider_sign_in *query,
                                         struct begin_provider_sign_in_result *out)
{
    struct identity_provider provider;
    struct openid_provider opened;
    TRY(check(ctx, query));
    TRY(find(ctx, query->id, query->is_link, &provider));
    struct provider_attempt attempt = {
        .provider_id = provider.id,
        .state = chance(ctx->arena),
        .nonce = chance(ctx->arena),
        .verifier = chance(ctx->arena),
        .expires_at = instant_add(clock_now(ctx->clock), SECONDS(PROVIDER_ATTEMPT_SECONDS)),
        .purpose = {.invitation = query->invitation,
                    .next = query->next,
                    .return_address = query->return_address,
                    .code_challenge = query->code_challenge}};
    if (query->is_link) {
        attempt.purpose.link_user_key = ctx->principal->user_key;
        attempt.purpose.link_session_id = ctx->principal->session_id;
    }
    TRY(provider_open(ctx->services, ctx->arena, &provider, &opened));
    const struct openid_attempt asked = {attempt.state, attempt.nonce, attempt.verifier};
    TRY(openid_begin(ctx->services->openid, ctx->arena, &opened, &asked, &out->url));
    out->attempt = provider_seal(ctx->services, ctx->arena, &provider_attempt_schema, &attempt);
    return OK;
}
QUERY(begin_provider_sign_in, .needs = ANYONE, .doc = "Begin to sign in by a provider");
