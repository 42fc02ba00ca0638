/* Signatures of others: JWS in compact form (RFC 7515) under the keys of a set (RFC 7517). Only
 * signatures with public keys (RFC 7518, RFC 8037): "none" and HMAC are not there to be chosen, so
 * that nobody can sign with a key that everybody may read. */
#ifndef INFRASTRUCTURE_OIDC_JWS_VERIFY_H
#define INFRASTRUCTURE_OIDC_JWS_VERIFY_H

#include "infrastructure/oidc/json_object.h"

enum {
    JWS_SIZE_MAX = 32 * 1024,
    JWKS_SIZE_MAX = 128 * 1024,
    JWK_COUNT_MAX = 64,
    JWK_ID_SIZE_MAX = 256,
    RSA_SIZE_MIN = 256, /* bytes: 2048 bits */
    RSA_SIZE_MAX = 1024
};

enum jws_algorithm { JWS_RS256, JWS_PS256, JWS_ES256, JWS_ES384, JWS_EDDSA, JWS_ALGORITHM_COUNT };
enum { JWS_ANY_ALGORITHM = (1 << JWS_ALGORITHM_COUNT) - 1 };

/* False for a name that is not known, "none" and "HS256" among them. */
bool jws_algorithm_of(str name, enum jws_algorithm *out);

enum jwk_type { JWK_RSA, JWK_P256, JWK_P384, JWK_ED25519 };
struct jwk {
    enum jwk_type type;
    str kid, alg; /* absent: not said */
    str a, b;     /* bytes: n and e, x and y, or x */
};
SLICE(jwk);

/* Keys that can verify something; others in the set are passed over (RFC 7517 5). Texts live in a.
 * Errors: MALFORMED, TOO_LARGE. */
err jwks_read(struct arena *a, str text, struct jwk_slice *out);

struct jws {
    enum jws_algorithm algorithm;
    str kid;     /* absent: not said */
    str payload; /* as bytes; not to be believed before jws_verify */
    str signed_text, signature;
};

/* algorithms: bits of jws_algorithm that are taken. Errors: MALFORMED (not such a token),
 * UNSUPPORTED (another algorithm, a critical header). */
err jws_read(struct arena *a, str text, unsigned algorithms, struct jws *out);

/* By the one key that the token names and that is for its algorithm. Errors: NOT_FOUND (no such
 * key, or more than one), UNAUTHENTICATED (not its signature). */
err jws_verify(const struct jws *jws, const struct jwk_slice *keys);

/* The left half of the hash that goes with the algorithm, in base64url: at_hash (OpenID Connect
 * Core 3.1.3.6). */
str jws_half_hash(struct arena *a, enum jws_algorithm algorithm, str text);

#endif
