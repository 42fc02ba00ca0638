/* JWS straight on OpenSSL's EVP. */
#include "infrastructure/token_jws.h"

#include "infrastructure/token_api_key.h"
#include "infrastructure/token_signed_url.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "domain/entities/session.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    COORDINATE_SIZE = 32,
    SIGNATURE_SIZE = 2 * COORDINATE_SIZE,
    SECRET_KEY_SIZE_MIN = 32,
    TOKEN_SIZE_MAX = 1024,
    TOKEN_ID_SIZE = 16,
    SECRET_SIZE_MAX = 4096,
    CLOCK_MARGIN_SECONDS = 60 /* by which a node may be ahead */
};
#define ISSUER "gantry"

/* RFC 9068 2.2: who issued it and for whom, which are the same here, whose it is, which of all
 * tokens it is, when it was issued and until when it is good. */
struct jwt_claims {
    str iss, aud, sub, sid, jti;
    int64_t ukey, iat, exp;
};
DECLARE_SCHEMA(jwt_claims);
SCHEMA(jwt_claims, FIELD(jwt_claims, iss, .flags = REQUIRED),
       FIELD(jwt_claims, aud, .flags = REQUIRED), FIELD(jwt_claims, sub, .flags = REQUIRED),
       FIELD(jwt_claims, sid, .flags = REQUIRED), FIELD(jwt_claims, jti, .flags = REQUIRED),
       FIELD(jwt_claims, ukey, .flags = REQUIRED), FIELD(jwt_claims, iat, .flags = REQUIRED),
       FIELD(jwt_claims, exp, .flags = REQUIRED));

static struct token_jws *self(struct token_service *t)
{
    return container_of(t, struct token_jws, base);
}

static str token_id(struct arena *a)
{
    unsigned char bytes[TOKEN_ID_SIZE];
    struct buf out = BUF_IN(a);
    random_bytes(bytes, sizeof bytes);
    buf_add_base64url(&out, bytes, sizeof bytes);
    return buf_str(&out);
}

static err no_token(void)
{
    return ERR(UNAUTHENTICATED, "the token is not valid");
}

/* Reads a small file that only its owner may read. NOT_FOUND when it is not there. */
static err read_private(struct arena *a, const char *path, str *out)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR(NOT_FOUND, "no key yet")
                               : ERR(UNAVAILABLE, "a key cannot be read");
    char *bytes = arena_alloc(a, SECRET_SIZE_MAX + 1, 1);
    ssize_t size = fstat(fd, &info) == 0 ? read(fd, bytes, SECRET_SIZE_MAX) : -1;
    close(fd);
    if (size < 0)
        return ERR(UNAVAILABLE, "a key cannot be read");
    if ((info.st_mode & 077) != 0)
        return ERRF(a, INVALID, "%s can be read by others: chmod 600", path);
    *out = (str){bytes, (size_t)size};
    return OK;
}

static err write_private(const char *path, str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ERR(UNAVAILABLE, "a key cannot be written");
    bool written = write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len && fsync(fd) == 0;
    close(fd);
    return written ? OK : ERR(UNAVAILABLE, "a key cannot be written");
}

static err load_secret(struct token_jws *t, struct arena *a, const char *path, str given)
{
    str secret = given;
    if (given.ptr == NULL) {
        err e = read_private(a, path, &secret);
        if (e.code == ERR_NOT_FOUND) {
            char *bytes = arena_alloc(a, SECRET_KEY_SIZE_MIN, 1);
            random_bytes(bytes, SECRET_KEY_SIZE_MIN);
            secret = (str){bytes, SECRET_KEY_SIZE_MIN};
            e = write_private(path, secret);
        }
        TRY(e);
    }
    if (secret.len < SECRET_KEY_SIZE_MIN)
        return ERR(INVALID, "GANTRY_SECRET_KEY must have at least 32 characters");
    EVP_Digest(secret.ptr, secret.len, t->secret, NULL, EVP_sha256(), NULL);
    return OK;
}

