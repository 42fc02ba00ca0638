/* Event reports as Server-Sent Events (HTML, 9.2): answers that last, each for one AE, served by
 * one thread for all of them. The database is the queue: a stream knows the last event that was
 * written to it, and what its peer does not take stays there. Whoever hears of something new wakes
 * it; it looks every EVENT_POLL_MS anyway. */
#ifndef PRESENTATION_EVENT_STREAMS_H
#define PRESENTATION_EVENT_STREAMS_H

#include "application/services/services.h"
#include "domain/entities/work_item.h"
#include "presentation/request.h"

#include <pthread.h>

enum {
    EVENT_STREAM_COUNT_MAX = 256, /* of the process: whoever comes then is refused (503) */
    EVENT_STREAM_PER_USER_MAX = 16,
    EVENT_POLL_MS = 500,
    EVENT_KEEPALIVE_MS = 10000, /* a comment, and a look at whether the session goes on */
    EVENT_PAGE_SIZE = 100,
    EVENT_RETRY_MS = 2000 /* what clients are told to wait before they come again */
};

struct event_stream;

/* Of zeros before it is opened. */
struct event_streams {
    struct mediator *mediator;
    struct services *services;
    struct clock *clock;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct event_stream *first; /* put in front by anybody, taken out by the thread */
    unsigned count;
    int64_t newest; /* event seen by the thread */
    bool is_open, is_woken, stopping;
};

/* Errors: UNAVAILABLE. */
err event_streams_open(struct event_streams *s, struct mediator *mediator,
                       struct services *services, struct clock *clock);
/* Sends what is there and ends all streams; refuses new ones from then on. */
void event_streams_stop(struct event_streams *s);
/* Stops first. When no request is under way any more. */
void event_streams_close(struct event_streams *s);
/* There may be something new. Does not wait. */
void event_streams_wake(struct event_streams *s);

/* Answers the request with the events of that AE behind the key after. Errors: UNAVAILABLE (too
 * many). */
err event_streams_respond(struct event_streams *s, struct request *r, str ae_title, int64_t after);

#endif
