/* Seals by XChaCha20-Poly1305 (libsodium): "s1." and base64url of nonce, text and tag. The place is
 * authenticated with it. */
#ifndef INFRASTRUCTURE_SEAL_SODIUM_H
#define INFRASTRUCTURE_SEAL_SODIUM_H

#include "application/services/seal_service.h"

enum { SEAL_KEY_SIZE = 32 };

struct seal_sodium {
    struct seal_service base;
    unsigned char key[SEAL_KEY_SIZE];
};

/* secret: 32 bytes, the same on every node. Errors: UNAVAILABLE. */
err seal_sodium_open(struct seal_sodium *s, const unsigned char *secret);
void seal_sodium_close(struct seal_sodium *s);

#endif