/* DER to r || s, RFC 7518 3.4. */
static bool raw_signature(const unsigned char *der, size_t size, unsigned char out[SIGNATURE_SIZE])
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)size);
    bool ok = pair != NULL &&
              BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, COORDINATE_SIZE) == COORDINATE_SIZE &&
              BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + COORDINATE_SIZE, COORDINATE_SIZE) ==
                  COORDINATE_SIZE;
    ECDSA_SIG_free(pair);
    return ok;
}

static err sign(EVP_PKEY *key, str text, unsigned char out[SIGNATURE_SIZE])
{
    unsigned char der[80];
    size_t size = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(ctx, der, &size, (const unsigned char *)text.ptr, text.len) == 1 &&
              raw_signature(der, size, out);
    EVP_MD_CTX_free(ctx);
    return ok ? OK : ERR(INTERNAL, "a token could not be signed");
}

static bool signature_is_good(EVP_PKEY *key, str text, str raw)
{
    unsigned char der[80], *end = der;
    if (raw.len != SIGNATURE_SIZE)
        return false;
    const unsigned char *p = (const unsigned char *)raw.ptr;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(p, COORDINATE_SIZE, NULL),
           *s = BN_bin2bn(p + COORDINATE_SIZE, COORDINATE_SIZE, NULL);
    ECDSA_SIG_set0(pair, r, s);
    int size = i2d_ECDSA_SIG(pair, &end);
    ECDSA_SIG_free(pair);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good =
        size > 0 && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestVerify(ctx, der, (size_t)size, (const unsigned char *)text.ptr, text.len) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

static err issue_access(struct token_service *base, struct arena *a,
                        const struct access_claims *claims, str *out)
{
    struct token_jws *t = self(base);
    struct buf payload = BUF_IN(a), token = BUF_IN(a);
    unsigned char signature[SIGNATURE_SIZE];
    struct ring_key key;
    const struct jwt_claims jwt = {STR(ISSUER),
                                   STR(ISSUER),
                                   uuid_text(a, claims->user_id),
                                   uuid_text(a, claims->session_id),
                                   token_id(a),
                                   claims->user_key,
                                   claims->issued_at.us / 1000000,
                                   claims->expires_at.us / 1000000};
    if (!key_ring_signer(&t->keys, claims->issued_at, &key))
        return ERR(UNAVAILABLE, "there is no key to sign with");
    json_write(&payload, &jwt_claims_schema, &jwt, 0);
    buf_add(&token, str_of(key.header));
    buf_add_char(&token, '.');
    buf_add_base64url(&token, payload.ptr, payload.len);
    err e = sign(key.key, buf_str(&token), signature);
    EVP_PKEY_free(key.key);
    TRY(e);
    buf_add_char(&token, '.');
    buf_add_base64url(&token, signature, sizeof signature);
    *out = buf_str(&token);
    return OK;
}

/* Of several texts that decode to the same bytes one is taken: a token has one form. */
static bool decode(struct arena *a, str text, str *out)
{
    struct buf again = BUF_IN(a);
    if (!base64url_decode(a, text, out))
        return false;
    buf_add_base64url(&again, out->ptr, out->len);
    return str_eq(buf_str(&again), text);
}

/* Made as ours are, for a key that is not known here. */
static bool may_be_ours(struct arena *a, str header)
{
    static const str head = STR_INIT("{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"");
    str json;
    return decode(a, header, &json) && str_starts(json, head) && str_ends(json, STR("\"}")) &&
           json.len == head.len + SIGNING_KEY_ID_SIZE + 2;
}

static bool find_key(struct token_jws *t, struct arena *a, str header, instant now,
                     struct ring_key *out)
{
    return key_ring_find(&t->keys, header, now, out) ||
           (may_be_ours(a, header) && key_ring_ask(&t->keys) &&
            key_ring_find(&t->keys, header, now, out));
}

static bool read_claims(struct arena *a, str json, instant now, struct access_claims *out)
{
    struct jwt_claims jwt = {0};
    struct issues issues = {.arena = a};
    int64_t seconds = now.us / 1000000;
    if (failed(json_read(a, json, &jwt_claims_schema, &jwt, &issues)) || issues.list.len != 0 ||
        !str_eq(jwt.iss, STR(ISSUER)) || !str_eq(jwt.aud, STR(ISSUER)) || jwt.exp <= seconds ||
        jwt.iat > seconds + CLOCK_MARGIN_SECONDS || jwt.exp <= jwt.iat ||
        jwt.exp - jwt.iat > ACCESS_TOKEN_SECONDS || !uuid_from_text(jwt.sub, &out->user_id) ||
        !uuid_from_text(jwt.sid, &out->session_id))
        return false;
    out->user_key = jwt.ukey;
    out->issued_at = (instant){SECONDS(jwt.iat)};
    out->expires_at = (instant){SECONDS(jwt.exp)};
    return true;
}

static err verify_access(struct token_service *base, struct arena *a, str token, instant now,
                         struct access_claims *out)
{
    str header, payload, rest = token, signature, json;
    struct ring_key key;
    if (token.len > TOKEN_SIZE_MAX || !str_cut(&rest, '.', &header) ||
        !str_cut(&rest, '.', &payload) || rest.ptr == NULL || !decode(a, rest, &signature) ||
        !decode(a, payload, &json) || !find_key(self(base), a, header, now, &key))
        return no_token();
    bool is_good =
        signature_is_good(key.key, str_sub(token, 0, header.len + 1 + payload.len), signature);
    EVP_PKEY_free(key.key);
    return is_good && read_claims(a, json, now, out) ? OK : no_token();
}

static void refresh_mac(struct token_jws *t, const struct refresh_claims *claims,
                        unsigned char out[32])
{
    unsigned char message[16 + 8];
    unsigned size = 32;
    memcpy(message, claims->session_id.at, 16);
    for (unsigned i = 0; i < 8; i++)
        message[16 + i] = (unsigned char)((uint64_t)claims->generation >> (8 * i));
    HMAC(EVP_sha256(), t->secret, sizeof t->secret, message, sizeof message, out, &size);
}

static err issue_refresh(struct token_service *base, struct arena *a,
                         const struct refresh_claims *claims, str *out)
{
    unsigned char mac[32];
    struct buf text = BUF_IN(a);
    refresh_mac(self(base), claims, mac);
    buf_addf(&text, "gr_%.*s.%lld.", STR_ARG(uuid_text(a, claims->session_id)),
             (long long)claims->generation);
    buf_add_base64url(&text, mac, sizeof mac);
    *out = buf_str(&text);
    return OK;
}

static err verify_refresh(struct token_service *base, struct arena *a, str token,
                          struct refresh_claims *out)
{
    unsigned char mac[32];
    str id, generation, rest = token, given;
    if (!str_starts(token, STR("gr_")) || token.len > TOKEN_SIZE_MAX)
        return no_token();
    rest = str_sub(token, 3, token.len);
    if (!str_cut(&rest, '.', &id) || !str_cut(&rest, '.', &generation) || rest.ptr == NULL ||
        !uuid_from_text(id, &out->session_id) || !str_to_i64(generation, &out->generation) ||
        !base64url_decode(a, rest, &given))
        return no_token();
    refresh_mac(self(base), out, mac);
    return str_eq_secret((str){(char *)mac, sizeof mac}, given) ? OK : no_token();
}

static void browser_mac(struct token_jws *t, uuid session_id, unsigned char out[32])
{
    static const char label[16] = "browser session"; /* longer than what a refresh token signs */
    unsigned char message[sizeof label + 16];
    unsigned size = 32;
    memcpy(message, label, sizeof label);
    memcpy(message + sizeof label, session_id.at, 16);
    HMAC(EVP_sha256(), t->secret, sizeof t->secret, message, sizeof message, out, &size);
}

static err issue_browser(struct token_service *base, struct arena *a, uuid session_id, str *out)
{
    unsigned char mac[32];
    struct buf text = BUF_IN(a);
    browser_mac(self(base), session_id, mac);
    buf_addf(&text, BROWSER_TOKEN_PREFIX "%.*s.", STR_ARG(uuid_text(a, session_id)));
    buf_add_base64url(&text, mac, sizeof mac);
    *out = buf_str(&text);
    return OK;
}

static err verify_browser(struct token_service *base, str token, uuid *session_id)
{
    unsigned char mac[32];
    str id, rest = token, prefix = STR(BROWSER_TOKEN_PREFIX);
    if (!str_starts(token, prefix) || token.len > TOKEN_SIZE_MAX)
        return no_token();
    rest = str_sub(token, prefix.len, token.len);
    if (!str_cut(&rest, '.', &id) || rest.ptr == NULL || !uuid_from_text(id, session_id))
        return no_token();
    struct arena scratch = {0};
    struct buf wanted = BUF_IN(&scratch);
    browser_mac(self(base), *session_id, mac);
    buf_add_base64url(&wanted, mac, sizeof mac);
    bool is_ours = str_eq_secret(buf_str(&wanted), rest);
    arena_deinit(&scratch);
    return is_ours ? OK : no_token();
}

static str jwks(struct token_service *base, struct arena *a, instant now)
{
    return key_ring_jwks(&self(base)->keys, a, now);
}

static err make_key(struct token_service *base, struct arena *a, struct signing_key *out)
{
    return key_ring_make(self(base)->keys.seals, a, out);
}

static str hash_token(struct token_service *base, struct arena *a, str token)
{
    unsigned char digest[32];
    struct buf out = BUF_IN(a);
    (void)base;
    EVP_Digest(token.ptr, token.len, digest, NULL, EVP_sha256(), NULL);
    buf_add_hex(&out, digest, sizeof digest);
    return buf_str(&out);
}

static const struct token_service_ops jws_ops = {.issue_access = issue_access,
                                                 .verify_access = verify_access,
                                                 .issue_refresh = issue_refresh,
                                                 .verify_refresh = verify_refresh,
                                                 .issue_browser = issue_browser,
                                                 .verify_browser = verify_browser,
                                                 .make_api_key = token_api_key_make,
                                                 .read_api_key = token_api_key_read,
                                                 .sign_url = token_signed_url_make,
                                                 .verify_url = token_signed_url_read,
                                                 .jwks = jwks,
                                                 .make_key = make_key,
                                                 .hash = hash_token};

err token_jws_open(struct token_jws *t, str folder, str secret_key)
{
    struct arena scratch = {0};
    *t = (struct token_jws){.base = {&jws_ops}};
    err e = load_secret(t, &scratch, str_format(&scratch, "%.*s/secret.key", STR_ARG(folder)).ptr,
                        secret_key);
    if (failed(e)) /* the text may be in the scratch */
        e = (err){e.code,
                  e.code == ERR_INVALID
                      ? "a key cannot be used: is it too short, or can others read it?"
                      : e.text,
                  e.where};
    arena_deinit(&scratch);
    return e;
}

uuid token_jws_fingerprint(const struct token_jws *t)
{
    unsigned char digest[32];
    unsigned size = sizeof digest;
    uuid out = {0};
    if (HMAC(EVP_sha256(), t->secret, sizeof t->secret, (const unsigned char *)"gantry fingerprint",
             18, digest, &size) != NULL)
        memcpy(&out, digest, sizeof out);
    return out;
}

err token_jws_open_keys(struct token_jws *t, struct db_context *db, struct seal_service *seals,
                        struct clock *clock)
{
    return key_ring_open(&t->keys, db, seals, clock);
}

void token_jws_close(struct token_jws *t)
{
    key_ring_close(&t->keys);
    OPENSSL_cleanse(t, sizeof *t);
}
