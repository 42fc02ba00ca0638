/* Callbacks of libmicrohttpd on one side, lanes on the other. The rules in between:
 * - a connection is suspended before its job is pushed, and resumed by the job: a suspended
 * connection is never freed;
 * - a streaming job may run while its connection lives: both own the exchange, the last one frees
 * it;
 * - success is never answered in the first callback, which libmicrohttpd takes for an early reply
 * and closes. */
#include "presentation/http/server.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "presentation/http/guard.h"
#include "presentation/http/listener.h"
#include "presentation/http/parts.h"
#include "presentation/http/tls.h"
#include "presentation/http/stream.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* The reader is woken for so many bytes at a time, or for the end: threads change less often. */
enum { STREAM_READ_SIZE = 64 * 1024 };

/* Peers of streams that are seen to have left at a time. */
enum { STREAM_SWEEP_COUNT = 64, SWEEP_INTERVAL_MS = 500 };

struct ring {
    char *bytes;
    size_t start, used;
    bool at_end;
};

struct connection {
    struct connection *previous, *next;
    int fd;
    uint64_t head_since_ns; /* waiting for a head; 0 while a request is worked on */
    bool has_served;        /* a request to its end */
    bool is_handed_over;    /* to the library, which has not begun with it */
    struct exchange *current;
};

struct request_header {
    str name, value;
    struct request_header *next;
};

struct exchange {
    struct http_exchange base;
    struct pool_job job;
    struct byte_source source;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct connection *record;
    struct MHD_Response *response;
    struct http_stream *stream; /* that is the answer; NULL: none. Set before is_answered */
    struct buf body;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct ring ring;
    size_t wanted_size; /* the reader waits for so many bytes; 0: it does not wait */
    unsigned owner_count;
    bool has_head, is_dispatched, is_handled, is_suspended, is_gone, is_queued, is_cut;
    uint64_t received_size;
    uint32_t has_body_ended; /* without the lock, so not among the flags above: they are read as one
                                word */
    uint64_t waited_ns,
        wait_since_ns; /* by the handler for the peer's bytes; since: 0 when it does not wait */
    struct request_header *headers,
        **last_header; /* copies: the connection may go while the handler still reads */
    const char *header_names[24];
    str header_values[24];
    size_t header_count;
    bool is_pinned[24];
    int kept_fd; /* -1: none */
};

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_server_settings settings;
    struct http_app *app;
    struct lanes *lanes;
    pthread_mutex_t lock; /* of connections, in_flight_count, takes_none and stopping */
    struct connection *connections;
    unsigned in_flight_count;
    pthread_t sweeper;
    pthread_cond_t ends; /* told when stopping is set, for the sweeper */
    bool has_sweeper, stopping, is_draining;
    bool takes_none;      /* no request begins any more */
    uint64_t deadline_ns; /* of what is under way at the end; 0: HTTP_DRAIN_SECONDS after that */
    uint16_t port;
};

static struct exchange *self(struct http_exchange *x)
{
    return container_of(x, struct exchange, base);
}

static void exchange_free(struct exchange *x)
{
    if (x->response != NULL)
        MHD_destroy_response(x->response);
    pthread_mutex_destroy(&x->lock);
    pthread_cond_destroy(&x->changed);
    if (x->kept_fd >= 0)
        close(x->kept_fd);
    heap_free(x->ring.bytes);
    arena_deinit(&x->base.arena);
    heap_free(x);
}

/* One of the owners lets go. Called with x->lock, which is given up. */
static void let_go(struct exchange *x)
{
    bool last = --x->owner_count == 0;
    struct http_server *s = x->server;
    pthread_mutex_unlock(&x->lock);
    if (!last)
        return;
    if (x->has_head)
        s->app->ops->done(s->app, &x->base);
    exchange_free(x);
    pthread_mutex_lock(&s->lock);
    s->in_flight_count--;
    pthread_mutex_unlock(&s->lock);
}

str http_header(struct http_exchange *base, const char *name)
{
    for (const struct request_header *h = self(base)->headers; h != NULL; h = h->next)
        if (str_eq_nocase(h->name, str_of(name)))
            return h->value;
    return STR_NONE;
}

