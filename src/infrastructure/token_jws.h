/* Tokens: access tokens as JWS with ES256 (RFC 7515, RFC 7518 3.4), refresh tokens as session,
 * generation and HMAC-SHA256. Keys are files of mode 0600 in the data folder, made the first time,
 * or follow from the secret that is given, the same on every node that has it.
 * The algorithm is the key's; a token that names another is no token. */
#ifndef INFRASTRUCTURE_TOKEN_JWS_H
#define INFRASTRUCTURE_TOKEN_JWS_H

#include "application/services/token_service.h"

struct evp_pkey_st;

struct token_jws {
    struct token_service base;
    struct evp_pkey_st *key;
    unsigned char secret[32]; /* for refresh tokens */
    char key_id[44];
    char *jwks;
};

/* secret_key: GANTRY_SECRET_KEY, absent to keep one in the folder. Errors: INVALID (a key others
 * can read, a key that is too short), UNAVAILABLE. */
err token_jws_open(struct token_jws *t, str folder, str secret_key);
/* Tells secrets apart, and nothing else of them. */
uuid token_jws_fingerprint(const struct token_jws *t);
void token_jws_close(struct token_jws *t);

#endif
