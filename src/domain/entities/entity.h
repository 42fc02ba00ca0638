/* What every entity has: a key for the database (an integer, never shown), an identifier for the
 * world (UUIDv7), the organization it belongs to, its times, and a version that counts its changes
 * (optimistic lock, ETag). Entities repeat these members rather than embed them, so that their
 * schema is flat; ENTITY_FIELDS describes them once. */
#ifndef DOMAIN_ENTITIES_ENTITY_H
#define DOMAIN_ENTITIES_ENTITY_H

#include "base/schema.h"

#define ENTITY_MEMBERS                                                                             \
    int64_t key;                                                                                   \
    uuid id;                                                                                       \
    int64_t organization_key;                                                                      \
    instant created_at;                                                                            \
    instant updated_at;                                                                            \
    int64_t version

#define ENTITY_FIELDS(T_)                                                                          \
    FIELD(T_, key, .flags = INTERNAL, .doc = "Row key"),                                           \
        FIELD(T_, id, .flags = KEY, .doc = "Identifier"),                                          \
        FIELD(T_, organization_key, .flags = INTERNAL, .doc = "Owner"),                            \
        FIELD(T_, created_at, .doc = "When it was made"),                                          \
        FIELD(T_, updated_at, .doc = "When it was last changed"),                                  \
        FIELD(T_, version, .doc = "Counts the changes; send it back as If-Match to change it")

enum {
    NAME_SIZE_MAX = 200,
    EMAIL_SIZE_MAX = 254,
    UID_SIZE_MAX = 64,
    SHORT_TEXT_SIZE_MAX = 256,
    LONG_TEXT_SIZE_MAX = 1024
};

#endif