static enum MHD_Result keep_header(void *to, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    struct exchange *x = to;
    str n = str_make(name, name_size), v = str_make(value, value == NULL ? 0 : value_size);
    (void)kind;
    for (struct request_header *h = x->headers; h != NULL; h = h->next) {
        if (str_eq_nocase(h->name, n)) {
            h->value = str_format(&x->base.arena, "%.*s, %.*s", STR_ARG(h->value), STR_ARG(v));
            return MHD_YES;
        }
    }
    struct request_header *h = NEW(&x->base.arena, struct request_header);
    *h = (struct request_header){str_copy(&x->base.arena, n), str_copy(&x->base.arena, v), NULL};
    *x->last_header = h;
    x->last_header = &h->next;
    return MHD_YES;
}

int64_t http_content_length(struct http_exchange *base)
{
    int64_t length;
    return str_to_i64(str_trim(http_header(base, "Content-Length")), &length) && length >= 0
               ? length
               : -1;
}

bool http_has_body(struct http_exchange *base)
{
    return http_content_length(base) > 0 || http_header(base, "Transfer-Encoding").ptr != NULL;
}

static bool is_pinned(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->header_count; i++)
        if (x->is_pinned[i] && str_eq_nocase(str_of(x->header_names[i]), str_of(name)))
            return true;
    return false;
}

void http_set_header(struct http_exchange *base, const char *name, str value)
{
    struct exchange *x = self(base);
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < 0x20 || value.ptr[i] == 0x7F)
            return;
    if (x->header_count == COUNT_OF(x->header_names) || is_pinned(x, name))
        return;
    x->is_pinned[x->header_count] = false;
    x->header_names[x->header_count] = name;
    x->header_values[x->header_count++] = value;
}

void http_pin_header(struct http_exchange *base, const char *name, str value)
{
    struct exchange *x = self(base);
    size_t before;
    http_unset_header(base, name);
    before = x->header_count;
    http_set_header(base, name, value);
    if (x->header_count != before)
        x->is_pinned[before] = true;
}

void http_unset_header(struct http_exchange *base, const char *name)
{
    struct exchange *x = self(base);
    size_t kept = 0;
    for (size_t i = 0; i < x->header_count; i++) {
        if (str_eq_nocase(str_of(x->header_names[i]), str_of(name)))
            continue;
        x->is_pinned[kept] = x->is_pinned[i];
        x->header_names[kept] = x->header_names[i];
        x->header_values[kept++] = x->header_values[i];
    }
    x->header_count = kept;
}

static void answer(struct exchange *x, unsigned status, str content_type,
                   struct MHD_Response *response)
{
    struct arena *a = &x->base.arena;
    if (x->base.is_answered) {
        MHD_destroy_response(response);
        return;
    }
    if (content_type.len != 0)
        MHD_add_response_header(response, "Content-Type", str_cstr(a, content_type));
    for (size_t i = 0; i < x->header_count; i++)
        MHD_add_response_header(response, x->header_names[i], str_cstr(a, x->header_values[i]));
    x->base.status = status;
    __atomic_store_n(&x->base.is_answered, true, __ATOMIC_RELEASE);
    x->response = response;
}

void http_respond(struct http_exchange *base, unsigned status, str content_type, str body)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.len, (void *)body.ptr, MHD_RESPMEM_PERSISTENT);
    base->sent_size = body.len;
    answer(self(base), status, content_type, response);
}

void http_respond_file(struct http_exchange *base, unsigned status, str content_type, int fd,
                       uint64_t offset, uint64_t size)
{
    struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(size, fd, offset);
    base->sent_size = size;
    answer(self(base), status, content_type, response);
}

err http_respond_parts(struct http_exchange *base, unsigned status, str content_type,
                       const struct http_parts *parts)
{
    struct exchange *x = self(base);
    struct MHD_Response *response;
    TRY(parts_response(parts, x->connection, x->server->lanes, &response, &base->sent_size));
    answer(x, status, content_type, response);
    return OK;
}

void http_keep_fd(struct http_exchange *base, int fd)
{
    self(base)->kept_fd = fd;
}

