/* The relying party against a provider that does as it is told: well, and in every wrong way that
 * is known. */
#include "tests/test.h"

#include "base/buf.h"
#include "infrastructure/oidc/jws_verify.h"
#include "infrastructure/oidc/provider_metadata.h"
#include "infrastructure/oidc/relying_party.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

TEST_MAIN("openid_connect")

#define ISSUER "https://idp.example/realm"
static const int64_t NOW = 1750000000;

/* What the provider is to answer, and what it was asked. */
struct world {
    struct http_client http;
    struct arena arena;
    struct manual_clock clock;
    struct relying_party party;
    struct openid_provider provider;
    struct openid_attempt attempt;
    struct openid_answer answer;
    struct openid_identity who;
    str metadata, keys, token_answer;
    unsigned metadata_status, token_status;
    err fault; /* of every request */
    size_t metadata_count, keys_count, token_count;
    str form, authorization; /* of the last request for a token */
};

static err world_check(struct http_client *c, struct arena *a, str url)
{
    (void)c;
    (void)a;
    return str_starts(url, STR("https://")) ? OK : ERR(INVALID, "must be https");
}

static err world_send(struct http_client *c, struct arena *a, const struct http_client_request *r,
                      struct http_client_answer *out)
{
    struct world *w = container_of(c, struct world, http);
    (void)a;
    TRY(w->fault);
    *out = (struct http_client_answer){.status = 200};
    if (str_eq(r->url, STR(ISSUER "/.well-known/openid-configuration"))) {
        w->metadata_count++;
        out->status = w->metadata_status;
        out->body = w->metadata;
    } else if (str_eq(r->url, STR(ISSUER "/keys"))) {
        w->keys_count++;
        out->body = w->keys;
    } else {
        CHECK_STR(STR(ISSUER "/token"), r->url);
        CHECK_STR(STR("POST"), r->method);
        w->token_count++;
        w->form = str_copy(&w->arena, r->body);
        w->authorization = STR_NONE;
        for (size_t i = 0; i < r->headers.len; i++)
            if (str_eq(r->headers.at[i].name, STR("Authorization")))
                w->authorization = str_copy(&w->arena, r->headers.at[i].value);
        out->status = w->token_status;
        out->body = w->token_answer;
    }
    return OK;
}

static str metadata_with(struct world *w, const char *issuer, const char *more)
{
    return str_format(&w->arena,
                      "{\"issuer\":\"%s\",\"authorization_endpoint\":\"" ISSUER "/auth\","
                      "\"token_endpoint\":\"" ISSUER "/token\",\"jwks_uri\":\"" ISSUER "/keys\","
                      "\"x_unknown\":{\"a\":[1,{}]},\"response_types_supported\":[\"code\"]%s}",
                      issuer, more);
}

#define ALL_ALGORITHMS                                                                             \
    ",\"id_token_signing_alg_values_supported\":[\"RS256\",\"PS256\",\"ES256\",\"ES384\","         \
    "\"EdDSA\",\"HS256\",\"none\"]"

static EVP_PKEY *rsa(void)
{
    static EVP_PKEY *key;
    return key != NULL ? key : (key = EVP_RSA_gen(2048));
}
static EVP_PKEY *other_rsa(void)
{
    static EVP_PKEY *key;
    return key != NULL ? key : (key = EVP_RSA_gen(2048));
}
static EVP_PKEY *p256(void)
{
    static EVP_PKEY *key;
    return key != NULL ? key : (key = EVP_EC_gen("P-256"));
}
static EVP_PKEY *p384(void)
{
    static EVP_PKEY *key;
    return key != NULL ? key : (key = EVP_EC_gen("P-384"));
}
static EVP_PKEY *ed25519(void)
{
    static EVP_PKEY *key;
    return key != NULL ? key : (key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
}
__attribute__((destructor)) static void free_keys(void)
{
    EVP_PKEY_free(rsa());
    EVP_PKEY_free(other_rsa());
    EVP_PKEY_free(p256());
    EVP_PKEY_free(p384());
    EVP_PKEY_free(ed25519());
}

static str b64(struct arena *a, const void *bytes, size_t size)
{
    struct buf out = BUF_IN(a);
    buf_add_base64url(&out, bytes, size);
    return buf_str(&out);
}

static str number_of(struct arena *a, EVP_PKEY *key, const char *name, int size)
{
    unsigned char bytes[1024];
    BIGNUM *n = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
    int len = size != 0 ? size : BN_num_bytes(n);
    BN_bn2binpad(n, bytes, len);
    BN_free(n);
    return b64(a, bytes, (size_t)len);
}

/* Without its closing brace, so that more can be said. */
static str jwk_of(struct arena *a, EVP_PKEY *key)
{
    unsigned char raw[32];
    size_t size = sizeof raw;
    int half = EVP_PKEY_get_bits(key) == 256 ? 32 : 48;
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        return str_format(a, "{\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"AQAB\"",
                          STR_ARG(number_of(a, key, OSSL_PKEY_PARAM_RSA_N, 0)));
    case EVP_PKEY_EC:
        return str_format(a, "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%.*s\",\"y\":\"%.*s\"",
                          half == 32 ? "P-256" : "P-384",
                          STR_ARG(number_of(a, key, OSSL_PKEY_PARAM_EC_PUB_X, half)),
                          STR_ARG(number_of(a, key, OSSL_PKEY_PARAM_EC_PUB_Y, half)));
    default:
        assert_int_equal(EVP_PKEY_get_raw_public_key(key, raw, &size), 1);
        return str_format(a, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%.*s\"",
                          STR_ARG(b64(a, raw, size)));
    }
}

