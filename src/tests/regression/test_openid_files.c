/* What providers send, with one rule broken each: bad-… is refused, good-… is read. What is behind
 * the first word of the name says what it is: keys, token, claims, metadata. */
#include "base/arena.h"
#include "infrastructure/oidc/id_token.h"
#include "infrastructure/oidc/provider_metadata.h"
#include "tests/regression/run_files.h"

static err read_keys(struct arena *a, str content)
{
    struct jwk_slice keys;
    TRY(jwks_read(a, content, &keys));
    return keys.len != 0 ? OK : ERR(INVALID, "no key can be used");
}

static err read_claims(struct arena *a, str content)
{
    const struct jws jws = {.algorithm = JWS_RS256, .payload = content};
    const struct id_token_expectation want = {.issuer = STR("https://idp.example"),
                                              .client_id = STR("gantry"),
                                              .nonce = STR("nonce"),
                                              .groups_claim = STR("groups"),
                                              .now = {SECONDS(1750000000)}};
    struct openid_identity who;
    return id_token_check(a, &jws, &want, &who);
}

static err read_one(struct arena *a, str name, str content)
{
    struct provider_metadata metadata;
    struct jws jws;
    if (str_find(name, STR("-keys-")) != SIZE_MAX)
        return read_keys(a, content);
    if (str_find(name, STR("-token-")) != SIZE_MAX)
        return jws_read(a, str_trim(content), JWS_ANY_ALGORITHM, &jws);
    if (str_find(name, STR("-claims-")) != SIZE_MAX)
        return read_claims(a, content);
    return provider_metadata_read(a, content, STR("https://idp.example"), &metadata);
}

static const char *check(str name, str content)
{
    struct arena a = {0};
    err e = read_one(&a, name, content);
    if (failed(e))
        e.code = ERR_MALFORMED; /* here any refusal is one; the unit tests have the reasons */
    const char *complaint = verdict_of(name, e, "is taken");
    arena_deinit(&a);
    return complaint;
}

int main(int count, char **arguments)
{
    return count == 2 ? run_files(arguments[1], check) : 2;
}