void http_respond_stream(struct http_exchange *base, unsigned status, str content_type,
                         struct http_stream *stream)
{
    struct exchange *x = self(base);
    x->stream = stream;
    answer(x, status, content_type, stream_response(stream, x->connection));
}

/* Instead of a lane that is full. */
static void refuse_busy(struct exchange *x)
{
    http_set_header(&x->base, "Retry-After", STR("1"));
    http_respond(
        &x->base, 503, STR("application/problem+json"),
        STR("{\"type\":\"about:blank\",\"title\":\"Not available right now\",\"status\":503,"
            "\"detail\":\"too much work is waiting\",\"code\":\"UNAVAILABLE\",\"issues\":[]}"));
}

/* The handler on its lane; afterwards the connection goes on with the answer. */
static void run_job(struct pool_job *job)
{
    struct exchange *x = container_of(job, struct exchange, job);
    struct http_server *s = x->server;
    enum lane lane = x->base.lane;
    size_t header_count = x->header_count;
    s->app->ops->handle(s->app, &x->base);
    if (!x->base.is_answered && x->base.lane != lane) {
        x->header_count = header_count;
        if (lanes_push(s->lanes, x->base.lane, job))
            return; /* it is theirs now */
        refuse_busy(x);
    }
    if (!x->base.is_answered)
        http_respond(&x->base, 500, STR(""), STR(""));
    pthread_mutex_lock(&x->lock);
    x->is_handled = true;
    if (x->is_suspended && !x->is_gone) {
        x->is_suspended = false;
        MHD_resume_connection(x->connection);
    }
    let_go(x);
}

static err stream_read(struct byte_source *source, void *to, size_t size, size_t *got)
{
    struct exchange *x = container_of(source, struct exchange, source);
    struct ring *ring = &x->ring;
    pthread_mutex_lock(&x->lock);
    size_t wanted = size < STREAM_READ_SIZE ? size : STREAM_READ_SIZE;
    uint64_t since = monotonic_ns();
    __atomic_store_n(&x->wait_since_ns, since, __ATOMIC_RELAXED);
    while (ring->used < wanted && !ring->at_end && !x->is_gone && !x->is_cut) {
        x->wanted_size = wanted;
        pthread_cond_wait(&x->changed, &x->lock);
        x->wanted_size = 0;
    }
    __atomic_fetch_add(&x->waited_ns, monotonic_ns() - since, __ATOMIC_RELAXED);
    __atomic_store_n(&x->wait_since_ns, 0, __ATOMIC_RELAXED);
    if (x->is_cut || (ring->used == 0 && x->is_gone && !ring->at_end)) {
        pthread_mutex_unlock(&x->lock);
        return ERR(MALFORMED, "the body was cut off");
    }
    size_t step = ring->used < size ? ring->used : size;
    if (step > HTTP_RING_SIZE - ring->start)
        step = HTTP_RING_SIZE - ring->start;
    memcpy(to, ring->bytes + ring->start, step);
    ring->start = (ring->start + step) % HTTP_RING_SIZE;
    ring->used -= step;
    if (x->is_suspended && !x->is_gone && ring->used <= HTTP_RING_SIZE / 2) {
        x->is_suspended = false;
        MHD_resume_connection(x->connection);
    }
    pthread_mutex_unlock(&x->lock);
    *got = step;
    return OK;
}

static const struct byte_source_ops stream_ops = {.read = stream_read};

static enum MHD_Result queue_answer(struct exchange *x)
{
    if (x->is_queued)
        return MHD_YES;
    x->is_queued = true;
    if (__atomic_load_n(&x->server->is_draining, __ATOMIC_RELAXED))
        MHD_add_response_header(x->response, "Connection", "close");
    return MHD_queue_response(x->connection, x->base.status, x->response);
}