static str jwk_with(struct arena *a, EVP_PKEY *key, const char *more)
{
    return str_format(a, "%.*s%s}", STR_ARG(jwk_of(a, key)), more);
}

static str key_set(struct arena *a)
{
    return str_format(
        a, "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"o\",\"k\":\"c2VjcmV0\"},%.*s,%.*s,%.*s,%.*s]}",
        STR_ARG(jwk_with(a, rsa(), ",\"kid\":\"r\",\"use\":\"sig\"")),
        STR_ARG(jwk_with(a, p256(), ",\"kid\":\"e\",\"alg\":\"ES256\"")),
        STR_ARG(jwk_with(a, p384(), ",\"kid\":\"f\"")),
        STR_ARG(jwk_with(a, ed25519(), ",\"kid\":\"d\"")));
}

/* Signs text as alg says with key; ECDSA as r || s. */
static str signature_of(struct arena *a, const char *alg, EVP_PKEY *key, str text)
{
    unsigned char der[1024], raw[96];
    size_t size = sizeof der;
    EVP_PKEY_CTX *padding;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const char *digest = strcmp(alg, "EdDSA") == 0 ? NULL
                         : strstr(alg, "384")      ? "SHA384"
                                                   : "SHA256";
    assert_int_equal(EVP_DigestSignInit_ex(ctx, &padding, digest, NULL, NULL, key, NULL), 1);
    if (alg[0] == 'P') {
        EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST);
    }
    assert_int_equal(EVP_DigestSign(ctx, der, &size, (const unsigned char *)text.ptr, text.len), 1);
    EVP_MD_CTX_free(ctx);
    if (strncmp(alg, "ES", 2) != 0)
        return b64(a, der, size);
    const unsigned char *p = der;
    int half = strstr(alg, "384") ? 48 : 32;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &p, (long)size);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, half);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + half, half);
    ECDSA_SIG_free(pair);
    return b64(a, raw, 2 * (size_t)half);
}

static str unsigned_text(struct arena *a, str header, str claims)
{
    return str_format(a, "%.*s.%.*s", STR_ARG(b64(a, header.ptr, header.len)),
                      STR_ARG(b64(a, claims.ptr, claims.len)));
}

static str token_of(struct arena *a, const char *alg, EVP_PKEY *key, const char *more, str claims)
{
    str header = str_format(a, "{\"alg\":\"%s\"%s}", alg, more);
    str text = unsigned_text(a, header, claims);
    return str_format(a, "%.*s.%.*s", STR_ARG(text), STR_ARG(signature_of(a, alg, key, text)));
}

struct claims {
    const char *iss, *aud, *sub, *nonce, *more;
    int64_t exp, iat;
};
static const struct claims good_claims = {.iss = ISSUER,
                                          .aud = "\"gantry\"",
                                          .sub = "user-1",
                                          .nonce = "the-nonce",
                                          .more = "",
                                          .exp = 300};

static str claims_text(struct arena *a, struct claims c)
{
    return str_format(a,
                      "{\"iss\":\"%s\",\"aud\":%s,\"sub\":\"%s\",\"nonce\":\"%s\",\"exp\":%lld,"
                      "\"iat\":%lld%s}",
                      c.iss, c.aud, c.sub, c.nonce, (long long)(NOW + c.exp),
                      (long long)(NOW + c.iat), c.more);
}

static void answer_token(struct world *w, str token)
{
    w->token_answer = str_format(
        &w->arena, "{\"access_token\":\"access\",\"token_type\":\"Bearer\",\"id_token\":\"%.*s\"}",
        STR_ARG(token));
}

