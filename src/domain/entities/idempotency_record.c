/* Schema of the record; it never leaves the program. */
#include "domain/entities/idempotency_record.h"

SCHEMA(idempotency_record, FIELD(idempotency_record, key, .flags = INTERNAL),
       FIELD(idempotency_record, organization_key, .flags = INTERNAL),
       FIELD(idempotency_record, user_id, .flags = INTERNAL),
       FIELD(idempotency_record, idempotency_key, .flags = INTERNAL,
             .max = IDEMPOTENCY_KEY_SIZE_MAX),
       FIELD(idempotency_record, fingerprint, .flags = INTERNAL),
       FIELD(idempotency_record, result, .flags = INTERNAL | PHI),
       FIELD(idempotency_record, created_at, .flags = INTERNAL));
