/* Access tokens: what is none of ours, and keys that follow one another on several nodes. */
#include "tests/contract/handlers.h"

#include "application/commands/auth/rotate_signing_keys/command.h"
#include "base/buf.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/x509.h>

static err verify(struct world *w, str token)
{
    struct access_claims claims;
    return token_verify_access(&w->tokens.base, &w->arena, token, w->clock.time, &claims);
}

static str encode(struct world *w, str text)
{
    struct buf out = BUF_IN(&w->arena);
    buf_add_base64url(&out, text.ptr, text.len);
    return buf_str(&out);
}

static void split(str token, str parts[3])
{
    str rest = token;
    CHECK(str_cut(&rest, '.', &parts[0]) && str_cut(&rest, '.', &parts[1]) &&
          str_cut(&rest, '.', &parts[2]));
}

static str joined(struct world *w, str header, str payload, str signature)
{
    return str_format(&w->arena, "%.*s.%.*s.%.*s", STR_ARG(header), STR_ARG(payload),
                      STR_ARG(signature));
}

static str decoded(struct world *w, str text)
{
    str out;
    CHECK(base64url_decode(&w->arena, text, &out));
    return out;
}

static str replaced(struct world *w, str text, const char *from, const char *to)
{
    size_t at = str_find(text, str_of(from));
    CHECK(at != SIZE_MAX);
    return str_format(&w->arena, "%.*s%s%.*s", STR_ARG(str_sub(text, 0, at)), to,
                      STR_ARG(str_sub(text, at + strlen(from), text.len)));
}

/* As the program would: with its own key. */
static str signed_by(struct world *w, EVP_PKEY *key, str header, str payload)
{
    unsigned char der[80], raw[64];
    size_t size = sizeof der;
    str text = str_format(&w->arena, "%.*s.%.*s", STR_ARG(header), STR_ARG(payload));
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    CHECK(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1);
    CHECK(EVP_DigestSign(ctx, der, &size, (const unsigned char *)text.ptr, text.len) == 1);
    EVP_MD_CTX_free(ctx);
    const unsigned char *p = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &p, (long)size);
    CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32) == 32);
    CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32) == 32);
    ECDSA_SIG_free(pair);
    return joined(w, header, payload, encode(w, (str){(char *)raw, sizeof raw}));
}

static str ours(struct world *w, str header, str payload)
{
    return signed_by(w, w->tokens.keys.keys[0].key, header, payload);
}

static str access_token(struct world *w)
{
    struct session_tokens tokens = {0};
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    return tokens.access_token;
}

WORLD(an_access_token_says_what_it_is)
{
    str parts[3];
    split(access_token(w), parts);
    str header = decoded(w, parts[0]), payload = decoded(w, parts[1]);
    CHECK(str_find(header, STR("\"alg\":\"ES256\"")) != SIZE_MAX);
    CHECK(str_find(header, STR("\"typ\":\"at+jwt\"")) != SIZE_MAX);
    CHECK(str_find(header, str_of(w->tokens.keys.keys[0].id)) != SIZE_MAX);
    static const char *const claims[] = {
        "\"iss\":\"gantry\"", "\"aud\":\"gantry\"", "\"iat\":", "\"exp\":", "\"jti\":", "\"sub\":"};
    for (size_t i = 0; i < COUNT_OF(claims); i++)
        CHECK(str_find(payload, str_of(claims[i])) != SIZE_MAX);
    CHECK_OK(verify(w, ours(w, parts[0], parts[1]))); /* the tests below sign well */
}

/* Each signed with our own key: the header alone makes it none. */
WORLD(a_header_of_another_form_is_refused_though_the_signature_is_good)
{
    str parts[3];
    split(access_token(w), parts);
    str header = decoded(w, parts[0]);
    static const char *const changes[][2] = {
        {"\"ES256\"", "\"none\""},
        {"\"ES256\"", "\"NONE\""},
        {"\"ES256\"", "\"HS256\""},
        {"\"ES256\"", "\"RS256\""},
        {"\"ES256\"", "\"ES384\""},
        {"\"ES256\"", "\"\""},
        {"\"ES256\"", "null"},
        {"at+jwt", "JWT"},
        {"at+jwt", "rt+jwt"},
        {"\"typ\":\"at+jwt\",", ""},
        {"\"kid\":\"", "\"kid\":\"../"},
        {"\"kid\":\"", "\"kid\":\"' OR 1=1 --"},
        {"{", "{\"jku\":\"https://evil.example/jwks.json\","},
        {"{", "{\"x5u\":\"https://evil.example/key.pem\","},
        {"{", "{\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"},"},
        {"{", "{\"crit\":[\"exp\"],"},
        {"{", "{\"b64\":false,"},
        {"{", "{\"alg\":\"none\","},
        {"{", "{ "},
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        str changed = encode(w, replaced(w, header, changes[i][0], changes[i][1]));
        CHECK_ERR(UNAUTHENTICATED, verify(w, ours(w, changed, parts[1])));
        CHECK_ERR(UNAUTHENTICATED, verify(w, joined(w, changed, parts[1], STR(""))));
    }
}

