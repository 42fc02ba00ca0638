/* Schema and rights of the API key. */
#include "domain/entities/api_key.h"

SCHEMA(api_key, ENTITY_FIELDS(api_key), FIELD(api_key, name, .max = NAME_SIZE_MAX),
       FIELD(api_key, secret_hash, .flags = SECRET | INTERNAL, .doc = "SHA-256, hexadecimal"),
       FIELD(api_key, scopes, .flags = INTERNAL, .doc = "Set of scopes"),
       FIELD(api_key, is_limited), FIELD(api_key, requests_per_minute), FIELD(api_key, daily_size),
       FIELD(api_key, expires_at), FIELD(api_key, revoked_at), FIELD(api_key, last_used_at),
       FIELD(api_key, last_used_from, .max = 64), FIELD(api_key, created_by),
       FIELD(api_key, sent_on, .flags = INTERNAL), FIELD(api_key, sent_size, .flags = INTERNAL));

void api_key_permissions(const struct api_key *k, uint64_t *permissions, uint64_t *granted)
{
    /* what is sent in is new, or belongs to what the key has sent in before */
    const uint64_t of_studies =
        grantable_permissions() | UINT64_C(1) << DELETE_STUDIES | UINT64_C(1) << WRITE_STUDIES;
    uint64_t all = api_scope_permissions(k->scopes) | (UINT64_C(1) << ANYONE);
    *permissions = k->is_limited ? all & ~of_studies : all;
    *granted = k->is_limited ? all & of_studies : 0;
}
