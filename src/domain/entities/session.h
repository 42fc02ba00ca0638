/* A session: one sign-in of a user on one device, and the family of its refresh tokens. Only the
 * newest generation of the token is good; an older one coming back means it was copied, and ends
 * the session. */
#ifndef DOMAIN_ENTITIES_SESSION_H
#define DOMAIN_ENTITIES_SESSION_H

#include "domain/entities/entity.h"

enum { SESSION_SECONDS = 30 * 24 * 3600, ACCESS_TOKEN_SECONDS = 15 * 60 };

struct session {
    ENTITY_MEMBERS;
    int64_t user_key;
    uuid user_id;
    int64_t generation; /* of the refresh token that is good */
    instant expires_at;
    instant revoked_at;
    str peer_address;
};
DECLARE_SCHEMA(session);
SLICE(session);

static inline bool session_is_live(const struct session *s, instant now)
{
    return s->revoked_at.us == 0 && s->expires_at.us > now.us;
}

#endif