WORLD(claims_of_another_form_are_refused_though_the_signature_is_good)
{
    str parts[3];
    split(access_token(w), parts);
    str payload = decoded(w, parts[1]);
    static const char *const changes[][2] = {
        {"\"iss\":\"gantry\"", "\"iss\":\"other\""},
        {"\"aud\":\"gantry\"", "\"aud\":\"other\""},
        {"\"aud\":\"gantry\"", "\"aud\":[\"gantry\"]"},
        {"\"aud\":\"gantry\",", ""},
        {"\"iss\":\"gantry\",", ""},
        {"\"iss\":\"gantry\"", "\"iss\":\"gantry\",\"iss\":\"gantry\""},
        {"\"exp\":", "\"exp\":9"},
        {"\"exp\":", "\"exp\":-"},
        {"\"exp\":", "\"exp\":0.5e3,\"x\":"},
        {"\"exp\":", "\"nbf\":"},
        {"\"iat\":", "\"iat\":9"},
        {"\"iat\":1", "\"iat\":0"},
        {"\"sub\":\"", "\"sub\":\"x"},
        {"\"sid\":\"", "\"sid\":\"x"},
        {"\"ukey\":", "\"ukey\":true,\"u\":"},
        {"{", "{\"admin\":true,"},
        {"}", "}}"},
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        str changed = encode(w, replaced(w, payload, changes[i][0], changes[i][1]));
        CHECK_ERR(UNAUTHENTICATED, verify(w, ours(w, parts[0], changed)));
    }
}

WORLD(a_signature_of_another_key_or_none_is_refused)
{
    str parts[3];
    char zeros[64] = {0}, mac[32];
    unsigned size = sizeof mac;
    split(access_token(w), parts);
    EVP_PKEY *other = EVP_EC_gen("P-256");
    CHECK_ERR(UNAUTHENTICATED, verify(w, signed_by(w, other, parts[0], parts[1])));
    EVP_PKEY_free(other);
    CHECK_ERR(UNAUTHENTICATED, verify(w, joined(w, parts[0], parts[1], STR(""))));
    CHECK_ERR(UNAUTHENTICATED,
              verify(w, joined(w, parts[0], parts[1], encode(w, (str){zeros, sizeof zeros}))));
    /* the public key as the secret of an HMAC (RFC 8725 2.1) */
    unsigned char *der = NULL;
    int der_size = i2d_PUBKEY(w->tokens.keys.keys[0].key, &der);
    str hs256 = encode(w, replaced(w, decoded(w, parts[0]), "ES256", "HS256"));
    str text = str_format(&w->arena, "%.*s.%.*s", STR_ARG(hs256), STR_ARG(parts[1]));
    CHECK(HMAC(EVP_sha256(), der, der_size, (const unsigned char *)text.ptr, text.len,
               (unsigned char *)mac, &size) != NULL);
    OPENSSL_free(der);
    CHECK_ERR(UNAUTHENTICATED,
              verify(w, joined(w, hs256, parts[1], encode(w, (str){mac, sizeof mac}))));
}

WORLD(a_token_has_one_form)
{
    str parts[3], token = access_token(w);
    split(token, parts);
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned good = 0;
    str changed = str_copy(&w->arena, token);
    for (size_t i = 0; digits[i] != '\0'; i++) { /* the last has bits that mean nothing */
        ((char *)changed.ptr)[changed.len - 1] = digits[i];
        good += !failed(verify(w, changed));
    }
    CHECK_INT(1, good);
    CHECK_ERR(UNAUTHENTICATED, verify(w, str_format(&w->arena, "%.*s=", STR_ARG(token))));
    CHECK_ERR(UNAUTHENTICATED, verify(w, str_format(&w->arena, "%.*s.", STR_ARG(token))));
    CHECK_ERR(UNAUTHENTICATED, verify(w, str_format(&w->arena, " %.*s", STR_ARG(token))));
    CHECK_ERR(UNAUTHENTICATED, verify(w, STR("..")));
    CHECK_ERR(UNAUTHENTICATED, verify(w, STR("")));
}