/* All is there, or the stream begins: to the lane. */
static void dispatch(struct exchange *x)
{
    struct http_server *s = x->server;
    bool waits = x->base.body_mode != HTTP_BODY_STREAM;
    x->job.run = run_job;
    pthread_mutex_lock(&x->lock);
    __atomic_store_n(&x->is_dispatched, true, __ATOMIC_RELEASE);
    x->owner_count++;
    x->is_suspended = waits;
    if (waits)
        MHD_suspend_connection(x->connection);
    pthread_mutex_unlock(&x->lock);
    if (lanes_push(s->lanes, x->base.lane, &x->job))
        return;
    refuse_busy(x);
    pthread_mutex_lock(&x->lock);
    x->owner_count--;
    x->is_handled = true;
    x->is_suspended = false;
    if (waits)
        MHD_resume_connection(x->connection);
    pthread_mutex_unlock(&x->lock);
}

static void put_in_ring(struct exchange *x, const char *bytes, size_t *size)
{
    struct ring *ring = &x->ring;
    pthread_mutex_lock(&x->lock);
    if (x->is_handled) { /* nobody reads any more */
        *size = 0;
        pthread_mutex_unlock(&x->lock);
        return;
    }
    while (*size != 0 && ring->used < HTTP_RING_SIZE) {
        size_t end = (ring->start + ring->used) % HTTP_RING_SIZE;
        size_t room =
            ring->used == 0 || end > ring->start ? HTTP_RING_SIZE - end : ring->start - end;
        size_t step = *size < room ? *size : room;
        memcpy(ring->bytes + end, bytes, step);
        bytes += step;
        *size -= step;
        ring->used += step;
    }
    if (*size != 0) {
        x->is_suspended = true;
        MHD_suspend_connection(x->connection);
    }
    if (x->wanted_size != 0 && ring->used >= x->wanted_size)
        pthread_cond_signal(&x->changed);
    pthread_mutex_unlock(&x->lock);
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes, size_t *size)
{
    size_t given = *size;
    if (x->base.body_mode == HTTP_BODY_STREAM && x->ring.bytes != NULL) {
        if (!x->is_dispatched)
            dispatch(x);
        put_in_ring(x, bytes, size);
        __atomic_fetch_add(&x->received_size, given - *size, __ATOMIC_RELAXED);
        return MHD_YES;
    }
    *size = 0;
    uint64_t received = __atomic_add_fetch(&x->received_size, given, __ATOMIC_RELAXED);
    uint64_t kept_max =
        x->base.body_mode == HTTP_BODY_BUFFERED && !x->base.is_answered ? x->base.body_max : 0;
    if (received <= kept_max)
        buf_add_bytes(&x->body, bytes, given);
    return received > kept_max + HTTP_DISCARD_SIZE_MAX ? MHD_NO : MHD_YES;
}

/* The body has ended; also called again after each resume. */
static enum MHD_Result end_of_body(struct exchange *x)
{
    bool is_inline = x->base.lane == LANE_INLINE;
    __atomic_store_n(&x->has_body_ended, 1u, __ATOMIC_RELAXED);
    if (!x->is_dispatched && x->base.is_answered) /* by begin */
        return queue_answer(x);
    if (is_inline && !x->base.is_answered) {
        size_t header_count = x->header_count;
        x->server->app->ops->handle(x->server->app, &x->base);
        if (!x->base.is_answered && x->base.lane == LANE_INLINE)
            http_respond(&x->base, 500, STR(""), STR(""));
        if (x->base.is_answered)
            return queue_answer(x);
        x->header_count = header_count;
    }
    if (!x->is_dispatched) {
        bool too_long =
            x->base.body_mode == HTTP_BODY_BUFFERED && x->received_size > x->base.body_max;
        x->base.body = too_long ? STR_NONE : buf_str(&x->body); /* the application answers 413 */
        dispatch(x);
        if (x->base.body_mode != HTTP_BODY_STREAM)
            return MHD_YES;
    }
    pthread_mutex_lock(&x->lock);
    x->ring.at_end = true;
    pthread_cond_signal(&x->changed);
    bool wait = !x->is_handled;
    if (wait) {
        x->is_suspended = true;
        MHD_suspend_connection(x->connection);
    }
    pthread_mutex_unlock(&x->lock);
    return wait ? MHD_YES : queue_answer(x);
}

