#include "infrastructure/oidc/provider_metadata.h"

#include "application/services/http_client.h"
#include "application/services/openid_connect.h"
#include "base/arena.h"
#include "infrastructure/oidc/jws_verify.h"

const char *issuer_complaint(str issuer)
{
    bool is_address = str_starts(issuer, STR("https://")) || str_starts(issuer, STR("http://"));
    if (!is_address || issuer.len > OPENID_ISSUER_SIZE_MAX)
        return "must be an address that begins with https://";
    for (size_t i = 0; i < issuer.len; i++) {
        unsigned char c = (unsigned char)issuer.ptr[i];
        if (c <= ' ' || c >= 0x7f || strchr("?#@\\\"<>", c) != NULL)
            return "must be an address without user, query and fragment";
    }
    return NULL;
}

str provider_metadata_url(struct arena *a, str issuer)
{
    bool has_slash = str_ends(issuer, STR("/"));
    return str_format(a, "%.*s/.well-known/openid-configuration",
                      STR_ARG(str_sub(issuer, 0, issuer.len - has_slash)));
}

/* An address that a query can be put behind, for a browser or for us. */
static bool take_url(struct arena *a, const struct json_pair_slice *o, str name, str *out)
{
    str url;
    if (!json_object_text(a, o, name, &url) || url.len > HTTP_CLIENT_URL_SIZE_MAX ||
        !(str_starts(url, STR("https://")) || str_starts(url, STR("http://"))))
        return false;
    for (size_t i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char)url.ptr[i];
        if (c <= ' ' || c >= 0x7f || strchr("#\\\"<>", c) != NULL)
            return false;
    }
    *out = url;
    return true;
}

static bool has(const struct str_slice *list, str wanted)
{
    for (size_t i = 0; i < list->len; i++)
        if (str_eq(list->at[i], wanted))
            return true;
    return false;
}

static unsigned algorithms_in(const struct str_slice *names)
{
    unsigned bits = 0;
    enum jws_algorithm one;
    for (size_t i = 0; i < names->len; i++)
        if (jws_algorithm_of(names->at[i], &one))
            bits |= 1u << one;
    return bits;
}

static err read_abilities(struct arena *a, const struct json_pair_slice *o,
                          struct provider_metadata *m)
{
    struct str_slice names;
    m->algorithms = 1u << JWS_RS256; /* what everybody must know, Discovery 3 */
    if (json_object_texts(a, o, STR("id_token_signing_alg_values_supported"), &names))
        m->algorithms = algorithms_in(&names);
    if (m->algorithms == 0)
        return ERR(INVALID, "the provider signs with no algorithm that is taken");
    if (json_object_texts(a, o, STR("response_types_supported"), &names) &&
        !has(&names, STR("code")))
        return ERR(INVALID, "the provider has no authorization code flow");
    if (json_object_texts(a, o, STR("code_challenge_methods_supported"), &names) &&
        !has(&names, STR("S256")))
        return ERR(INVALID, "the provider has no PKCE with S256");
    if (json_object_texts(a, o, STR("token_endpoint_auth_methods_supported"), &names) &&
        !has(&names, STR("client_secret_basic")))
        m->takes_post = has(&names, STR("client_secret_post"));
    m->says_iss = json_object_is_true(a, o, STR("authorization_response_iss_parameter_supported"));
    return OK;
}

err provider_metadata_read(struct arena *a, str text, str issuer, struct provider_metadata *out)
{
    struct json_pair_slice o;
    struct provider_metadata m = {0};
    str said;
    if (text.len > PROVIDER_METADATA_SIZE_MAX)
        return ERR(MALFORMED, "the provider's metadata are too large");
    TRY(json_object_read(a, text, &o));
    if (!json_object_text(a, &o, STR("issuer"), &said) || !str_eq(said, issuer))
        return ERR(INVALID, "the metadata are of another issuer");
    if (!take_url(a, &o, STR("authorization_endpoint"), &m.authorization_endpoint) ||
        !take_url(a, &o, STR("token_endpoint"), &m.token_endpoint) ||
        !take_url(a, &o, STR("jwks_uri"), &m.jwks_uri))
        return ERR(INVALID, "the provider's metadata lack an address");
    if (!take_url(a, &o, STR("end_session_endpoint"), &m.end_session_endpoint))
        m.end_session_endpoint = STR_NONE;
    TRY(read_abilities(a, &o, &m));
    *out = m;
    return OK;
}