static void world_open(struct world *w)
{
    static const struct http_client_ops ops = {.check = world_check, .send = world_send};
    *w = (struct world){.http = {&ops}, .metadata_status = 200, .token_status = 200};
    manual_clock_init(&w->clock, (instant){SECONDS(NOW)});
    relying_party_open(&w->party, &w->http, &w->clock.base);
    w->provider = (struct openid_provider){.issuer = STR(ISSUER),
                                           .client_id = STR("gantry"),
                                           .client_secret = STR("s&cret/1"),
                                           .redirect_uri = STR("https://g.example/back"),
                                           .scopes = STR("openid email"),
                                           .groups_claim = STR("groups")};
    /* the example of RFC 7636, appendix B */
    w->attempt = (struct openid_attempt){STR("the-state"), STR("the-nonce"),
                                         STR("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")};
    w->answer = (struct openid_answer){.code = STR("the+code")};
    w->metadata = metadata_with(w, ISSUER, ALL_ALGORITHMS);
    w->keys = key_set(&w->arena);
    answer_token(w, token_of(&w->arena, "RS256", rsa(), ",\"kid\":\"r\"",
                             claims_text(&w->arena, good_claims)));
}

static void world_close(struct world *w)
{
    relying_party_close(&w->party);
    arena_deinit(&w->arena);
}

static err complete(struct world *w)
{
    return openid_complete(&w->party.base, &w->arena, &w->provider, &w->attempt, &w->answer,
                           &w->who);
}

/* The token is refused, for that reason. */
static void check_refused(struct world *w, str token, const char *why)
{
    answer_token(w, token);
    err e = complete(w);
    if (e.code != ERR_UNAUTHENTICATED || strstr(e.text, why) == NULL)
        fail_msg("expected \"%s\", got %s \"%s\"", why, err_code_name(e.code),
                 e.text != NULL ? e.text : "");
}

static void check_claims_refused(struct world *w, struct claims c, const char *why)
{
    check_refused(
        w, token_of(&w->arena, "RS256", rsa(), ",\"kid\":\"r\"", claims_text(&w->arena, c)), why);
}

TEST(a_sign_in_begins_with_everything_that_binds_it)
{
    struct world w;
    str url;
    world_open(&w);
    CHECK_OK(openid_begin(&w.party.base, &w.arena, &w.provider, &w.attempt, &url));
    CHECK_STR(STR(ISSUER "/auth?response_type=code&client_id=gantry&"
                         "redirect_uri=https%3A%2F%2Fg.example%2Fback&scope=openid%20email&"
                         "state=the-state&nonce=the-nonce&"
                         "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"
                         "code_challenge_method=S256"),
              url);
    world_close(&w);
}

