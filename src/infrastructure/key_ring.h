/* The signing keys of the installation in this process: P-256 keys, each with its identifier, read
 * from the database, where they lie sealed. Every node reads the list every few seconds, and at
 * once when a token names a key that it does not know; which key signs follows from the list alone
 * (domain/entities/signing_key.h). */
#ifndef INFRASTRUCTURE_KEY_RING_H
#define INFRASTRUCTURE_KEY_RING_H

#include "application/services/seal_service.h"
#include "infrastructure/db_context.h"

#include <pthread.h>

struct evp_pkey_st;

enum {
    JWS_HEADER_SIZE_MAX = 160,
    COORDINATE_TEXT_SIZE = 43,
    KEY_RING_READ_SECONDS = 2, /* how often it is read */
    KEY_RING_ASKED_MS = 1000   /* for a key that is not known: at most so often */
};

struct ring_key {
    struct evp_pkey_st *key;
    char id[SIGNING_KEY_ID_SIZE + 1];
    char x[COORDINATE_TEXT_SIZE + 1], y[COORDINATE_TEXT_SIZE + 1]; /* the point, base64url */
    char header[JWS_HEADER_SIZE_MAX]; /* what a token signed with it begins with, base64url */
    instant active_at;
    instant ends_at; /* absent while no other follows */
    int64_t row_key;
};

struct key_ring {
    struct db_context *db; /* NULL: not open */
    struct seal_service *seals;
    struct clock *clock;
    pthread_rwlock_t lock;
    struct ring_key keys[SIGNING_KEY_COUNT_MAX];
    size_t count;
    size_t row_count; /* what was read last, those that cannot be opened too */
    int64_t last_row_key;
    uint64_t asked_ns;
};

/* Reads the keys; makes the first one where there is none that can be read. Errors: UNAVAILABLE. */
err key_ring_open(struct key_ring *ring, struct db_context *db, struct seal_service *seals,
                  struct clock *clock);
void key_ring_close(struct key_ring *ring);

/* Reads them again. Errors: UNAVAILABLE, SERIALIZATION; then the ring is as it was. */
err key_ring_read(struct key_ring *ring);
/* The same for a key that was not found, unless that was done just now: true when it was read. */
bool key_ring_ask(struct key_ring *ring);

/* A key to give back with EVP_PKEY_free, and its header. False: there is none. */
bool key_ring_signer(struct key_ring *ring, instant now, struct ring_key *out);
/* By the header of a token, which is taken as a whole. */
bool key_ring_find(struct key_ring *ring, str header, instant now, struct ring_key *out);
/* All that can sign or have signed what is still good, those to come too; RFC 7517. */
str key_ring_jwks(struct key_ring *ring, struct arena *a, instant now);

/* A new key, not kept yet: its identifier and the sealed private key. Errors: UNAVAILABLE. */
err key_ring_make(struct seal_service *seals, struct arena *a, struct signing_key *out);

#endif
