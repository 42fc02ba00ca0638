/* Tokens: access tokens as JWS with ES256 (RFC 7515, RFC 7518 3.4, RFC 9068), refresh tokens as
 * session, generation and HMAC-SHA256. The secret is given, or a file of mode 0600 in the data
 * folder, made the first time; the signing keys are in the database, see key_ring.h. The algorithm
 * is the key's; a token that names another is no token. */
#ifndef INFRASTRUCTURE_TOKEN_JWS_H
#define INFRASTRUCTURE_TOKEN_JWS_H

#include "application/services/token_service.h"
#include "infrastructure/key_ring.h"

struct token_jws {
    struct token_service base;
    unsigned char secret[32]; /* for refresh tokens, and what other keys are derived from */
    struct key_ring keys;     /* not open before token_jws_open_keys */
};

/* secret_key: GANTRY_SECRET_KEY, absent to keep one in the folder. Errors: INVALID (a key others
 * can read, a key that is too short), UNAVAILABLE. */
err token_jws_open(struct token_jws *t, str folder, str secret_key);
/* From then on it signs. Errors: UNAVAILABLE. */
err token_jws_open_keys(struct token_jws *t, struct db_context *db, struct seal_service *seals,
                        struct clock *clock);
/* Tells secrets apart, and nothing else of them. */
uuid token_jws_fingerprint(const struct token_jws *t);
void token_jws_close(struct token_jws *t);

#endif
