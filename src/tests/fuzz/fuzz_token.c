/* Any bytes as a token of each kind, and any bytes as the claims of a token that is signed well. */
#include "base/arena.h"
#include "base/buf.h"
#include "domain/entities/session.h"
#include "infrastructure/seal_sodium.h"
#include "infrastructure/token_jws.h"
#include "tests/support/folder.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct signing_key row;
static const instant now = {SECONDS(1750000000)};

static err all_keys(struct signing_key_reader *r, struct arena *a, struct signing_key_slice *out)
{
    (void)r;
    *out = (struct signing_key_slice){0};
    *SLICE_PUSH(a, out) = row;
    return OK;
}

static err session_begin(struct db_context *db, struct arena *a, struct clock *clock,
                         struct db_session **out)
{
    static const struct signing_key_reader_ops reader = {.all = all_keys};
    (void)clock;
    *out = NEW(a, struct db_session);
    db_session_init(*out, db, &(const struct db_repositories){.signing_key_reader = {&reader}});
    return OK;
}

static void session_end(struct db_session *s)
{
    (void)s;
}

/* A token service with one key; lives as long as the target. */
static struct token_jws *service(void)
{
    static const struct db_context_ops ops = {.session_begin = session_begin,
                                              .session_end = session_end};
    static struct token_jws tokens;
    static struct db_context db = {.ops = &ops};
    static struct seal_sodium seals;
    static struct manual_clock clock;
    static struct arena kept;
    char folder[TEST_PATH_SIZE];
    temporary_template(folder, "fuzz");
    if (tokens.keys.db != NULL)
        return &tokens;
    manual_clock_init(&clock, now);
    if (mkdtemp(folder) == NULL ||
        failed(
            token_jws_open(&tokens, str_of(folder), STR("a secret for the fuzzer, 32 bytes."))) ||
        failed(seal_sodium_open(&seals, tokens.secret)) ||
        failed(key_ring_make(&seals.base, &kept, &row)))
        abort();
    row.key = 1;
    row.active_at = now;
    if (failed(token_jws_open_keys(&tokens, &db, &seals.base, &clock.base)))
        abort();
    return &tokens;
}

static str signed_token(struct arena *a, const struct ring_key *key, str payload)
{
    unsigned char der[80], raw[64];
    size_t size = sizeof der;
    struct buf out = BUF_IN(a);
    buf_add(&out, str_of(key->header));
    buf_add_char(&out, '.');
    buf_add_base64url(&out, payload.ptr, payload.len);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->key) != 1 ||
        EVP_DigestSign(ctx, der, &size, (const unsigned char *)out.ptr, out.len) != 1)
        abort();
    EVP_MD_CTX_free(ctx);
    const unsigned char *p = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &p, (long)size);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32);
    ECDSA_SIG_free(pair);
    buf_add_char(&out, '.');
    buf_add_base64url(&out, raw, sizeof raw);
    return buf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct token_jws *t = service();
    struct arena a = {0};
    struct access_claims access;
    struct refresh_claims refresh;
    uuid session_id;
    str text = {(const char *)data, size};
    /* nobody but us makes one that is good */
    if (!failed(token_verify_access(&t->base, &a, text, now, &access)) ||
        !failed(token_verify_refresh(&t->base, &a, text, &refresh)) ||
        !failed(token_verify_browser(&t->base, text, &session_id)))
        __builtin_trap();
    str token = signed_token(&a, &t->keys.keys[0], text);
    if (!failed(token_verify_access(&t->base, &a, token, now, &access)) &&
        (access.expires_at.us <= now.us ||
         access.expires_at.us - access.issued_at.us > SECONDS(ACCESS_TOKEN_SECONDS)))
        __builtin_trap();
    arena_deinit(&a);
    return 0;
}
