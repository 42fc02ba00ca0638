/* Straight on OpenSSL's EVP. */
#include "infrastructure/oidc/jws_verify.h"

#include "base/arena.h"
#include "base/buf.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum { ED25519_SIZE = 32, EXPONENT_SIZE_MAX = 4, POINT_SIZE_MAX = 1 + 2 * 48, DER_SIZE_MAX = 128 };

static const struct algorithm {
    const char *name;
    enum jwk_type type;
    const char *digest;      /* NULL: the signature scheme has its own */
    const char *half_digest; /* of at_hash */
    bool is_pss;
} algorithms[JWS_ALGORITHM_COUNT] = {
    [JWS_RS256] = {"RS256", JWK_RSA, "SHA256", "SHA256", false},
    [JWS_PS256] = {"PS256", JWK_RSA, "SHA256", "SHA256", true},
    [JWS_ES256] = {"ES256", JWK_P256, "SHA256", "SHA256", false},
    [JWS_ES384] = {"ES384", JWK_P384, "SHA384", "SHA384", false},
    [JWS_EDDSA] = {"EdDSA", JWK_ED25519, NULL, "SHA512", false},
};

bool jws_algorithm_of(str name, enum jws_algorithm *out)
{
    for (unsigned i = 0; i < JWS_ALGORITHM_COUNT; i++) {
        if (!str_eq(name, str_of(algorithms[i].name)))
            continue;
        *out = (enum jws_algorithm)i;
        return true;
    }
    return false;
}

/* Of several texts that decode to the same bytes one is taken. */
static bool decode(struct arena *a, str text, str *out)
{
    struct buf again = BUF_IN(a);
    if (!base64url_decode(a, text, out))
        return false;
    buf_add_base64url(&again, out->ptr, out->len);
    return str_eq(buf_str(&again), text);
}

static bool member_bytes(struct arena *a, const struct json_pair_slice *o, const char *name,
                         str *out)
{
    str text;
    return json_object_text(a, o, str_of(name), &text) && decode(a, text, out);
}

static bool read_rsa(struct arena *a, const struct json_pair_slice *o, struct jwk *k)
{
    k->type = JWK_RSA;
    if (!member_bytes(a, o, "n", &k->a) || !member_bytes(a, o, "e", &k->b))
        return false;
    while (k->a.len != 0 && k->a.ptr[0] == '\0') /* not allowed, but seen */
        k->a = str_sub(k->a, 1, k->a.len);
    bool is_odd = k->b.len != 0 && (k->b.ptr[k->b.len - 1] & 1) != 0;
    bool is_one = k->b.len == 1 && k->b.ptr[0] == 1;
    return k->a.len >= RSA_SIZE_MIN && k->a.len <= RSA_SIZE_MAX && is_odd && !is_one &&
           k->b.ptr[0] != '\0' && k->b.len <= EXPONENT_SIZE_MAX;
}

static bool read_curve(struct arena *a, const struct json_pair_slice *o, str kty, struct jwk *k)
{
    str name;
    if (!json_object_text(a, o, STR("crv"), &name) || !member_bytes(a, o, "x", &k->a))
        return false;
    if (str_eq(kty, STR("OKP"))) {
        k->type = JWK_ED25519;
        return str_eq(name, STR("Ed25519")) && k->a.len == ED25519_SIZE;
    }
    k->type = str_eq(name, STR("P-256")) ? JWK_P256 : JWK_P384;
    size_t size = k->type == JWK_P256 ? 32 : 48;
    return (k->type == JWK_P256 || str_eq(name, STR("P-384"))) && member_bytes(a, o, "y", &k->b) &&
           k->a.len == size && k->b.len == size;
}

/* What it says of its use allows to verify. */
static bool is_for_signatures(struct arena *a, const struct json_pair_slice *o)
{
    str use;
    struct str_slice operations;
    bool may = json_object_value(o, STR("key_ops")).ptr == NULL;
    if (json_object_value(o, STR("use")).ptr != NULL &&
        !(json_object_text(a, o, STR("use"), &use) && str_eq(use, STR("sig"))))
        return false;
    if (!may && json_object_texts(a, o, STR("key_ops"), &operations))
        for (size_t i = 0; i < operations.len; i++)
            may = may || str_eq(operations.at[i], STR("verify"));
    return may;
}

