/* What a command answered under an Idempotency-Key, so that the same request sent again has the
 * same answer and no second effect (draft-ietf-httpapi-idempotency-key-header). */
#ifndef DOMAIN_ENTITIES_IDEMPOTENCY_RECORD_H
#define DOMAIN_ENTITIES_IDEMPOTENCY_RECORD_H

#include "base/schema.h"

enum { IDEMPOTENCY_KEY_SIZE_MAX = 128, IDEMPOTENCY_SECONDS = 24 * 3600 };

struct idempotency_record {
    int64_t key;
    int64_t organization_key;
    uuid user_id; /* keys of two users never meet */
    str idempotency_key;
    str fingerprint; /* SHA-256 over use case and request, hexadecimal */
    str result;      /* JSON by the result's schema */
    instant created_at;
};
DECLARE_SCHEMA(idempotency_record);

#endif