WORLD(tokens_of_one_kind_are_none_of_another)
{
    struct session_tokens tokens = {0};
    struct refresh_claims refresh;
    uuid session_id;
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    CHECK_ERR(UNAUTHENTICATED, verify(w, tokens.refresh_token));
    CHECK_ERR(UNAUTHENTICATED, verify(w, tokens.browser_token));
    CHECK_ERR(UNAUTHENTICATED,
              token_verify_refresh(&w->tokens.base, &w->arena, tokens.access_token, &refresh));
    CHECK_ERR(UNAUTHENTICATED,
              token_verify_refresh(&w->tokens.base, &w->arena, tokens.browser_token, &refresh));
    CHECK_ERR(UNAUTHENTICATED,
              token_verify_browser(&w->tokens.base, tokens.refresh_token, &session_id));
}

static err rotate(struct world *w)
{
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &administrator);
    struct rotate_signing_keys_result result;
    return rotate_signing_keys_send(&scope, &(struct rotate_signing_keys){0}, &result);
}

static bool renew(struct world *w, int64_t *removed_count)
{
    struct principal program = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &program);
    struct renew_signing_keys_result result;
    CHECK_OK(renew_signing_keys_send(&scope, &(struct renew_signing_keys){.days = SIGNING_KEY_DAYS},
                                     &result));
    *removed_count = result.removed_count;
    return result.is_made;
}

static str kid_of(struct world *w, str token)
{
    str parts[3];
    split(token, parts);
    return decoded(w, parts[0]);
}

static size_t published(struct world *w, struct token_jws *t)
{
    str text = token_jwks(&t->base, &w->arena, w->clock.time);
    size_t count = 0, at;
    for (; (at = str_find(text, STR("\"kid\""))) != SIZE_MAX; count++)
        text = str_sub(text, at + 5, text.len);
    return count;
}

WORLD(a_key_is_published_before_it_signs_and_known_until_its_tokens_have_expired)
{
    struct token_jws other;
    int64_t removed;
    CHECK_OK(token_jws_open(&other, str_of(w->folder), STR_NONE)); /* another node, same secret */
    CHECK_OK(token_jws_open_keys(&other, &w->database.base, &w->seals.base, &w->clock.base));
    str first = access_token(w);
    CHECK_INT(1, published(w, &other));
    CHECK_OK(rotate(w));
    CHECK_OK(key_ring_read(&w->tokens.keys));
    CHECK_INT(2, published(w, &w->tokens));
    CHECK_STR(kid_of(w, first), kid_of(w, access_token(w))); /* published, does not sign yet */
    world_wait(w, SIGNING_KEY_LEAD_SECONDS_MIN);
    str second = access_token(w);
    CHECK(!str_eq(kid_of(w, first), kid_of(w, second)));
    struct access_claims claims; /* the other node has not heard, and asks */
    CHECK_INT(1, published(w, &other));
    CHECK_OK(token_verify_access(&other.base, &w->arena, second, w->clock.time, &claims));
    CHECK_OK(token_verify_access(&other.base, &w->arena, first, w->clock.time, &claims));
    CHECK_INT(2, published(w, &other));
    world_wait(w, ACCESS_TOKEN_SECONDS + SIGNING_KEY_MARGIN_SECONDS - 1);
    CHECK_INT(2, published(w, &w->tokens));
    CHECK(!renew(w, &removed));
    CHECK_INT(0, removed);
    world_wait(w, 1);
    CHECK_INT(1, published(w, &w->tokens));
    CHECK(!renew(w, &removed));
    CHECK_INT(1, removed);
    CHECK_INT(1, row_count(w, MEMORY_SIGNING_KEYS));
    token_jws_close(&other);
}

WORLD(the_next_key_is_made_in_time)
{
    int64_t removed;
    CHECK(!renew(w, &removed));
    world_wait(w, SIGNING_KEY_DAYS * 86400 - SIGNING_KEY_LEAD_SECONDS - 1);
    CHECK(!renew(w, &removed));
    world_wait(w, 1);
    CHECK(renew(w, &removed));
    CHECK(!renew(w, &removed));
    CHECK_OK(key_ring_read(&w->tokens.keys));
    CHECK_INT(2, published(w, &w->tokens));
    str before = access_token(w);
    world_wait(w, SIGNING_KEY_LEAD_SECONDS - 1);
    CHECK_STR(kid_of(w, before), kid_of(w, access_token(w)));
    world_wait(w, 1);
    CHECK(!str_eq(kid_of(w, before), kid_of(w, access_token(w))));
}

