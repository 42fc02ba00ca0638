/* A key that access tokens are signed with. Keys follow one another: the one that became active
 * last signs; one before it stays known until the last token that it signed has expired. All of it
 * follows from the list alone, so that nodes which read the same list do the same. */
#ifndef DOMAIN_ENTITIES_SIGNING_KEY_H
#define DOMAIN_ENTITIES_SIGNING_KEY_H

#include "domain/entities/entity.h"

enum {
    SIGNING_KEY_ID_SIZE = 43,   /* a thumbprint, RFC 7638, base64url */
    SIGNING_KEY_COUNT_MAX = 16, /* known at once */
    SIGNING_KEY_DAYS = 30,      /* after which the next one signs, unless a setting says else */
    SIGNING_KEY_DAYS_MAX = 3650,
    SIGNING_KEY_LEAD_SECONDS = 3600,   /* published before it signs */
    SIGNING_KEY_LEAD_SECONDS_MIN = 10, /* the same when somebody rotates by hand */
    SIGNING_KEY_MARGIN_SECONDS = 600   /* for nodes that hear late of a new one */
};

struct signing_key {
    ENTITY_MEMBERS; /* of no organization */
    str key_id;
    str sealed;        /* the private key, PKCS #8, sealed with the installation's secret */
    instant active_at; /* signs from then on */
};
DECLARE_SCHEMA(signing_key);
SLICE(signing_key);

/* Which signs at that time; NULL: none does yet. */
const struct signing_key *signing_key_at(const struct signing_key_slice *keys, instant now);
/* When nothing signed by it can be good any more; absent while no other key follows. */
instant signing_key_end(const struct signing_key_slice *keys, const struct signing_key *key);

#endif
