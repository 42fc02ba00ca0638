/* A list, and a thread that walks along it. */
#include "presentation/event_streams.h"

#include "base/arena.h"
#include "base/log.h"
#include "presentation/dependencies/auth.h"

#include <time.h>

struct event_stream {
    struct event_stream *next;
    struct http_stream *body;
    const struct event_feed *feed;
    struct principal principal;
    char topic[EVENT_TOPIC_SIZE_MAX], peer_address[64], request_id[64];
    int64_t after;
    bool is_behind; /* there may be events it has not been sent */
    uint64_t alive_ns;
};

static struct scope scope_of(const struct event_streams *s, struct arena *a,
                             const struct principal *principal)
{
    return (struct scope){.arena = a,
                          .clock = s->clock,
                          .principal = principal,
                          .services = s->services,
                          .issues = {.arena = a},
                          .mediator = s->mediator};
}

static struct scope stream_scope(const struct event_streams *s, struct arena *a,
                                 const struct event_stream *stream)
{
    struct scope scope = scope_of(s, a, &stream->principal);
    scope.peer_address = str_of(stream->peer_address);
    scope.request_id = str_of(stream->request_id);
    return scope;
}

static bool send_event(struct arena *a, struct event_stream *stream, const struct feed_event *event)
{
    struct buf out = BUF_IN(a);
    buf_addf(&out, "id: %lld\n", (long long)event->key);
    if (event->name != NULL)
        buf_addf(&out, "event: %s\n", event->name);
    buf_add(&out, STR("data: "));
    buf_add(&out, event->data);
    buf_add(&out, STR("\n\n"));
    return http_stream_write(stream->body, buf_str(&out));
}

/* One page. *more: there may be another one, and its peer takes it. */
static err send_page(const struct event_streams *s, struct arena *a, struct event_stream *stream,
                     bool *more)
{
    struct scope scope = stream_scope(s, a, stream);
    struct feed_event_slice events = {0};
    TRY(stream->feed->page(&scope, str_of(stream->topic), stream->after, EVENT_PAGE_SIZE, &events));
    *more = events.len == EVENT_PAGE_SIZE;
    stream->is_behind = *more;
    for (size_t i = 0; i < events.len; i++) {
        if (!send_event(a, stream, &events.at[i])) {
            stream->is_behind = true;
            *more = false;
            return OK;
        }
        stream->after = events.at[i].key;
    }
    return OK;
}

static err catch_up(const struct event_streams *s, struct event_stream *stream)
{
    err e = OK;
    for (bool more = stream->is_behind; more && !failed(e);) {
        struct arena page = {0};
        e = send_page(s, &page, stream, &more);
        arena_deinit(&page);
    }
    return e;
}

static err keep_alive(const struct event_streams *s, struct event_stream *stream)
{
    uint64_t now = monotonic_ns();
    if (now - stream->alive_ns < EVENT_KEEPALIVE_MS * UINT64_C(1000000))
        return OK;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct scope scope = stream_scope(s, &scratch, stream);
    stream->alive_ns = now;
    (void)http_stream_write(stream->body, STR(":\n\n")); /* full: its peer has enough to take */
    return auth_check_again(&scope);
}

/* False when it is over. A database that is away does not end it. */
static bool serve_one(const struct event_streams *s, struct event_stream *stream)
{
    if (http_stream_is_gone(stream->body))
        return false;
    err e = keep_alive(s, stream);
    if (!failed(e))
        e = catch_up(s, stream);
    return e.code != ERR_UNAUTHENTICATED && e.code != ERR_FORBIDDEN;
}

/* One look for all streams of a feed. */
static bool has_new(struct event_streams *s, const struct event_feed *feed, int64_t *newest)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal system = principal_system(0);
    struct scope scope = scope_of(s, &scratch, &system);
    int64_t key;
    if (failed(feed->newest(&scope, &key)))
        return false;
    bool is_new = key != *newest;
    *newest = key;
    return is_new;
}

static size_t number_of(const struct event_streams *s, const struct event_feed *feed)
{
    size_t i = 0;
    while (i + 1 < EVENT_FEED_COUNT_MAX && s->feeds[i].feed != feed && s->feeds[i].feed != NULL)
        i++;
    return i;
}

/* Those that have a stream. */
static void look_at_feeds(struct event_streams *s, const struct event_stream *first)
{
    for (size_t i = 0; i < EVENT_FEED_COUNT_MAX; i++)
        s->feeds[i].is_used = s->feeds[i].has_new = false;
    for (const struct event_stream *stream = first; stream != NULL; stream = stream->next) {
        size_t i = number_of(s, stream->feed);
        s->feeds[i].feed = stream->feed;
        if (!s->feeds[i].is_used)
            s->feeds[i].has_new = has_new(s, stream->feed, &s->feeds[i].newest);
        s->feeds[i].is_used = true;
    }
}

