/* The newest first. */
#include "application/queries/auth/list_own_sessions/query.h"

DECLARE_SCHEMA(own_session);
SCHEMA(own_session, FIELD(own_session, id, .flags = KEY),
       FIELD(own_session, created_at, .doc = "When it was signed in"),
       FIELD(own_session, expires_at, .doc = "Ends by itself"),
       FIELD(own_session, last_used_at, .doc = "To the minute; absent: not since it began"),
       FIELD(own_session, peer_address, .doc = "Where from"),
       FIELD(own_session, user_agent, .doc = "The device, as it calls itself"),
       FIELD(own_session, is_current, .doc = "The one that asks"));
SCHEMA_EMPTY(list_own_sessions);
SCHEMA(list_own_sessions_result, FIELD_LIST_OF(list_own_sessions_result, items, own_session));

static err list_own_sessions_handle(struct query_ctx *ctx, const struct list_own_sessions *query,
                                    struct list_own_sessions_result *out)
{
    struct session_slice live;
    (void)query;
    TRY(session_reader_live(ctx->readers->sessions, ctx->arena, ctx->principal->user_key,
                            clock_now(ctx->clock), &live));
    for (size_t i = 0; i < live.len; i++) {
        const struct session *s = &live.at[i];
        *SLICE_PUSH(ctx->arena, &out->items) =
            (struct own_session){.id = s->id,
                                 .created_at = s->created_at,
                                 .expires_at = s->expires_at,
                                 .last_used_at = s->last_used_at,
                                 .peer_address = s->peer_address,
                                 .user_agent = s->user_agent,
                                 .is_current = uuid_eq(s->id, ctx->principal->session_id)};
    }
    return OK;
}
QUERY(list_own_sessions, .needs = SIGNED_IN, .doc = "One's own sessions");