static enum MHD_Result first_call(struct exchange *x, struct MHD_Connection *connection,
                                  const char *method, const char *version)
{
    struct http_server *s = x->server;
    struct http_exchange *base = &x->base;
    x->connection = connection;
    x->has_head = true;
    base->start_ns = monotonic_ns();
    base->method = str_copy(&base->arena, str_of(method));
    size_t question = str_find_char(base->uri, '?');
    base->path = str_sub(base->uri, 0, question);
    base->query = question == SIZE_MAX ? STR_NONE : str_sub(base->uri, question + 1, base->uri.len);
    http_guard_peer(connection, s->settings.behind_proxy, base->peer_address,
                    sizeof base->peer_address);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    x->record = info != NULL ? info->socket_context : NULL;
    if (x->record != NULL) {
        pthread_mutex_lock(&s->lock);
        x->record->head_since_ns = 0;
        x->record->current = x;
        pthread_mutex_unlock(&s->lock);
    }
    const char *flaw = http_guard_check(connection, version);
    if (flaw == NULL && !str_starts(base->uri, STR("/")) && !str_eq(base->uri, STR("*")))
        flaw = "the address is not a path";
    if (flaw == NULL && base->uri.len > HTTP_URI_SIZE_MAX)
        flaw = "the address is too long";
    if (flaw != NULL) {
        base->flaw = flaw;
        http_set_header(base, "Connection", STR("close"));
        s->app->ops->begin(s->app, base);
        if (!base->is_answered)
            http_respond(base, 400, STR(""), STR(""));
        return queue_answer(x);
    }
    x->last_header = &x->headers;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, keep_header, x);
    s->app->ops->begin(s->app, base);
    if (base->is_answered && http_has_body(base)) /* the body will not be read */
        return queue_answer(x);
    if (base->body_mode == HTTP_BODY_STREAM && !base->is_answered) {
        x->ring.bytes = heap_alloc_raw(HTTP_RING_SIZE);
        x->source.ops = &stream_ops;
        base->stream = &x->source;
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *server, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_data_size, void **state)
{
    struct exchange *x = *state;
    (void)server;
    (void)url;
    if (x == NULL) /* it came when the server had ended */
        return MHD_NO;
    if (!x->has_head)
        return first_call(x, connection, method, version);
    if (*upload_data_size != 0)
        return take_body(x, upload_data, upload_data_size);
    return end_of_body(x);
}

/* The first sight of a request: its address as it was sent. */
/* Of a whole address, as proxies send it, what is behind the host (RFC 9112 3.2.2). */
static str path_of(str uri)
{
    size_t scheme = str_find(uri, STR("://"));
    if (!str_starts(uri, STR("http")) || (scheme != 4 && scheme != 5))
        return uri;
    str rest = str_sub(uri, scheme + 3, uri.len);
    size_t slash = str_find_char(rest, '/');
    return slash == SIZE_MAX ? STR("/") : str_sub(rest, slash, rest.len);
}

static void *on_uri(void *server, const char *uri, struct MHD_Connection *connection)
{
    struct http_server *s = server;
    (void)connection;
    pthread_mutex_lock(&s->lock);
    bool takes_none = s->takes_none;
    s->in_flight_count += !takes_none;
    pthread_mutex_unlock(&s->lock);
    if (takes_none)
        return NULL;
    struct exchange *x = heap_alloc(sizeof *x);
    x->server = s;
    x->owner_count = 1;
    x->kept_fd = -1;
    arena_init(&x->base.arena);
    x->body.arena = &x->base.arena;
    pthread_mutex_init(&x->lock, NULL);
    pthread_cond_init(&x->changed, NULL);
    x->base.uri = str_copy(&x->base.arena, path_of(str_of(uri)));
    return x;
}

static void on_completed(void *server, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct http_server *s = server;
    struct exchange *x = *state;
    (void)connection;
    if (x == NULL)
        return;
    *state = NULL;
    if (x->record != NULL) {
        pthread_mutex_lock(&s->lock);
        x->record->current = NULL;
        x->record->has_served = true;
        x->record->head_since_ns = monotonic_ns();
        pthread_mutex_unlock(&s->lock);
        if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK) /* else the library only closes it with */
            shutdown(x->record->fd, SHUT_RDWR); /* the next event, of which there is none */
    }
    pthread_mutex_lock(&x->lock);
    x->base.is_aborted = code != MHD_REQUEST_TERMINATED_COMPLETED_OK;
    x->is_gone = true;
    pthread_cond_broadcast(&x->changed);
    let_go(x);
}