static bool read_key(struct arena *a, str text, struct jwk *k)
{
    struct json_pair_slice o;
    str kty;
    *k = (struct jwk){0};
    if (failed(json_object_read(a, text, &o)) || !json_object_text(a, &o, STR("kty"), &kty) ||
        !is_for_signatures(a, &o))
        return false;
    if (json_object_value(&o, STR("kid")).ptr != NULL &&
        !(json_object_text(a, &o, STR("kid"), &k->kid) && k->kid.len <= JWK_ID_SIZE_MAX))
        return false;
    if (json_object_value(&o, STR("alg")).ptr != NULL &&
        !json_object_text(a, &o, STR("alg"), &k->alg))
        return false;
    if (str_eq(kty, STR("RSA")))
        return read_rsa(a, &o, k);
    return (str_eq(kty, STR("EC")) || str_eq(kty, STR("OKP"))) && read_curve(a, &o, kty, k);
}

err jwks_read(struct arena *a, str text, struct jwk_slice *out)
{
    struct json_pair_slice o;
    struct str_slice values;
    struct jwk_slice keys = {0};
    struct jwk key;
    if (text.len > JWKS_SIZE_MAX)
        return ERR(TOO_LARGE, "the set of keys is too large");
    TRY(json_object_read(a, text, &o));
    if (!json_object_list(a, &o, STR("keys"), JWK_COUNT_MAX, &values))
        return ERR(MALFORMED, "not a set of keys, or too many");
    for (size_t i = 0; i < values.len; i++)
        if (read_key(a, values.at[i], &key))
            *SLICE_PUSH(a, &keys) = key;
    *out = keys;
    return OK;
}

/* typ, where it is said: a token made for something else is not one for this. */
static bool has_other_type(struct arena *a, const struct json_pair_slice *header)
{
    str type;
    return json_object_value(header, STR("typ")).ptr != NULL &&
           !(json_object_text(a, header, STR("typ"), &type) && str_eq_nocase(type, STR("JWT")));
}

static err read_header(struct arena *a, str text, unsigned taken, struct jws *out)
{
    struct json_pair_slice header;
    str name;
    TRY(json_object_read(a, text, &header));
    if (!json_object_text(a, &header, STR("alg"), &name))
        return ERR(MALFORMED, "the token names no algorithm");
    if (!jws_algorithm_of(name, &out->algorithm) || (taken >> out->algorithm & 1) == 0)
        return ERR(UNSUPPORTED, "the token is not signed with an algorithm that is taken");
    if (json_object_value(&header, STR("crit")).ptr != NULL || has_other_type(a, &header))
        return ERR(UNSUPPORTED, "the token is of another kind");
    if (json_object_value(&header, STR("kid")).ptr != NULL &&
        !(json_object_text(a, &header, STR("kid"), &out->kid) && out->kid.len <= JWK_ID_SIZE_MAX))
        return ERR(MALFORMED, "the token names no key");
    return OK;
}

err jws_read(struct arena *a, str text, unsigned taken, struct jws *out)
{
    str rest = text, header, payload, json;
    struct jws jws = {0};
    if (text.len > JWS_SIZE_MAX || !str_cut(&rest, '.', &header) ||
        !str_cut(&rest, '.', &payload) || rest.ptr == NULL || !decode(a, header, &json) ||
        !decode(a, payload, &jws.payload) || !decode(a, rest, &jws.signature))
        return ERR(MALFORMED, "not a signed token");
    jws.signed_text = str_sub(text, 0, header.len + 1 + payload.len);
    TRY(read_header(a, json, taken, &jws));
    *out = jws;
    return OK;
}

static EVP_PKEY *from_params(const char *kind, OSSL_PARAM_BLD *build)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return key;
}

