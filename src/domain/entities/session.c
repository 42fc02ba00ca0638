/* Schema of the session. */
#include "domain/entities/session.h"

SCHEMA(session, ENTITY_FIELDS(session), FIELD(session, user_key, .flags = INTERNAL, .doc = "Whose"),
       FIELD(session, user_id, .doc = "Whose"),
       FIELD(session, generation, .flags = INTERNAL, .doc = "Newest refresh token"),
       FIELD(session, expires_at, .doc = "Ends by itself"),
       FIELD(session, revoked_at, .doc = "Was ended"),
       FIELD(session, peer_address, .max = 64, .doc = "Where from"),
       FIELD(session, user_agent, .max = USER_AGENT_SIZE_MAX,
             .doc = "What the client calls itself"),
       FIELD(session, last_used_at, .doc = "When it was last used"));