/* All three with the lock held. */
static struct connection *connection_add(struct http_server *s, int fd, bool is_handed_over)
{
    struct connection *c = heap_alloc(sizeof *c);
    c->fd = fd;
    c->head_since_ns = monotonic_ns();
    c->is_handed_over = is_handed_over;
    c->next = s->connections;
    if (c->next != NULL)
        c->next->previous = c;
    s->connections = c;
    return c;
}

static void connection_remove(struct http_server *s, struct connection *c)
{
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        s->connections = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
    heap_free(c);
}

static struct connection *connection_begun(struct http_server *s, int fd)
{
    for (struct connection *c = s->connections; c != NULL; c = c->next)
        if (c->is_handed_over && c->fd == fd) {
            c->is_handed_over = false;
            return c;
        }
    return connection_add(s, fd, false);
}

static void on_connection(void *server, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = server;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        int fd = info != NULL ? info->connect_fd : -1;
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_mutex_lock(&s->lock);
        *context = connection_begun(s, fd);
        pthread_mutex_unlock(&s->lock);
        return;
    }
    if (*context == NULL)
        return;
    pthread_mutex_lock(&s->lock);
    connection_remove(s, *context);
    pthread_mutex_unlock(&s->lock);
    *context = NULL;
}

/* The peer closed before its body ended. libmicrohttpd 0.9.75 takes a short read for "no more for
 * now", and so misses an end that came together with the last bytes. */