static void end_stream(struct event_streams *s, struct event_stream **place)
{
    struct event_stream *stream = *place;
    *place = stream->next;
    s->count--;
    http_stream_end(stream->body);
    heap_free(stream);
}

/* Takes out what is over. Others may put one in front meanwhile, so the lock is held for that. */
static void remove_ended(struct event_streams *s, const struct event_stream *ended)
{
    struct event_stream **place = &s->first;
    while (*place != ended)
        place = &(*place)->next;
    end_stream(s, place);
}

/* With the lock, which is given up while one is served. */
static void serve_all(struct event_streams *s)
{
    struct event_stream *stream = s->first, *next;
    pthread_mutex_unlock(&s->lock);
    look_at_feeds(s, stream);
    for (; stream != NULL; stream = next) {
        next = stream->next;
        stream->is_behind = stream->is_behind || s->feeds[number_of(s, stream->feed)].has_new;
        if (serve_one(s, stream))
            continue;
        pthread_mutex_lock(&s->lock);
        remove_ended(s, stream);
        pthread_mutex_unlock(&s->lock);
    }
    pthread_mutex_lock(&s->lock);
}

static void *work(void *argument)
{
    struct event_streams *s = argument;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        uint64_t until = monotonic_ns() + EVENT_POLL_MS * UINT64_C(1000000);
        const struct timespec at = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
        if (!s->is_woken && s->first != NULL)
            pthread_cond_timedwait(&s->changed, &s->lock, &at);
        else if (!s->is_woken)
            pthread_cond_wait(&s->changed, &s->lock);
        s->is_woken = false;
        if (s->first != NULL)
            serve_all(s);
    }
    serve_all(s);
    while (s->first != NULL)
        end_stream(s, &s->first);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

err event_streams_open(struct event_streams *s, struct mediator *mediator,
                       struct services *services, struct clock *clock)
{
    pthread_condattr_t attributes;
    *s = (struct event_streams){.mediator = mediator, .services = services, .clock = clock};
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    s->is_open = pthread_create(&s->thread, NULL, work, s) == 0;
    return s->is_open ? OK : ERR(UNAVAILABLE, "the event streams do not start");
}

static void signal_thread(struct event_streams *s, bool stops)
{
    pthread_mutex_lock(&s->lock);
    s->is_woken = true;
    s->stopping = s->stopping || stops;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void event_streams_wake(struct event_streams *s)
{
    signal_thread(s, false);
}

void event_streams_stop(struct event_streams *s)
{
    if (!s->is_open)
        return;
    signal_thread(s, true);
    pthread_join(s->thread, NULL);
    s->is_open = false;
}

void event_streams_close(struct event_streams *s)
{
    if (s->mediator == NULL)
        return;
    event_streams_stop(s);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    *s = (struct event_streams){0};
}

static void keep_text(char *room, size_t size, str text)
{
    size_t len = text.len < size ? text.len : size - 1;
    if (len != 0)
        memcpy(room, text.ptr, len);
    room[len] = '\0';
}

static bool is_full(const struct event_streams *s, const struct principal *principal)
{
    unsigned own = 0;
    for (const struct event_stream *stream = s->first; stream != NULL; stream = stream->next)
        own += uuid_eq(principal_actor_id(&stream->principal), principal_actor_id(principal));
    return s->stopping || s->count >= EVENT_STREAM_COUNT_MAX || own >= EVENT_STREAM_PER_USER_MAX;
}

err event_streams_respond(struct event_streams *s, struct request *r, const struct event_feed *feed,
                          str topic, int64_t after)
{
    pthread_mutex_lock(&s->lock);
    bool full = is_full(s, &r->principal);
    if (!full) {
        struct event_stream *stream = heap_alloc(sizeof *stream);
        *stream = (struct event_stream){.next = s->first,
                                        .body = http_stream_create(),
                                        .feed = feed,
                                        .principal = r->principal,
                                        .after = after,
                                        .is_behind = true,
                                        .alive_ns = monotonic_ns()};
        keep_text(stream->topic, sizeof stream->topic, topic);
        keep_text(stream->peer_address, sizeof stream->peer_address, r->scope.peer_address);
        keep_text(stream->request_id, sizeof stream->request_id, r->scope.request_id);
        (void)http_stream_write(stream->body,
                                str_format(request_arena(r), "retry: %d\n\n", EVENT_RETRY_MS));
        http_respond_stream(r->x, 200, STR("text/event-stream"), stream->body);
        s->first = stream;
        s->count++;
        s->is_woken = true;
        pthread_cond_signal(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return full ? ERR(UNAVAILABLE, "too many event streams are open") : OK;
}

err event_streams_position(struct request *r, bool *is_named, int64_t *after)
{
    str header = str_trim(http_header(r->x, "Last-Event-ID"));
    str last = header.len != 0 ? header : request_query(r, "lastEventId");
    *is_named = last.len != 0;
    return !*is_named || (str_to_i64(last, after) && *after >= 0)
               ? OK
               : ERR(MALFORMED, "Last-Event-ID is none that was sent");
}
