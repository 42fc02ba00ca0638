/* Server-Sent Events (HTML, 9.2): answers that last, served by one thread for all of them. What
 * they are of is a feed: event reports of a worklist, notifications. The database is the queue: a
 * stream knows the last event that was written to it, and what its peer does not take stays there,
 * to be asked for by Last-Event-ID. Whoever hears of something new wakes it; it looks every
 * EVENT_POLL_MS anyway. */
#ifndef PRESENTATION_EVENT_STREAMS_H
#define PRESENTATION_EVENT_STREAMS_H

#include "application/services/services.h"
#include "presentation/request.h"

#include <pthread.h>

enum {
    EVENT_STREAM_COUNT_MAX = 256, /* of the process: whoever comes then is refused (503) */
    EVENT_STREAM_PER_USER_MAX = 16,
    EVENT_POLL_MS = 500,
    EVENT_KEEPALIVE_MS = 10000, /* a comment, and a look at whether the session goes on */
    EVENT_PAGE_SIZE = 100,
    EVENT_RETRY_MS = 2000, /* what clients are told to wait before they come again */
    EVENT_FEED_COUNT_MAX = 4,
    EVENT_TOPIC_SIZE_MAX = 64
};

/* One event as it is sent. Keys grow in the order in which events became visible. */
struct feed_event {
    int64_t key;
    const char *name; /* its type; NULL: "message" */
    str data;         /* one line */
};
SLICE(feed_event);

/* Where events come from. Asked by the thread, as whoever opened the stream. */
struct event_feed {
    /* Of all receivers, for one look. As the program. */
    err (*newest)(struct scope *scope, int64_t *key);
    /* The next of the topic, limit at most. Errors: those of the use case behind it;
     * UNAUTHENTICATED and FORBIDDEN end the stream. */
    err (*page)(struct scope *scope, str topic, int64_t after, uint32_t limit,
                struct feed_event_slice *out);
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
    struct {
        const struct event_feed *feed;
        int64_t newest; /* event seen by the thread */
        bool is_used, has_new;
    } feeds[EVENT_FEED_COUNT_MAX]; /* of the thread */
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

/* Answers the request with the events of the feed, a constant, on that topic behind the key after.
 * Errors: UNAVAILABLE (too many). */
err event_streams_respond(struct event_streams *s, struct request *r, const struct event_feed *feed,
                          str topic, int64_t after);

/* Where a client goes on: behind the event it names by Last-Event-ID, or lastEventId in the query.
 * False: it names none. Errors: MALFORMED. */
err event_streams_position(struct request *r, bool *is_named, int64_t *after);

#endif
