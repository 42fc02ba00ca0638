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
       FIELD(session, has_second_factor, .flags = INTERNAL,
             .doc = "Whoever vouched for the user says so"),
       FIELD(session, last_used_at, .doc = "When it was last used"));

SCHEMA(user_device, FIELD(user_device, key, .flags = INTERNAL), FIELD(user_device, user_key),
       FIELD(user_device, device), FIELD(user_device, last_seen_at));

str device_of(struct arena *a, str user_agent)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < user_agent.len && i < USER_AGENT_SIZE_MAX; i++)
        if (!(user_agent.ptr[i] >= '0' && user_agent.ptr[i] <= '9') && user_agent.ptr[i] != '.')
            buf_add_char(&out, user_agent.ptr[i]);
    return out.len != 0 ? buf_str(&out) : STR("-");
}
