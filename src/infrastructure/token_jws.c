/* JWS straight on OpenSSL's EVP. */
#include "infrastructure/token_jws.h"

#include "infrastructure/token_api_key.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    COORDINATE_SIZE = 32,
    SIGNATURE_SIZE = 64,
    SECRET_KEY_SIZE_MIN = 32,
    TOKEN_SIZE_MAX = 1024,
    PEM_SIZE_MAX = 4096
};

struct jwt_claims {
    str iss, sub, sid;
    int64_t ukey, exp;
};
DECLARE_SCHEMA(jwt_claims);
SCHEMA(jwt_claims, FIELD(jwt_claims, iss, .flags = REQUIRED),
       FIELD(jwt_claims, sub, .flags = REQUIRED), FIELD(jwt_claims, sid, .flags = REQUIRED),
       FIELD(jwt_claims, ukey, .flags = REQUIRED), FIELD(jwt_claims, exp, .flags = REQUIRED));

static struct token_jws *self(struct token_service *t)
{
    return container_of(t, struct token_jws, base);
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
    char *bytes = arena_alloc(a, PEM_SIZE_MAX + 1, 1);
    ssize_t size = fstat(fd, &info) == 0 ? read(fd, bytes, PEM_SIZE_MAX) : -1;
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

static err make_key(struct token_jws *t, struct arena *a, const char *path)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    t->key = EVP_EC_gen("P-256");
    if (t->key == NULL || PEM_write_bio_PrivateKey(bio, t->key, NULL, NULL, 0, NULL, NULL) != 1) {
        BIO_free(bio);
        return ERR(UNAVAILABLE, "a key cannot be made");
    }
    long size = BIO_get_mem_data(bio, &text);
    str pem = {arena_copy(a, text, (size_t)size), (size_t)size};
    BIO_free(bio);
    return write_private(path, pem);
}

static err load_key(struct token_jws *t, struct arena *a, const char *path)
{
    str pem = STR_NONE;
    err e = read_private(a, path, &pem);
    if (e.code == ERR_NOT_FOUND)
        return make_key(t, a, path);
    TRY(e);
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    t->key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (t->key == NULL || EVP_PKEY_get_id(t->key) != EVP_PKEY_EC)
        return ERR(INVALID, "the signing key is not a P-256 key");
    return OK;
}

/* The scalar of a P-256 key: the first number below the order that the secret leads to. */
static bool derive_scalar(const unsigned char secret[32], const BIGNUM *order, BIGNUM *scalar)
{
    for (unsigned char count = 1; count < 255; count++) {
        unsigned char text[] = "gantry signing key  ", digest[32];
        unsigned size = sizeof digest;
        text[sizeof text - 2] = count;
        if (HMAC(EVP_sha256(), secret, 32, text, sizeof text - 1, digest, &size) == NULL)
            return false;
        BN_bin2bn(digest, sizeof digest, scalar);
        OPENSSL_cleanse(digest, sizeof digest);
        if (!BN_is_zero(scalar) && BN_cmp(scalar, order) < 0)
            return true;
    }
    return false;
}

static EVP_PKEY *key_of(const BIGNUM *scalar, const unsigned char *point, size_t size)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, size);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    if (EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1)
        key = NULL;
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* Nodes that are given the same secret sign with the same key, whatever their folders. */
static err derive_key(struct token_jws *t)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = EC_POINT_new(group);
    BIGNUM *scalar = BN_secure_new();
    unsigned char octets[1 + 2 * COORDINATE_SIZE];
    if (derive_scalar(t->secret, EC_GROUP_get0_order(group), scalar) &&
        EC_POINT_mul(group, point, scalar, NULL, NULL, NULL) == 1 &&
        EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, octets, sizeof octets,
                           NULL) == sizeof octets)
        t->key = key_of(scalar, octets, sizeof octets);
    BN_clear_free(scalar);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return t->key != NULL ? OK : ERR(UNAVAILABLE, "a key cannot be made");
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

/* The public key as JWK; its thumbprint (RFC 7638) is the key id. */
static err describe_key(struct token_jws *t, struct arena *a)
{
    unsigned char point[1 + 2 * COORDINATE_SIZE], digest[32];
    size_t size;
    if (EVP_PKEY_get_octet_string_param(t->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
                                        &size) != 1 ||
        size != sizeof point)
        return ERR(INVALID, "the signing key is not a P-256 key");
    struct buf x = BUF_IN(a), y = BUF_IN(a), id = BUF_IN(a), jwks = BUF_IN(a);
    buf_add_base64url(&x, point + 1, COORDINATE_SIZE);
    buf_add_base64url(&y, point + 1 + COORDINATE_SIZE, COORDINATE_SIZE);
    str print = str_format(a, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                           STR_ARG(buf_str(&x)), STR_ARG(buf_str(&y)));
    EVP_Digest(print.ptr, print.len, digest, NULL, EVP_sha256(), NULL);
    buf_add_base64url(&id, digest, sizeof digest);
    memcpy(t->key_id, id.ptr, id.len);
    buf_addf(&jwks,
             "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%.*s\",\"y\":\"%.*s\",\"use\":"
             "\"sig\","
             "\"alg\":\"ES256\",\"kid\":\"%s\"}]}",
             STR_ARG(buf_str(&x)), STR_ARG(buf_str(&y)), t->key_id);
    t->jwks = heap_alloc(jwks.len + 1);
    memcpy(t->jwks, jwks.ptr, jwks.len);
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

static err sign(struct token_jws *t, str text, unsigned char out[SIGNATURE_SIZE])
{
    unsigned char der[80];
    size_t size = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, t->key) == 1 &&
              EVP_DigestSign(ctx, der, &size, (const unsigned char *)text.ptr, text.len) == 1 &&
              raw_signature(der, size, out);
    EVP_MD_CTX_free(ctx);
    return ok ? OK : ERR(INTERNAL, "a token could not be signed");
}

