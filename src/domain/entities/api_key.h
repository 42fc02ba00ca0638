/* An API key: the credentials of a program. It belongs to the organization, not to whoever made it,
 * and may do what its scopes say, with everything or with what is granted to it.
 *
 * The key itself is shown once: "gk_", 32 hexadecimal digits of its identifier, 64 of a secret, 8
 * of the CRC-32 of what stands before them, by which a scanner or a client tells a key from
 * something that looks like one. Kept is the SHA-256 of the secret. */
#ifndef DOMAIN_ENTITIES_API_KEY_H
#define DOMAIN_ENTITIES_API_KEY_H

#include "domain/entities/entity.h"
#include "domain/enums/api_scope.h"

#define API_KEY_PREFIX "gk_"

enum {
    API_KEY_SECRET_SIZE = 32,
    API_KEY_ID_AT = 3, /* in its text, in hexadecimal digits */
    API_KEY_SECRET_AT = API_KEY_ID_AT + 32,
    API_KEY_CHECKSUM_AT = API_KEY_SECRET_AT + 64,
    API_KEY_TEXT_SIZE = API_KEY_CHECKSUM_AT + 8,
    API_KEY_COUNT_MAX = 1000, /* of an organization that are not revoked */
    API_KEY_RATE_DEFAULT = 1200,
    API_KEY_RATE_MAX = 1000000,
    API_KEY_USE_SECONDS = 60 /* between two notes of its use */
};

struct api_key {
    ENTITY_MEMBERS;
    str name;
    str secret_hash;
    int64_t scopes;              /* bit n for scope n */
    bool is_limited;             /* to studies that are granted to it */
    int64_t requests_per_minute; /* and as many at once */
    int64_t daily_size;          /* bytes it may send in a day of UTC; 0: no limit */
    instant expires_at;          /* zero: it does not end by itself */
    instant revoked_at;
    instant last_used_at;
    str last_used_from;
    uuid created_by; /* user */
    int64_t sent_on; /* YYYYMMDD, the day of … */
    int64_t sent_size;
};
DECLARE_SCHEMA(api_key);
SLICE(api_key);

static inline bool api_key_is_live(const struct api_key *k, instant now)
{
    return k->revoked_at.us == 0 && (k->expires_at.us == 0 || k->expires_at.us > now.us);
}

/* What it may do, as struct principal has it. */
void api_key_permissions(const struct api_key *k, uint64_t *permissions, uint64_t *granted);

#endif
