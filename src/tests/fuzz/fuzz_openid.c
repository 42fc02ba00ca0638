/* Any bytes as what an identity provider sends: a set of keys, metadata, a token, and the claims of
 * one that is signed well. */
#include "base/arena.h"
#include "infrastructure/oidc/id_token.h"
#include "infrastructure/oidc/provider_metadata.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const instant now = {SECONDS(1750000000)};

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The keys are the sender's, so a signature may even be good; that of nothing is not. */
static void try_keys(struct arena *a, str text)
{
    struct jwk_slice keys;
    static const char nothing[64];
    if (failed(jwks_read(a, text, &keys)))
        return;
    must(keys.len <= JWK_COUNT_MAX);
    for (size_t i = 0; i < keys.len; i++) {
        const struct jwk *k = &keys.at[i];
        must(k->kid.len <= JWK_ID_SIZE_MAX && k->a.len <= RSA_SIZE_MAX);
        must(k->type != JWK_RSA || k->a.len >= RSA_SIZE_MIN);
        must(k->type != JWK_P256 || (k->a.len == 32 && k->b.len == 32));
        must(k->type != JWK_P384 || (k->a.len == 48 && k->b.len == 48));
    }
    for (unsigned i = 0; i < JWS_EDDSA; i++) {
        const struct jws jws = {.algorithm = (enum jws_algorithm)i,
                                .signed_text = STR("a.b"),
                                .signature = {nothing, sizeof nothing}};
        must(failed(jws_verify(&jws, &keys)));
    }
}

/* Nobody has the key of this point, the base point of P-256 doubled. */
static void try_token(struct arena *a, str text)
{
    static const char set[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
                              "\"x\":\"fPJ7GI0DT36KUjgDBLUawyn2Onvy1HdnTuLHMYAi0ng\","
                              "\"y\":\"B3eKV-XX-bJ3mORvLRCNnOGtA2gnkhrK9FrIfOfLBqU\"}]}";
    struct jwk_slice keys;
    struct jws jws;
    must(!failed(jwks_read(a, str_of(set), &keys)));
    if (failed(jws_read(a, text, JWS_ANY_ALGORITHM, &jws)))
        return;
    must(text.len <= JWS_SIZE_MAX && jws.algorithm < JWS_ALGORITHM_COUNT);
    must(str_starts(text, jws.signed_text));
    (void)failed(jws_verify(&jws, &keys));
}

static void try_claims(struct arena *a, str text)
{
    const struct jws jws = {.algorithm = JWS_RS256, .payload = text};
    const struct id_token_expectation want = {.issuer = STR("https://idp.example"),
                                              .client_id = STR("gantry"),
                                              .nonce = STR("nonce"),
                                              .access_token = STR("access"),
                                              .groups_claim = STR("groups"),
                                              .now = now};
    struct openid_identity who;
    if (failed(id_token_check(a, &jws, &want, &who)))
        return;
    must(who.subject.len != 0 && who.subject.len <= OPENID_SUBJECT_SIZE_MAX);
    must(str_is_utf8(who.subject) && str_is_utf8(who.email));
    must(who.expires_at.us > now.us - SECONDS(OPENID_SKEW_SECONDS + 1));
    must(!who.email_is_verified || who.email.len != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct provider_metadata metadata;
    str text = {(const char *)data, size};
    try_keys(&a, text);
    try_token(&a, text);
    try_claims(&a, text);
    if (!failed(provider_metadata_read(&a, text, STR("https://idp.example"), &metadata)))
        must(metadata.token_endpoint.len != 0 && metadata.jwks_uri.len != 0 &&
             metadata.algorithms != 0);
    must(issuer_complaint(text) != NULL || str_starts(text, STR("http")));
    arena_deinit(&a);
    return 0;
}