TEST(a_sign_in_tells_who_it_is)
{
    struct world w;
    struct claims c = good_claims;
    world_open(&w);
    c.more = ",\"email\":\"ada@clinic.example\",\"email_verified\":true,\"name\":\"Ada\","
             "\"acr\":\"gold\",\"amr\":[\"pwd\",\"otp\"],\"groups\":[\"a\",\"b\"],"
             "\"at_hash\":\"" /* SHA-256("access"), the left half */;
    str at_hash = jws_half_hash(&w.arena, JWS_RS256, STR("access"));
    c.more = str_cstr(&w.arena, str_format(&w.arena, "%s%.*s\"", c.more, STR_ARG(at_hash)));
    answer_token(&w,
                 token_of(&w.arena, "RS256", rsa(), ",\"kid\":\"r\"", claims_text(&w.arena, c)));
    CHECK_OK(complete(&w));
    CHECK_STR(STR("user-1"), w.who.subject);
    CHECK_STR(STR(ISSUER), w.who.issuer);
    CHECK_STR(STR("ada@clinic.example"), w.who.email);
    CHECK(w.who.email_is_verified);
    CHECK_STR(STR("gold"), w.who.acr);
    CHECK_INT(2, w.who.amr.len);
    CHECK_STR(STR("otp"), w.who.amr.at[1]);
    CHECK_INT(2, w.who.groups.len);
    CHECK_STR(STR("grant_type=authorization_code&code=the%2Bcode&"
                  "redirect_uri=https%3A%2F%2Fg.example%2Fback&"
                  "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
              w.form);
    /* "gantry:s%26cret%2F1" */
    CHECK_STR(STR("Basic Z2FudHJ5OnMlMjZjcmV0JTJGMQ=="), w.authorization);
    world_close(&w);
}

TEST(the_secret_goes_as_the_provider_wants_it)
{
    struct world w;
    world_open(&w);
    w.metadata = metadata_with(
        &w, ISSUER,
        ALL_ALGORITHMS ",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]");
    CHECK_OK(complete(&w));
    CHECK(w.authorization.ptr == NULL);
    CHECK(str_ends(w.form, STR("&client_id=gantry&client_secret=s%26cret%2F1")));
    w.provider.client_secret = STR_NONE;
    CHECK_OK(complete(&w));
    CHECK(str_ends(w.form, STR("&client_id=gantry")));
    world_close(&w);
}

TEST(every_algorithm_verifies_and_none_stands_in_for_another)
{
    static const struct {
        const char *alg, *kid;
        EVP_PKEY *(*key)(void);
    } cases[] = {{"RS256", "r", rsa},
                 {"PS256", "r", rsa},
                 {"ES256", "e", p256},
                 {"ES384", "f", p384},
                 {"EdDSA", "d", ed25519}};
    struct world w;
    world_open(&w);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str kid = str_format(&w.arena, ",\"kid\":\"%s\"", cases[i].kid);
        str token = token_of(&w.arena, cases[i].alg, cases[i].key(), str_cstr(&w.arena, kid),
                             claims_text(&w.arena, good_claims));
        answer_token(&w, token);
        CHECK_OK(complete(&w));
        /* one bit of the signature */
        char *changed = str_cstr(&w.arena, token);
        size_t at = token.len - 20;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        check_refused(&w, (str){changed, token.len}, "signature is not good");
        /* the signature of another token */
        struct claims other = good_claims;
        other.sub = "user-2";
        str swapped = unsigned_text(
            &w.arena, str_format(&w.arena, "{\"alg\":\"%s\"%.*s}", cases[i].alg, STR_ARG(kid)),
            claims_text(&w.arena, other));
        size_t dot = token.len - 1;
        while (token.ptr[dot] != '.')
            dot--;
        check_refused(&w,
                      str_format(&w.arena, "%.*s%.*s", STR_ARG(swapped),
                                 STR_ARG(str_sub(token, dot, token.len))),
                      "signature is not good");
    }
    /* the same key, but a signature of the other scheme */
    str text = unsigned_text(&w.arena, STR("{\"alg\":\"RS256\",\"kid\":\"r\"}"),
                             claims_text(&w.arena, good_claims));
    check_refused(&w,
                  str_format(&w.arena, "%.*s.%.*s", STR_ARG(text),
                             STR_ARG(signature_of(&w.arena, "PS256", rsa(), text))),
                  "signature is not good");
    world_close(&w);
}