static EVP_PKEY *make_rsa(const struct jwk *k)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn((const unsigned char *)k->a.ptr, (int)k->a.len, NULL);
    BIGNUM *e = BN_bin2bn((const unsigned char *)k->b.ptr, (int)k->b.len, NULL);
    if (build != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        key = from_params("RSA", build);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return key;
}

/* A point that is not on the curve makes no key. */
static EVP_PKEY *make_ec(const struct jwk *k)
{
    unsigned char point[POINT_SIZE_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
    const char *group = k->type == JWK_P256 ? "P-256" : "P-384";
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    memcpy(point + 1, k->a.ptr, k->a.len);
    memcpy(point + 1 + k->a.len, k->b.ptr, k->b.len);
    if (build != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
                                         1 + k->a.len + k->b.len) == 1)
        key = from_params("EC", build);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *make_key(const struct jwk *k)
{
    if (k->type == JWK_RSA)
        return make_rsa(k);
    return k->type == JWK_ED25519
               ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
                                             (const unsigned char *)k->a.ptr, k->a.len)
               : make_ec(k);
}

/* r || s to DER (RFC 7518 3.4); 0 when it is not of that size. */
static size_t der_of(enum jwk_type type, str raw, unsigned char der[DER_SIZE_MAX])
{
    size_t half = type == JWK_P256 ? 32 : 48;
    const unsigned char *p = (const unsigned char *)raw.ptr;
    unsigned char *end = der;
    if (raw.len != 2 * half)
        return 0;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    ECDSA_SIG_set0(pair, BN_bin2bn(p, (int)half, NULL), BN_bin2bn(p + half, (int)half, NULL));
    int size = i2d_ECDSA_SIG(pair, &end);
    ECDSA_SIG_free(pair);
    return size > 0 ? (size_t)size : 0;
}

static bool set_padding(EVP_PKEY_CTX *ctx)
{
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static bool signature_is_good(EVP_PKEY *key, const struct algorithm *how, const struct jws *jws)
{
    unsigned char der[DER_SIZE_MAX];
    const unsigned char *signature = (const unsigned char *)jws->signature.ptr;
    size_t size = jws->signature.len;
    EVP_PKEY_CTX *padding;
    if (how->type == JWK_P256 || how->type == JWK_P384) {
        size = der_of(how->type, jws->signature, der);
        signature = der;
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = size != 0 &&
                EVP_DigestVerifyInit_ex(ctx, &padding, how->digest, NULL, NULL, key, NULL) == 1 &&
                (!how->is_pss || set_padding(padding)) &&
                EVP_DigestVerify(ctx, signature, size, (const unsigned char *)jws->signed_text.ptr,
                                 jws->signed_text.len) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

static bool fits(const struct jwk *k, const struct jws *jws)
{
    const struct algorithm *how = &algorithms[jws->algorithm];
    return k->type == how->type && (k->alg.ptr == NULL || str_eq(k->alg, str_of(how->name))) &&
           (jws->kid.ptr == NULL || (k->kid.ptr != NULL && str_eq(k->kid, jws->kid)));
}

err jws_verify(const struct jws *jws, const struct jwk_slice *keys)
{
    const struct jwk *found = NULL;
    for (size_t i = 0; i < keys->len; i++) {
        if (!fits(&keys->at[i], jws))
            continue;
        if (found != NULL)
            return ERR(NOT_FOUND, "more than one key could have signed the token");
        found = &keys->at[i];
    }
    if (found == NULL)
        return ERR(NOT_FOUND, "no key of the provider could have signed the token");
    EVP_PKEY *key = make_key(found);
    bool good = key != NULL && signature_is_good(key, &algorithms[jws->algorithm], jws);
    EVP_PKEY_free(key);
    return good ? OK : ERR(UNAUTHENTICATED, "the token's signature is not good");
}

str jws_half_hash(struct arena *a, enum jws_algorithm algorithm, str text)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t size = 0;
    struct buf out = BUF_IN(a);
    if (EVP_Q_digest(NULL, algorithms[algorithm].half_digest, NULL, text.ptr, text.len, digest,
                     &size) == 1)
        buf_add_base64url(&out, digest, size / 2);
    return buf_str(&out);
}