static bool signature_is_good(struct token_jws *t, str text, str raw)
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
        size > 0 && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, t->key) == 1 &&
        EVP_DigestVerify(ctx, der, (size_t)size, (const unsigned char *)text.ptr, text.len) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

/* The one header this program makes is the one it takes: nothing in it is a choice of the sender.
 */
static str header_of(struct token_jws *t, struct arena *a)
{
    struct buf out = BUF_IN(a);
    str json = str_format(a, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", t->key_id);
    buf_add_base64url(&out, json.ptr, json.len);
    return buf_str(&out);
}

static err issue_access(struct token_service *base, struct arena *a,
                        const struct access_claims *claims, str *out)
{
    struct token_jws *t = self(base);
    struct buf payload = BUF_IN(a), token = BUF_IN(a);
    unsigned char signature[SIGNATURE_SIZE];
    struct jwt_claims jwt = {STR("gantry"), uuid_text(a, claims->user_id),
                             uuid_text(a, claims->session_id), claims->user_key,
                             claims->expires_at.us / 1000000};
    json_write(&payload, &jwt_claims_schema, &jwt, 0);
    buf_add(&token, header_of(t, a));
    buf_add_char(&token, '.');
    buf_add_base64url(&token, payload.ptr, payload.len);
    TRY(sign(t, buf_str(&token), signature));
    buf_add_char(&token, '.');
    buf_add_base64url(&token, signature, sizeof signature);
    *out = buf_str(&token);
    return OK;
}

static err verify_access(struct token_service *base, struct arena *a, str token, instant now,
                         struct access_claims *out)
{
    struct token_jws *t = self(base);
    str header, payload, rest = token, signature, json;
    struct jwt_claims jwt = {0};
    struct issues issues = {.arena = a};
    if (token.len > TOKEN_SIZE_MAX || !str_cut(&rest, '.', &header) ||
        !str_cut(&rest, '.', &payload) || rest.ptr == NULL ||
        !base64url_decode(a, rest, &signature) || !base64url_decode(a, payload, &json))
        return no_token();
    if (!str_eq(header, header_of(t, a)) ||
        !signature_is_good(t, str_sub(token, 0, header.len + 1 + payload.len), signature))
        return no_token();
    err e = json_read(a, json, &jwt_claims_schema, &jwt, &issues);
    if (failed(e) || issues.list.len != 0 || !str_eq(jwt.iss, STR("gantry")) ||
        jwt.exp <= now.us / 1000000 || !uuid_from_text(jwt.sub, &out->user_id) ||
        !uuid_from_text(jwt.sid, &out->session_id))
        return no_token();
    out->user_key = jwt.ukey;
    out->expires_at = (instant){SECONDS(jwt.exp)};
    return OK;
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

static str jwks(struct token_service *base)
{
    return str_of(self(base)->jwks);
}

static const struct token_service_ops jws_ops = {.issue_access = issue_access,
                                                 .verify_access = verify_access,
                                                 .issue_refresh = issue_refresh,
                                                 .verify_refresh = verify_refresh,
                                                 .issue_browser = issue_browser,
                                                 .verify_browser = verify_browser,
                                                 .make_api_key = token_api_key_make,
                                                 .read_api_key = token_api_key_read,
                                                 .jwks = jwks};

err token_jws_open(struct token_jws *t, str folder, str secret_key)
{
    struct arena scratch = {0};
    *t = (struct token_jws){.base = {&jws_ops}};
    err e = load_secret(t, &scratch, str_format(&scratch, "%.*s/secret.key", STR_ARG(folder)).ptr,
                        secret_key);
    if (!failed(e) && secret_key.ptr != NULL)
        e = derive_key(t);
    else if (!failed(e))
        e = load_key(t, &scratch, str_format(&scratch, "%.*s/signing.pem", STR_ARG(folder)).ptr);
    if (!failed(e))
        e = describe_key(t, &scratch);
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

void token_jws_close(struct token_jws *t)
{
    EVP_PKEY_free(t->key);
    heap_free(t->jwks);
    *t = (struct token_jws){0};
}