WORLD(keys_are_sealed_with_the_secret)
{
    struct token_jws other;
    struct seal_sodium seals;
    static const unsigned char secret[32] = "another secret";
    struct access_claims claims;
    str token = access_token(w);
    struct db_session *s = world_begin(w);
    struct signing_key_slice rows;
    CHECK_OK(signing_key_reader_all(s->readers.signing_keys, &w->arena, &rows));
    db_session_end(s);
    CHECK(str_starts(rows.at[0].sealed, STR("s1.")));
    CHECK_OK(seal_sodium_open(&seals, secret));
    CHECK_OK(token_jws_open(&other, str_of(w->folder), STR_NONE));
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    CHECK_OK(token_jws_open_keys(&other, &w->database.base, &seals.base, &w->clock.base));
    CHECK_ERR(UNAUTHENTICATED,
              token_verify_access(&other.base, &w->arena, token, w->clock.time, &claims));
    CHECK_INT(2, row_count(w, MEMORY_SIGNING_KEYS)); /* one of its own */
    token_jws_close(&other);
    seal_sodium_close(&seals);
}

WORLD(only_who_may_change_settings_rotates_keys)
{
    struct rotate_signing_keys_result result;
    struct principal viewer = world_principal(w, ROLE_VIEWER);
    struct scope scope = world_scope(w, &viewer);
    CHECK_ERR(FORBIDDEN,
              rotate_signing_keys_send(&scope, &(struct rotate_signing_keys){0}, &result));
    for (size_t i = row_count(w, MEMORY_SIGNING_KEYS); i < SIGNING_KEY_COUNT_MAX; i++) {
        CHECK_OK(rotate(w));
        world_wait(w, SIGNING_KEY_LEAD_SECONDS_MIN);
    }
    CHECK_ERR(RATE_LIMITED, rotate(w));
}

static err verify_url(struct world *w, str signature, const char *what, struct url_claims *claims)
{
    return token_verify_url(&w->tokens.base, &w->arena, signature, str_of(what), w->clock.time,
                            claims);
}

static str sign_url(struct world *w, int64_t seconds, str filename)
{
    str signature;
    struct url_claims claims = {
        .issuer_id = {{7}},
        .expires_at = {w->clock.time.us / SECONDS(1) * SECONDS(1) + SECONDS(seconds)},
        .filename = filename};
    CHECK_OK(token_sign_url(&w->tokens.base, &w->arena, &claims, STR("GET /a?b=c"), w->clock.time,
                            &signature));
    return signature;
}

WORLD(a_signed_address_says_who_and_until_when)
{
    struct url_claims claims;
    str signature = sign_url(w, 300, STR("name.pdf"));
    CHECK_OK(verify_url(w, signature, "GET /a?b=c", &claims));
    CHECK(!claims.is_of_key && claims.issuer_id.at[0] == 7 &&
          str_eq(claims.filename, STR("name.pdf")));
    static const char *const others[] = {"HEAD /a?b=c", "GET /a?b=d",   "GET /a",
                                         "GET /a?b=c&", "GET /a?b=c\n", ""};
    for (size_t i = 0; i < COUNT_OF(others); i++)
        CHECK_ERR(UNAUTHENTICATED, verify_url(w, signature, others[i], &claims));
    for (size_t i = 0; i < signature.len; i++) {
        char *changed = str_cstr(&w->arena, signature);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK_ERR(UNAUTHENTICATED, verify_url(w, str_of(changed), "GET /a?b=c", &claims));
        CHECK_ERR(UNAUTHENTICATED, verify_url(w, str_sub(signature, 0, i), "GET /a?b=c", &claims));
    }
    world_wait(w, 301);
    CHECK_ERR(UNAUTHENTICATED, verify_url(w, signature, "GET /a?b=c", &claims));
}

/* The last second of a day, and what was signed for longer than anybody may. */
WORLD(the_key_of_a_day_is_good_for_an_hour_of_the_next)
{
    enum { DAY = 24 * 3600 };
    struct url_claims claims;
    world_wait(w, DAY - w->clock.time.us / SECONDS(1) % DAY - 1);
    str signature = sign_url(w, SIGNED_URL_SECONDS_MAX, STR("")),
        longer = sign_url(w, DAY, STR(""));
    CHECK_ERR(UNAUTHENTICATED, verify_url(w, longer, "GET /a?b=c", &claims));
    world_wait(w, SIGNED_URL_SECONDS_MAX - 1);
    CHECK_OK(verify_url(w, signature, "GET /a?b=c", &claims));
    world_wait(w, 1);
    CHECK_ERR(UNAUTHENTICATED, verify_url(w, signature, "GET /a?b=c", &claims));
}

WORLD(signatures_of_another_secret_are_none)
{
    struct token_jws other;
    struct url_claims claims;
    str signature = sign_url(w, 300, STR(""));
    CHECK_OK(token_jws_open(&other, str_of(w->folder), STR("another secret of enough characters")));
    CHECK_ERR(UNAUTHENTICATED, token_verify_url(&other.base, &w->arena, signature,
                                                STR("GET /a?b=c"), w->clock.time, &claims));
    token_jws_close(&other);
}