TEST(what_is_not_signed_with_a_key_is_refused)
{
    struct world w;
    unsigned char mac[32];
    unsigned size = sizeof mac;
    world_open(&w);
    str claims = claims_text(&w.arena, good_claims);
    static const char *const names[] = {"none", "None", "NONE", "nOnE", "", "RS1", "HS256"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        check_refused(
            &w,
            str_format(&w.arena, "%.*s.",
                       STR_ARG(unsigned_text(
                           &w.arena, str_format(&w.arena, "{\"alg\":\"%s\"}", names[i]), claims))),
            "not signed with an algorithm");
    check_refused(&w,
                  str_format(&w.arena, "%.*s.",
                             STR_ARG(unsigned_text(&w.arena, STR("{\"alg\":\"RS256\"}"), claims))),
                  "signature is not good");
    check_refused(&w, unsigned_text(&w.arena, STR("{\"alg\":\"RS256\"}"), claims),
                  "not a signed token");
    /* HMAC under what everybody can read: the key as the set has it */
    str text = unsigned_text(&w.arena, STR("{\"alg\":\"HS256\",\"kid\":\"r\"}"), claims);
    str public_key = jwk_with(&w.arena, rsa(), "");
    HMAC(EVP_sha256(), public_key.ptr, (int)public_key.len, (const unsigned char *)text.ptr,
         text.len, mac, &size);
    check_refused(
        &w, str_format(&w.arena, "%.*s.%.*s", STR_ARG(text), STR_ARG(b64(&w.arena, mac, size))),
        "not signed with an algorithm");
    world_close(&w);
}

TEST(an_algorithm_the_provider_does_not_use_is_refused)
{
    struct world w;
    world_open(&w);
    w.metadata =
        metadata_with(&w, ISSUER, ",\"id_token_signing_alg_values_supported\":[\"ES256\"]");
    check_refused(
        &w,
        token_of(&w.arena, "RS256", rsa(), ",\"kid\":\"r\"", claims_text(&w.arena, good_claims)),
        "not signed with an algorithm");
    world_close(&w);
}

TEST(keys_are_not_mixed_up)
{
    struct world w;
    struct jwk_slice keys;
    world_open(&w);
    str claims = claims_text(&w.arena, good_claims);
    /* a key of one's own, in the header or by its address */
    str mine = str_format(&w.arena, ",\"kid\":\"r\",\"jwk\":%.*s,\"jku\":\"https://evil.example\"",
                          STR_ARG(jwk_with(&w.arena, other_rsa(), "")));
    check_refused(&w, token_of(&w.arena, "RS256", other_rsa(), str_cstr(&w.arena, mine), claims),
                  "signature is not good");
    /* the name of another key, of another kind, and of none */
    check_refused(&w, token_of(&w.arena, "RS256", rsa(), ",\"kid\":\"e\"", claims), "no key");
    check_refused(&w, token_of(&w.arena, "RS256", rsa(), ",\"kid\":\"x\"", claims), "no key");
    check_refused(&w, token_of(&w.arena, "RS256", rsa(), ",\"kid\":\"../r\"", claims), "no key");
    check_refused(&w, token_of(&w.arena, "RS256", rsa(), ",\"kid\":7", claims), "names no key");
    check_refused(&w,
                  token_of(&w.arena, "RS256", rsa(), ",\"kid\":\"r\",\"crit\":[\"exp\"]", claims),
                  "another kind");
    check_refused(&w, token_of(&w.arena, "RS256", rsa(), ",\"typ\":\"at+jwt\"", claims),
                  "another kind");
    check_refused(&w, token_of(&w.arena, "RS256", rsa(), ",\"alg\":\"none\"", claims), "repeated");
    /* without a name it must be clear which */
    answer_token(&w, token_of(&w.arena, "RS256", rsa(), ",\"typ\":\"JWT\"", claims));
    CHECK_OK(complete(&w));
    w.keys = str_format(&w.arena, "{\"keys\":[%.*s,%.*s]}",
                        STR_ARG(jwk_with(&w.arena, other_rsa(), ",\"kid\":\"r\"")),
                        STR_ARG(jwk_with(&w.arena, rsa(), ",\"kid\":\"r\"")));
    w.clock.time = instant_add(w.clock.time, SECONDS(RELYING_PARTY_KEEP_SECONDS));
    CHECK_OK(jwks_read(&w.arena, w.keys, &keys));
    struct jws jws;
    CHECK_OK(jws_read(&w.arena, token_of(&w.arena, "RS256", rsa(), ",\"kid\":\"r\"", claims),
                      JWS_ANY_ALGORITHM, &jws));
    CHECK_ERR(NOT_FOUND, jws_verify(&jws, &keys));
    world_close(&w);
}

TEST(keys_that_cannot_be_used_are_passed_over)
{
    struct world w;
    struct jwk_slice keys;
    world_open(&w);
    const struct {
        str key;
        size_t count;
    } cases[] = {
        {jwk_with(&w.arena, rsa(), ",\"use\":\"enc\""), 0},
        {jwk_with(&w.arena, rsa(), ",\"use\":1"), 0},
        {jwk_with(&w.arena, rsa(), ",\"key_ops\":[\"encrypt\"]"), 0},
        {jwk_with(&w.arena, rsa(), ",\"key_ops\":[\"verify\"]"), 1},
        {jwk_with(&w.arena, rsa(), ",\"kid\":1"), 0},
        {jwk_with(&w.arena, rsa(), ",\"kty\":\"EC\""), 0}, /* twice */
        {STR("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"), 0},
        {STR("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQAB\",\"y\":\"AQAB\"}"), 0},
        {STR("{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AQAB\",\"y\":\"AQAB\"}"), 0},
        {STR("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AQAB\"}"), 0},
        {STR("{\"kty\":\"oct\",\"k\":\"AQAB\"}"), 0},
        {STR("7"), 0},
        {STR("{}"), 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str text = str_format(&w.arena, "{\"keys\":[%.*s]}", STR_ARG(cases[i].key));
        CHECK_OK(jwks_read(&w.arena, text, &keys));
        if (keys.len != cases[i].count)
            fail_msg("key %zu: %zu", i, keys.len);
    }
    /* a modulus of 1024 bits, and a point that is on no curve */
    EVP_PKEY *weak = EVP_RSA_gen(1024);
    CHECK_OK(jwks_read(
        &w.arena, str_format(&w.arena, "{\"keys\":[%.*s]}", STR_ARG(jwk_with(&w.arena, weak, ""))),
        &keys));
    EVP_PKEY_free(weak);
    CHECK_INT(0, keys.len);
    char zeros[44] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    str nowhere = str_format(
        &w.arena, "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}]}",
        zeros, zeros);
    struct jws jws;
    CHECK_OK(jwks_read(&w.arena, nowhere, &keys));
    CHECK_INT(1, keys.len);
    CHECK_OK(jws_read(&w.arena, token_of(&w.arena, "ES256", p256(), "", STR("{}")),
                      JWS_ANY_ALGORITHM, &jws));
    CHECK_ERR(UNAUTHENTICATED, jws_verify(&jws, &keys));
    struct buf many = BUF_IN(&w.arena);
    buf_add(&many, STR("{\"keys\":[1"));
    for (int i = 0; i < JWK_COUNT_MAX; i++)
        buf_add(&many, STR(",1"));
    buf_add(&many, STR("]}"));
    CHECK_ERR(MALFORMED, jwks_read(&w.arena, buf_str(&many), &keys));
    CHECK_ERR(MALFORMED, jwks_read(&w.arena, STR("{\"keys\":{}}"), &keys));
    world_close(&w);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init" /* a good claim, then the wrong one */
TEST(claims_of_somebody_else_are_refused)
{
    struct world w;
    world_open(&w);
    static const struct {
        struct claims c;
        const char *why;
    } cases[] = {
#define CLAIMS(...)                                                                                \
    {.iss = ISSUER,                                                                                \
     .aud = "\"gantry\"",                                                                          \
     .sub = "user-1",                                                                              \
     .nonce = "the-nonce",                                                                         \
     .more = "",                                                                                   \
     .exp = 300,                                                                                   \
     __VA_ARGS__}
        {CLAIMS(.iss = "https://evil.example"), "iss"},
        {CLAIMS(.iss = ISSUER "/"), "iss"},
        {CLAIMS(.iss = "https://IDP.example/realm"), "iss"},
        {CLAIMS(.iss = ISSUER "\\u0000"), "iss"},
        {CLAIMS(.aud = "\"other\""), "aud is another"},
        {CLAIMS(.aud = "\"gantry2\""), "aud is another"},
        {CLAIMS(.aud = "[]"), "aud is another"},
        {CLAIMS(.aud = "7"), "aud is not"},
        {CLAIMS(.aud = "[[\"gantry\"]]"), "aud is not"},
        {CLAIMS(.aud = "[\"gantry\",\"other\"]"), "azp is not there"},
        {CLAIMS(.aud = "[\"gantry\",\"other\"]", .more = ",\"azp\":\"other\""), "azp is another"},
        {CLAIMS(.more = ",\"azp\":\"other\""), "azp is another"},
        {CLAIMS(.more = ",\"azp\":7"), "azp is another"},
        {CLAIMS(.exp = -OPENID_SKEW_SECONDS), "exp"},
        {CLAIMS(.exp = -86400), "exp"},
        {CLAIMS(.more = ",\"exp\":9999999999"), "not JSON"}, /* twice */
        {CLAIMS(.iat = OPENID_SKEW_SECONDS + 1), "iat is in the future"},
        {CLAIMS(.iat = -3600), "iat is long ago"},
        {CLAIMS(.more = ",\"nbf\":1750000061"), "nbf"},
        {CLAIMS(.more = ",\"nbf\":\"soon\""), "nbf"},
        {CLAIMS(.nonce = "another"), "nonce"},
        {CLAIMS(.nonce = ""), "nonce"},
        {CLAIMS(.sub = ""), "sub"},
        {CLAIMS(.more = ",\"at_hash\":\"AAAAAAAAAAAAAAAAAAAAAA\""), "at_hash"},
        {CLAIMS(.more = ",\"at_hash\":null"), "at_hash"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_claims_refused(&w, cases[i].c, cases[i].why);
    struct claims c = good_claims;
    char long_subject[OPENID_SUBJECT_SIZE_MAX + 2];
    memset(long_subject, 'x', sizeof long_subject - 1);
    long_subject[sizeof long_subject - 1] = '\0';
    c.sub = long_subject;
    check_claims_refused(&w, c, "sub");
    static const char *const wrong[] = {"", "[]", "7", "{", "{}", "{\"iss\":\"" ISSUER "\"}"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        check_refused(&w, token_of(&w.arena, "RS256", rsa(), "", str_of(wrong[i])), "");
    world_close(&w);
}

#pragma GCC diagnostic pop

TEST(clocks_may_differ_by_a_minute)
{
    struct world w;
    struct claims c = good_claims;
    world_open(&w);
    c.exp = 1 - OPENID_SKEW_SECONDS;
    c.iat = -300;
    answer_token(&w, token_of(&w.arena, "RS256", rsa(), "", claims_text(&w.arena, c)));
    CHECK_OK(complete(&w));
    c.exp = 300;
    c.iat = OPENID_SKEW_SECONDS;
    c.more = ",\"nbf\":1750000060";
    c.aud = "[\"other\",\"gantry\"]";
    c.more = ",\"nbf\":1750000060,\"azp\":\"gantry\"";
    answer_token(&w, token_of(&w.arena, "RS256", rsa(), "", claims_text(&w.arena, c)));
    CHECK_OK(complete(&w));
    world_close(&w);
}

TEST(what_a_claim_does_not_clearly_say_is_not_said)
{
    struct world w;
    struct claims c = good_claims;
    world_open(&w);
    static const char *const unverified[] = {"false", "1", "\"yes\"", "null", "[true]", "\"TRUE\""};
    for (size_t i = 0; i < COUNT_OF(unverified); i++) {
        str more = str_format(&w.arena,
                              ",\"email\":\"a@b.example\",\"email_verified\":%s,"
                              "\"groups\":[\"a\",7],\"amr\":{\"otp\":1}",
                              unverified[i]);
        c.more = str_cstr(&w.arena, more);
        answer_token(&w, token_of(&w.arena, "RS256", rsa(), "", claims_text(&w.arena, c)));
        CHECK_OK(complete(&w));
        CHECK(!w.who.email_is_verified);
        CHECK_INT(0, w.who.groups.len);
        CHECK_INT(0, w.who.amr.len);
    }
    c.more = ",\"email_verified\":true"; /* of what? */
    answer_token(&w, token_of(&w.arena, "RS256", rsa(), "", claims_text(&w.arena, c)));
    CHECK_OK(complete(&w));
    CHECK(!w.who.email_is_verified);
    world_close(&w);
}

TEST(an_answer_of_another_provider_is_refused_before_the_code_is_shown)
{
    struct world w;
    world_open(&w);
    w.answer.iss = STR("https://evil.example");
    CHECK_ERR(UNAUTHENTICATED, complete(&w));
    w.answer = (struct openid_answer){0};
    CHECK_ERR(UNAUTHENTICATED, complete(&w));
    CHECK_INT(0, w.token_count);
    w.answer = (struct openid_answer){STR("code"), STR(ISSUER)};
    CHECK_OK(complete(&w));
    world_close(&w);
    world_open(&w);
    w.metadata = metadata_with(
        &w, ISSUER, ALL_ALGORITHMS ",\"authorization_response_iss_parameter_supported\":true");
    CHECK_ERR(UNAUTHENTICATED, complete(&w));
    CHECK_INT(0, w.token_count);
    world_close(&w);
}

TEST(metadata_that_cannot_be_trusted_are_not_used)
{
    static const char *const bad[] = {
        ",\"id_token_signing_alg_values_supported\":[\"HS256\",\"none\"]",
        ",\"id_token_signing_alg_values_supported\":[]",
        ",\"code_challenge_methods_supported\":[\"plain\"]",
        ",\"jwks_uri\":\"https://other.example\"", /* twice */
        ",\"end_session_endpoint\":\"http://idp.example/end\"",
    };
    struct world w;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        world_open(&w);
        w.metadata = metadata_with(&w, ISSUER, bad[i]);
        CHECK_ERR(UNAVAILABLE, complete(&w));
        world_close(&w);
    }
    static const char *const issuers[] = {ISSUER "/", "https://evil.example", "",
                                          "https://idp.example"};
    for (size_t i = 0; i < COUNT_OF(issuers); i++) {
        world_open(&w);
        w.metadata = metadata_with(&w, issuers[i], ALL_ALGORITHMS);
        CHECK_ERR(UNAVAILABLE, complete(&w));
        CHECK_INT(0, w.token_count);
        /* nothing of it is remembered */
        w.metadata = metadata_with(&w, ISSUER, ALL_ALGORITHMS);
        CHECK_OK(complete(&w));
        world_close(&w);
    }
    static const char *const texts[] = {"",
                                        "{}",
                                        "[]",
                                        "<html>",
                                        "{\"issuer\":\"" ISSUER "\"}",
                                        "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":"
                                        "\"javascript:alert(1)\"}"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        world_open(&w);
        w.metadata = str_of(texts[i]);
        CHECK_ERR(UNAVAILABLE, complete(&w));
        world_close(&w);
    }
}

TEST(a_provider_that_is_away_or_sends_elsewhere_is_unavailable)
{
    struct world w;
    world_open(&w);
    w.metadata_status = 302;
    CHECK_ERR(UNAVAILABLE, complete(&w));
    w.metadata_status = 200;
    w.fault = ERR(TIMED_OUT, "slow");
    CHECK_ERR(UNAVAILABLE, complete(&w));
    w.fault = ERR(FORBIDDEN, "inside");
    CHECK_ERR(UNAVAILABLE, complete(&w));
    w.fault = OK;
    w.token_status = 400;
    w.token_answer = STR("{\"error\":\"invalid_grant\"}"); /* a code that was used */
    CHECK_ERR(UNAUTHENTICATED, complete(&w));
    static const char *const bodies[] = {"{\"error\":\"invalid_client\"}", "{\"error\":7}", "",
                                         "<"};
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        w.token_answer = str_of(bodies[i]);
        CHECK_ERR(UNAVAILABLE, complete(&w));
    }
    w.token_status = 200;
    w.token_answer = STR("{\"access_token\":\"a\"}");
    CHECK_ERR(UNAVAILABLE, complete(&w));
    w.provider.issuer = STR("file:///etc");
    CHECK_ERR(UNAVAILABLE, complete(&w));
    world_close(&w);
}

TEST(keys_that_change_are_fetched_at_a_bounded_rate)
{
    struct world w;
    world_open(&w);
    str old_token = w.token_answer;
    str keys = w.keys;
    CHECK_OK(complete(&w));
    CHECK_OK(complete(&w));
    CHECK_INT(1, w.metadata_count);
    CHECK_INT(1, w.keys_count);
    /* the provider takes another key */
    w.clock.time = instant_add(w.clock.time, SECONDS(RELYING_PARTY_RETRY_SECONDS));
    w.keys = str_format(&w.arena, "{\"keys\":[%.*s]}",
                        STR_ARG(jwk_with(&w.arena, other_rsa(), ",\"kid\":\"new\"")));
    answer_token(&w, token_of(&w.arena, "RS256", other_rsa(), ",\"kid\":\"new\"",
                              claims_text(&w.arena, good_claims)));
    CHECK_OK(complete(&w));
    CHECK_INT(2, w.keys_count);
    /* the key that is gone is gone, and asking for it again and again asks the provider once */
    w.token_answer = old_token;
    for (int i = 0; i < 5; i++)
        CHECK_ERR(UNAUTHENTICATED, complete(&w));
    CHECK_INT(2, w.keys_count);
    w.clock.time = instant_add(w.clock.time, SECONDS(RELYING_PARTY_RETRY_SECONDS));
    for (int i = 0; i < 5; i++)
        CHECK_ERR(UNAUTHENTICATED, complete(&w));
    CHECK_INT(3, w.keys_count);
    /* and nothing is kept for ever */
    w.keys = keys;
    w.clock.time = (instant){SECONDS(NOW + RELYING_PARTY_KEEP_SECONDS + 120)};
    struct claims c = good_claims;
    c.iat = RELYING_PARTY_KEEP_SECONDS;
    c.exp = c.iat + 300;
    answer_token(&w,
                 token_of(&w.arena, "RS256", rsa(), ",\"kid\":\"r\"", claims_text(&w.arena, c)));
    CHECK_OK(complete(&w));
    CHECK_INT(2, w.metadata_count);
    CHECK_INT(4, w.keys_count);
    world_close(&w);
}

TEST(many_providers_do_not_grow_what_is_kept)
{
    struct world w;
    str url;
    world_open(&w);
    CHECK_OK(complete(&w));
    for (size_t i = 0; i < RELYING_PARTY_ENTRY_COUNT; i++) { /* under addresses of their own */
        char *name = heap_alloc(64);
        struct relying_party_document *d = &w.party.documents[i];
        if (d->url != NULL) {
            heap_free(name);
            continue;
        }
        snprintf(name, 64, "https://%zu.example", i);
        *d = (struct relying_party_document){name, heap_alloc(1), 0, w.clock.time};
    }
    w.clock.time = instant_add(w.clock.time, SECONDS(RELYING_PARTY_KEEP_SECONDS));
    CHECK_OK(openid_begin(&w.party.base, &w.arena, &w.provider, &w.attempt, &url));
    CHECK_INT(2, w.metadata_count);
    world_close(&w);
}

TEST(signing_out_there_is_offered_where_there_is_a_place_for_it)
{
    struct world w;
    str url;
    world_open(&w);
    CHECK_OK(openid_end(&w.party.base, &w.arena, &w.provider, STR("https://g.example/"), &url));
    CHECK(url.ptr == NULL);
    world_close(&w);
    world_open(&w);
    w.metadata = metadata_with(&w, ISSUER,
                               ALL_ALGORITHMS ",\"end_session_endpoint\":\"" ISSUER "/end?x=1\"");
    CHECK_OK(openid_end(&w.party.base, &w.arena, &w.provider, STR("https://g.example/"), &url));
    CHECK_STR(STR(ISSUER "/end?x=1&client_id=gantry&"
                         "post_logout_redirect_uri=https%3A%2F%2Fg.example%2F"),
              url);
    world_close(&w);
}
