/* The mediator: every use case, from whichever door, passes the same behaviours in the same order:
 *
 *     trace → authorize → validate → transact (with the one retry) → replay → audit → handler
 *
 * What the behaviours need from the outside is a small table of ports, filled at the composition
 * root. */
#ifndef CORE_MEDIATOR_H
#define CORE_MEDIATOR_H

#include "core/event_interface.h"
#include "core/handler_interface.h"

enum {
    MEDIATOR_ATTEMPT_COUNT_MAX = 4,
    MEDIATOR_RETRY_MS = 2000, /* whoever waited longer is told that the database is busy */
    USE_CASE_COUNT_MAX = 512
};

struct mediator;

struct mediator_ops {
    /* Whether the principal may do that at all, with whatever part of the data: for doors.
     * Errors: UNAUTHENTICATED, FORBIDDEN. */
    err (*admit)(struct mediator *m, const struct principal *principal, permission_number needs);
    /* The decision: whether, and with what of the data. Errors: as admit's. */
    err (*authorize)(struct mediator *m, struct scope *scope, const struct use_case *use_case,
                     const struct access **out);
    /* Readers see a consistent state between these two, of what the access shows de-identified a
     * de-identified one. access: as authorize gave it; NULL: nobody's, for the program. */
    err (*read_begin)(struct mediator *m, struct scope *scope, const struct access *access,
                      struct readers **out);
    void (*read_end)(struct mediator *m, struct readers *readers);
    /* A unit of work holds nothing until its first write. commit returns when the changes are
     * durable. */
    err (*work_begin)(struct mediator *m, struct scope *scope, struct unit_of_work **out,
                      struct readers **readers);
    err (*work_commit)(struct mediator *m, struct unit_of_work *uow);
    void (*work_rollback)(struct mediator *m, struct unit_of_work *uow);
    /* Inside the unit of work of a command; with uow == NULL after a query's or a refused call. */
    err (*audit)(struct mediator *m, struct call *c, struct unit_of_work *uow, err outcome);
    /* How a command's unit of work ended, after it did. */
    void (*settled)(struct mediator *m, struct call *c, err outcome);
    /* Of a command that came with an Idempotency-Key: fills c->result from what the same request
     * answered before. Errors: CONFLICT (the key was used for another request). */
    err (*replay)(struct mediator *m, struct call *c, bool *replayed);
    /* Keeps c->result under the key, in the command's unit of work. */
    err (*remember)(struct mediator *m, struct call *c);
    /* After every call, for metrics and the log. */
    void (*traced)(struct mediator *m, const struct call *c, err outcome, uint64_t duration_ns);
};

struct mediator {
    const struct mediator_ops *ops;
};

/* Runs the use case. result is written only on success; texts in it live in scope->arena.
 * Errors: INVALID with scope->issues, UNAUTHENTICATED, FORBIDDEN, and what the handler returns. */
err mediator_send(struct scope *scope, const struct use_case *use_case, const void *request,
                  void *result);

/* For a door that takes bytes before it has a request to send: what the behaviour will decide.
 * Errors: UNAUTHENTICATED, FORBIDDEN. */
err mediator_authorize(struct scope *scope, const struct use_case *use_case);

/* For a door that refuses before it has a request to send: the attempt is on the trail like any
 * other that was refused. */
void mediator_refused(struct scope *scope, const struct use_case *use_case, err outcome);

/* A use case that is part of another: authorized and validated as any other, it writes in the unit
 * of work of the command that sends it and is audited with it, by its own name. principal: who
 * asks, instead of who asked for the command. Errors: as mediator_send; then the command has to
 * fail too.
 */
err mediator_send_within(const struct command_ctx *ctx, const struct principal *principal,
                         const struct use_case *use_case, const void *request, void *result);

/* Tells an event from inside a command: into the outbox, in the command's transaction. */
struct outbox;
struct outbox_ops {
    err (*add)(struct outbox *o, const struct event_type *type, int64_t organization_key,
               uuid aggregate, str payload);
};
struct outbox {
    const struct outbox_ops *ops;
};
/* organization_key: whose event it is, 0 for one of the installation; aggregate: what it is about,
 * unset for nothing of its own. */
err mediator_publish(struct outbox *outbox, struct arena *a, const struct event_type *type,
                     int64_t organization_key, uuid aggregate, const void *event);

#endif
