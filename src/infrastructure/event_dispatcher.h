/* Tells subscribers what happened, batch after batch, and passes over what one of them cannot take.
 *
 * An error that passes by itself (the database is away, a lost race) is waited out, however long it
 * takes. Any other is tried again after a growing pause, and at last that one event is left out:
 * logged, and on the audit trail. */
#ifndef INFRASTRUCTURE_EVENT_DISPATCHER_H
#define INFRASTRUCTURE_EVENT_DISPATCHER_H

#include "core/handler_interface.h"

#include <stdint.h>

enum {
    EVENT_SUBSCRIBER_COUNT_MAX = 16,
    EVENT_FAILURE_COUNT_MAX = 5, /* of one event */
    EVENT_PAUSE_MS = 1000        /* after the first, doubled each time */
};

struct event_dispatcher {
    struct {
        unsigned failure_count;
        uint64_t not_before_ns;
        unsigned singles; /* so many more are told one by one, to find the one that fails */
    } subscribers[EVENT_SUBSCRIBER_COUNT_MAX];
};

/* A batch for the subscriber of that number. goes_on: there may be more for it now.
 * Errors: of the commands it sends; what a subscriber failed with is not one. */
err event_dispatcher_step(struct event_dispatcher *d, struct scope *scope, size_t subscriber,
                          bool *goes_on);

#endif
