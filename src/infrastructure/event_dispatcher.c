/* First in batches; one that fails is gone through singly until the failing event is passed. */
#include "infrastructure/event_dispatcher.h"

#include "application/commands/events/deliver_events/command.h"
#include "application/commands/events/skip_event/command.h"
#include "application/events/subscriptions.h"
#include "base/arena.h"
#include "base/log.h"

static bool passes_by_itself(err e)
{
    return e.code == ERR_UNAVAILABLE || e.code == ERR_SERIALIZATION || e.code == ERR_NO_SPACE ||
           e.code == ERR_PRECONDITION_FAILED;
}

static err skip(struct scope *scope, const char *name, err why)
{
    struct skip_event_result skipped;
    const struct skip_event cmd = {.subscriber = str_of(name), .reason = str_of(why.text)};
    TRY(skip_event_send(scope, &cmd, &skipped));
    log_event(LOG_ERROR, "event_left_out", "subscriber=%s type=%.*s sequence=%lld code=%s", name,
              STR_ARG(skipped.event_type), (long long)skipped.position, err_code_name(why.code));
    return OK;
}

static void pause_after(struct event_dispatcher *d, size_t n)
{
    unsigned doublings = d->subscribers[n].failure_count < 6 ? d->subscribers[n].failure_count : 6;
    d->subscribers[n].not_before_ns =
        monotonic_ns() + ((uint64_t)EVENT_PAUSE_MS * 1000000u << doublings) / 2;
}

static err note_failure(struct event_dispatcher *d, struct scope *scope, size_t n, err e)
{
    const char *name = subscriber_name(n);
    if (passes_by_itself(e)) {
        d->subscribers[n].not_before_ns = monotonic_ns() + EVENT_PAUSE_MS * UINT64_C(1000000);
        return e;
    }
    if (d->subscribers[n].singles == 0) {
        d->subscribers[n].singles = DELIVERED_EVENT_COUNT_MAX;
        return OK;
    }
    if (++d->subscribers[n].failure_count < EVENT_FAILURE_COUNT_MAX) {
        pause_after(d, n);
        log_err(LOG_WARN, "event_failed", e);
        return OK;
    }
    d->subscribers[n].failure_count = 0;
    d->subscribers[n].singles = 0;
    return skip(scope, name, e);
}

err event_dispatcher_step(struct event_dispatcher *d, struct scope *scope, size_t subscriber,
                          bool *goes_on)
{
    struct deliver_events_result result;
    const char *name = subscriber_name(subscriber);
    bool singly = d->subscribers[subscriber].singles != 0;
    const struct deliver_events cmd = {.subscriber = str_of(name),
                                       .limit = singly ? 1 : DELIVERED_EVENT_COUNT_MAX};
    *goes_on = false;
    if (monotonic_ns() < d->subscribers[subscriber].not_before_ns)
        return OK;
    err e = deliver_events_send(scope, &cmd, &result);
    if (failed(e)) {
        *goes_on = !passes_by_itself(e);
        return note_failure(d, scope, subscriber, e);
    }
    if (singly) {
        d->subscribers[subscriber].failure_count = 0;
        d->subscribers[subscriber].singles--;
    }
    *goes_on = result.has_more;
    return OK;
}
