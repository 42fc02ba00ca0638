/* Verified tokens remembered by their hash, because checking a signature and reading a session cost
 * more than most queries. What was ended is forgotten at once and stays refused until its tokens
 * have expired. */
#ifndef APPLICATION_SERVICES_PRINCIPAL_CACHE_H
#define APPLICATION_SERVICES_PRINCIPAL_CACHE_H

#include "domain/entities/principal.h"

struct principal_cache;
struct principal_cache_ops {
    bool (*find)(struct principal_cache *c, str token, instant now, struct principal *out);
    bool (*recall)(struct principal_cache *c, str token, instant now, struct principal *out);
    bool (*put)(struct principal_cache *c, str token, instant now,
                const struct principal *principal);
    void (*end_session)(struct principal_cache *c, uuid session_id, instant now);
    void (*end_user)(struct principal_cache *c, int64_t user_key, instant now);
    void (*doubt)(struct principal_cache *c, uuid session_id);
};
struct principal_cache {
    const struct principal_cache_ops *ops;
};

static inline bool principal_cache_find(struct principal_cache *c, str token, instant now,
                                        struct principal *out)
{
    return c->ops->find(c, token, now, out);
}
/* Whose the token was when it was last looked up, however long ago: its signature need not be
 * checked again, its session must be. */
static inline bool principal_cache_recall(struct principal_cache *c, str token, instant now,
                                          struct principal *out)
{
    return c->ops->recall(c, token, now, out);
}
/* False when its session or user was ended meanwhile. */
static inline bool principal_cache_put(struct principal_cache *c, str token, instant now,
                                       const struct principal *principal)
{
    return c->ops->put(c, token, now, principal);
}
static inline void principal_cache_end_session(struct principal_cache *c, uuid session_id,
                                               instant now)
{
    c->ops->end_session(c, session_id, now);
}
/* The session or API key is about to change: until that is committed the database is asked each
 * time, here and on the other nodes. */
static inline void principal_cache_doubt(struct principal_cache *c, uuid session_id)
{
    c->ops->doubt(c, session_id);
}
/* Everything the user had until now. */
static inline void principal_cache_end_user(struct principal_cache *c, int64_t user_key,
                                            instant now)
{
    c->ops->end_user(c, user_key, now);
}

#endif