static bool has_left(const struct connection *c)
{
    char byte;
    const struct exchange *x = c->current;
    return x != NULL && x->base.start_ns != 0 &&
           !__atomic_load_n(&x->has_body_ended, __ATOMIC_RELAXED) &&
           recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* The peer of a stream closed while there was nothing to send. */
static struct http_stream *stream_left(const struct connection *c)
{
    char byte;
    const struct exchange *x = c->current;
    if (x == NULL || !__atomic_load_n(&x->base.is_answered, __ATOMIC_ACQUIRE) ||
        x->stream == NULL || recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
        return NULL;
    stream_hold(x->stream);
    return x->stream;
}

static bool is_too_slow(const struct http_server *s, const struct connection *c, uint64_t now)
{
    const uint64_t second = 1000000000u;
    if (c->head_since_ns != 0)
        return now - c->head_since_ns > s->settings.head_seconds_max * second;
    const struct exchange *x = c->current;
    if (x == NULL || x->base.start_ns == 0 ||
        __atomic_load_n(&x->base.is_answered, __ATOMIC_ACQUIRE))
        return false;
    uint64_t waited = now - x->base.start_ns;
    if (__atomic_load_n(&x->is_dispatched,
                        __ATOMIC_ACQUIRE)) { /* only waiting for the peer counts */
        uint64_t since = __atomic_load_n(&x->wait_since_ns, __ATOMIC_RELAXED);
        if (since == 0)
            return false;
        waited = __atomic_load_n(&x->waited_ns, __ATOMIC_RELAXED) + (now > since ? now - since : 0);
    }
    uint64_t seconds = waited / second;
    return seconds > HTTP_BODY_GRACE_SECONDS &&
           __atomic_load_n(&x->received_size, __ATOMIC_RELAXED) <
               (seconds - HTTP_BODY_GRACE_SECONDS) * HTTP_BODY_RATE_MIN;
}

/* One that the library has not begun with may be closed by it unsaid: then the descriptor is
 * somebody else's. */
static void break_off(const struct connection *c)
{
    if (!c->is_handed_over)
        shutdown(c->fd, SHUT_RDWR);
}

/* Until the next look, or the end. Called with the lock. */
static void wait_for_next_sweep(struct http_server *s)
{
    uint64_t at = monotonic_ns() + SWEEP_INTERVAL_MS * UINT64_C(1000000);
    struct timespec until = {.tv_sec = (time_t)(at / 1000000000u),
                             .tv_nsec = (long)(at % 1000000000u)};
    if (!s->stopping)
        pthread_cond_clockwait(&s->ends, &s->lock, CLOCK_MONOTONIC, &until);
}

/* Now and then: heads and bodies that come too slowly lose their connection, and so do streams that
 * nobody reads any more. The time is taken with the lock, or a request that ends while it is waited
 * for would seem to have ended ages ago. */
static void *sweep(void *server)
{
    struct http_server *s = server;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        struct http_stream *left[STREAM_SWEEP_COUNT];
        size_t left_count = 0;
        uint64_t now = monotonic_ns();
        for (struct connection *c = s->connections; c != NULL; c = c->next) {
            if (is_too_slow(s, c, now) || has_left(c))
                break_off(c);
            if (left_count < STREAM_SWEEP_COUNT && (left[left_count] = stream_left(c)) != NULL)
                left_count++;
        }
        pthread_mutex_unlock(&s->lock);
        while (left_count != 0) /* without the lock, which the loops take when one is woken */
            stream_peer_left(left[--left_count]);
        pthread_mutex_lock(&s->lock);
        wait_for_next_sweep(s);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void end_sweeps(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->ends);
    pthread_mutex_unlock(&s->lock);
    if (s->has_sweeper)
        pthread_join(s->sweeper, NULL);
}

/* Paths stay as they were sent; each segment is decoded where it is used. */
static size_t keep_escapes(void *server, struct MHD_Connection *connection, char *text)
{
    (void)server;
    (void)connection;
    return strlen(text);
}

static void on_library_log(void *server, const char *format, va_list args)
{
    char text[512];
    (void)server;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    vsnprintf(text, sizeof text, format, args);
#pragma GCC diagnostic pop
    str trimmed = str_trim(str_of(text));
    log_event(LOG_DEBUG, "http_library", "text=\"%.*s\"", STR_ARG(trimmed));
}

static unsigned or_default(unsigned value, unsigned fallback)
{
    return value != 0 ? value : fallback;
}

err http_server_open(struct http_server **out, struct arena *a,
                     const struct http_server_settings *settings, struct http_app *app,
                     struct lanes *lanes)
{
    int fd = -1;
    TRY(listener_open(a, settings->address, &fd));
    struct http_server *s = heap_alloc(sizeof *s);
    s->settings = *settings;
    s->settings.head_seconds_max = or_default(settings->head_seconds_max, HTTP_HEAD_SECONDS);
    s->app = app;
    s->lanes = lanes;
    s->port = listener_port(fd);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->ends, NULL);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned loops = processors > 1 ? (unsigned)processors : 1;
    const struct MHD_OptionItem with_tls[] = {
        {MHD_OPTION_HTTPS_PRIORITIES, 0, HTTP_TLS_PRIORITIES},
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, http_tls_callback()},
        {MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem without[] = {{MHD_OPTION_END, 0, NULL}};
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
            (settings->uses_tls ? MHD_USE_TLS : MHD_USE_TURBO),
        0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        loops > 1 ? loops : 0, MHD_OPTION_CONNECTION_LIMIT,
        or_default(settings->connection_count_max, HTTP_CONNECTION_COUNT_MAX),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_MEMORY_SIZE,
        MHD_OPTION_CONNECTION_TIMEOUT, or_default(settings->idle_seconds_max, HTTP_IDLE_SECONDS),
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->connection_per_address_max,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes,
        s, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, s, MHD_OPTION_ARRAY,
        settings->uses_tls ? with_tls : without, MHD_OPTION_END);
    if (s->daemon == NULL) {
        close(fd);
        pthread_cond_destroy(&s->ends);
        pthread_mutex_destroy(&s->lock);
        heap_free(s);
        return ERR(UNAVAILABLE, "the HTTP server does not start");
    }
    s->has_sweeper = pthread_create(&s->sweeper, NULL, sweep, s) == 0;
    *out = s;
    return OK;
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->port;
}

static unsigned in_flight(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    unsigned count = s->in_flight_count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

/* Ends what is still being sent or received: jobs that read a body get an error, so that they come
 * to an end. */
static void cut_off(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    for (struct connection *c = s->connections; c != NULL; c = c->next) {
        struct exchange *x = c->current;
        if (x != NULL) {
            pthread_mutex_lock(&x->lock);
            x->is_cut = true;
            pthread_cond_broadcast(&x->changed);
            pthread_mutex_unlock(&x->lock);
        }
        break_off(c);
    }
    pthread_mutex_unlock(&s->lock);
}

void http_server_drain(struct http_server *s, uint64_t deadline_ns)
{
    if (s == NULL)
        return;
    s->deadline_ns = deadline_ns;
    __atomic_store_n(&s->is_draining, true, __ATOMIC_RELAXED);
}

/* The library begins with it when one of its loops comes to that, which may be late. */
static void take_connection(void *server, int fd, const struct sockaddr *peer, socklen_t peer_size)
{
    struct http_server *s = server;
    pthread_mutex_lock(&s->lock);
    struct connection *c = connection_add(s, fd, true);
    pthread_mutex_unlock(&s->lock);
    if (MHD_add_connection(s->daemon, fd, peer, peer_size) == MHD_YES)
        return;
    log_event(LOG_WARN, "connection_not_taken", "while=stopping"); /* it has been closed */
    pthread_mutex_lock(&s->lock);
    connection_remove(s, c);
    pthread_mutex_unlock(&s->lock);
}

/* A request whose first bytes lie in the socket is under way, as is the one for which somebody has
 * just connected. */
static bool is_expected(const struct connection *c, uint64_t now)
{
    char byte;
    return c->current == NULL &&
           ((!c->has_served && now - c->head_since_ns < HTTP_GREETING_MS * UINT64_C(1000000)) ||
            (!c->is_handed_over && recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0));
}

static bool expects_requests(struct http_server *s)
{
    bool found = false;
    pthread_mutex_lock(&s->lock);
    uint64_t now = monotonic_ns();
    for (const struct connection *c = s->connections; c != NULL && !found; c = c->next)
        found = is_expected(c, now);
    pthread_mutex_unlock(&s->lock);
    return found;
}

/* False when the time ran out first. */
static bool wait_for_end(struct http_server *s, uint64_t deadline_ns)
{
    do { /* first: the loops may not have seen yet who was handed to them */
        usleep(10 * 1000);
        if (in_flight(s) == 0 && !expects_requests(s))
            return true;
    } while (monotonic_ns() < deadline_ns);
    return false;
}

/* With a request in suspension the library does not stop but aborts. A connection that nobody knew
 * of when the others were cut off may bring one at any moment: it is closed instead. */
static bool end_requests(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    s->takes_none = s->in_flight_count == 0;
    bool has_ended = s->takes_none;
    pthread_mutex_unlock(&s->lock);
    return has_ended;
}

bool http_server_close(struct http_server *s)
{
    const uint64_t second = 1000000000u;
    if (s == NULL)
        return true;
    /* closed at the end: the loops still have to take it out of their sets, and die if they cannot
     */
    MHD_socket fd = MHD_quiesce_daemon(s->daemon);
    if (fd != MHD_INVALID_SOCKET)
        listener_end(fd, take_connection, s);
    if (s->deadline_ns == 0)
        http_server_drain(s, monotonic_ns() + HTTP_DRAIN_SECONDS * second);
    if (!wait_for_end(s, s->deadline_ns))
        log_event(LOG_WARN, "drain", "cut_off=%u", in_flight(s));
    cut_off(s);
    wait_for_end(s, monotonic_ns() + HTTP_CUT_SECONDS * second);
    end_sweeps(s);
    if (!end_requests(s)) {
        log_event(LOG_WARN, "drain", "in_flight=%u", in_flight(s));
        return false;
    }
    MHD_stop_daemon(s->daemon);
    while (s->connections != NULL) /* those that the library never began with */
        connection_remove(s, s->connections);
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
    pthread_cond_destroy(&s->ends);
    pthread_mutex_destroy(&s->lock);
    heap_free(s);
    return true;
}
