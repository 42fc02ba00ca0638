/* What a handler is given. A query's context has readers and nothing that writes; a command's has a
 * unit of work too. The application declares what is in struct readers and struct unit_of_work; the
 * core only carries them. */
#ifndef CORE_HANDLER_INTERFACE_H
#define CORE_HANDLER_INTERFACE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/schema.h"
#include "core/request_interface.h"

struct readers;      /* the application's reading interfaces */
struct unit_of_work; /* the application's writing interfaces, one transaction */
struct services;     /* the application's services */
struct principal;    /* who is asking */
struct access;       /* what of the data that one may see, in this use case */

/* One request of the outside world, which may send several use cases. */
struct scope {
    struct arena *arena;
    struct clock *clock;
    const struct principal *principal;
    struct services *services;
    struct issues issues; /* field by field complaints, shown to the sender */
    str request_id;
    str peer_address;
    str user_agent; /* as the client calls itself; absent: it does not, or not in readable text */
    str idempotency_key; /* of the next command sent; absent for none */
    uuid subject_id; /* what the use case turned out to be about, noted by its handler for the audit
                        event */
    int64_t
        organization_key; /* likewise whose trail it belongs to, where nobody is signed in yet */
    struct mediator *mediator;
    bool must_not_wait; /* on an I/O loop: no disk but the page cache, no lock held for long */
    bool would_wait;    /* it came to that: to be begun again where waiting is allowed */
};

/* For whoever finds that it would have to wait where that must not be. */
static inline err scope_defer(struct scope *scope)
{
    scope->would_wait = true;
    return ERR(UNAVAILABLE, "this has to wait");
}

struct query_ctx {
    struct scope *scope;
    struct arena *arena;
    const struct principal *principal;
    const struct access *access;
    struct clock *clock;
    struct services *services;
    struct readers *readers;
};

struct command_ctx {
    struct scope *scope;
    struct arena *arena;
    const struct principal *principal;
    const struct access *access;
    struct clock *clock;
    struct services *services;
    struct readers *readers; /* see what this command wrote */
    struct unit_of_work *uow;
};

/* One use case on its way through the pipeline. */
struct call {
    const struct use_case *use_case;
    struct scope *scope;
    const void *request;
    void *result;
    const struct access *access;
    struct query_ctx query;
    struct command_ctx command;
    str idempotency_key;
    void *noted; /* by the audit port, for when it is known how the unit of work ended */
    size_t step; /* next behaviour */
};

#endif
