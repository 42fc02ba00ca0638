/* When sessions were last used. It is noted in memory while a request is looked at anyway, and
 * written down by a job: no request waits for it, and none is lost but the last minute's. */
#ifndef APPLICATION_SERVICES_SESSION_USES_H
#define APPLICATION_SERVICES_SESSION_USES_H

#include "base/clock.h"
#include "base/uuid.h"

struct session_uses;
struct session_uses_ops {
    void (*note)(struct session_uses *u, uuid session_id, instant now);
};
struct session_uses {
    const struct session_uses_ops *ops;
};

static inline void session_uses_note(struct session_uses *u, uuid session_id, instant now)
{
    u->ops->note(u, session_id, now);
}

#endif
