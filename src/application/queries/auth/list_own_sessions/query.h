/* One's own sessions that have not ended. */
#ifndef APPLICATION_QUERIES_AUTH_LIST_OWN_SESSIONS_QUERY_H
#define APPLICATION_QUERIES_AUTH_LIST_OWN_SESSIONS_QUERY_H

#include "application/models/base_model.h"

struct own_session {
    uuid id;
    instant created_at, expires_at, last_used_at;
    str peer_address;
    str user_agent;
    bool is_current;
};
SLICE(own_session);
struct list_own_sessions {
    EMPTY_STRUCT;
};
struct list_own_sessions_result {
    struct own_session_slice items;
};
DECLARE_USE_CASE(list_own_sessions);

#endif
