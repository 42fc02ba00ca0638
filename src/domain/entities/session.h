/* A session: one sign-in of a user on one device, and the family of its refresh tokens. Only the
 * newest generation of the token is good; an older one coming back means it was copied, and ends
 * the session. */
#ifndef DOMAIN_ENTITIES_SESSION_H
#define DOMAIN_ENTITIES_SESSION_H

#include "domain/entities/entity.h"

enum {
    SESSION_SECONDS = 30 * 24 * 3600,
    ACCESS_TOKEN_SECONDS = 15 * 60,
    SESSION_USE_SECONDS = 60, /* a use is written down at most so often */
    SESSION_COUNT_SHOWN = 100,
    USER_AGENT_SIZE_MAX = 256
};

struct session {
    ENTITY_MEMBERS;
    int64_t user_key;
    uuid user_id;
    int64_t generation; /* of the refresh token that is good */
    instant expires_at;
    instant revoked_at;
    str peer_address;
    str user_agent;         /* as the client named itself; absent: it did not */
    bool has_second_factor; /* whoever vouched for the user says so */
    instant last_used_at;   /* at most SESSION_USE_SECONDS old; absent: not since it began */
};
DECLARE_SCHEMA(session);
SLICE(session);

/* What a user signed in with before, so that a sign-in with anything else is told of. */
struct user_device {
    int64_t key;
    int64_t user_key;
    str device; /* device_of */
    instant last_seen_at;
};
DECLARE_SCHEMA(user_device);
SLICE(user_device);

enum { USER_DEVICE_COUNT_MAX = 50 }; /* of each user; of more, those not seen for longest go */

/* What of a User-Agent stays the same from one version to the next: without its digits and dots.
 * Of one that is absent: "-". */
str device_of(struct arena *a, str user_agent);

static inline bool session_is_live(const struct session *s, instant now)
{
    return s->revoked_at.us == 0 && s->expires_at.us > now.us;
}

#endif
