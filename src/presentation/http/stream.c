/* A connection with nothing to send is suspended, and resumed by whoever writes. Both happen under
 * the stream's lock, so that a connection is never resumed before it sleeps or after it is gone. */
#include "presentation/http/stream.h"

#include "base/arena.h"

#include <microhttpd.h>
#include <pthread.h>

enum { STREAM_PIECE_SIZE = 4096 };

struct http_stream {
    pthread_mutex_t lock;
    struct MHD_Connection *connection;
    bool is_suspended, has_ended, has_left, is_gone;
    unsigned owner_count; /* who writes, the response, who has just seen that its peer left */
    char *waiting;
    size_t start, len, room;
};

/* With the lock, which is given up. */
static void let_go(struct http_stream *s)
{
    bool last = --s->owner_count == 0;
    pthread_mutex_unlock(&s->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&s->lock);
    heap_free(s->waiting);
    heap_free(s);
}

static void wake(struct http_stream *s)
{
    if (!s->is_suspended)
        return;
    s->is_suspended = false;
    MHD_resume_connection(s->connection);
}

struct http_stream *http_stream_create(void)
{
    struct http_stream *s = heap_alloc(sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    s->owner_count = 1;
    return s;
}

static ssize_t read_stream(void *argument, uint64_t position, char *to, size_t room)
{
    struct http_stream *s = argument;
    (void)position;
    pthread_mutex_lock(&s->lock);
    size_t step = s->len < room ? s->len : room;
    bool at_end = s->has_left || (s->len == 0 && s->has_ended);
    ssize_t end =
        s->has_left ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;
    if (step != 0)
        memcpy(to, s->waiting + s->start, step);
    s->start += step;
    s->len -= step;
    if (step == 0 && !at_end) {
        s->is_suspended = true;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&s->lock);
    return at_end ? end : (ssize_t)step;
}

void stream_hold(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->owner_count++;
    pthread_mutex_unlock(&s->lock);
}

void stream_peer_left(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->has_left = true;
    if (!s->is_gone)
        wake(s);
    let_go(s);
}

static void connection_gone(void *argument)
{
    struct http_stream *s = argument;
    pthread_mutex_lock(&s->lock);
    s->is_gone = true;
    let_go(s);
}

struct MHD_Response *stream_response(struct http_stream *s, struct MHD_Connection *connection)
{
    pthread_mutex_lock(&s->lock);
    s->connection = connection;
    s->owner_count++;
    pthread_mutex_unlock(&s->lock);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE_SIZE, read_stream, s,
                                             connection_gone);
}

/* Behind what waits, which moves to the front. */
static void append(struct http_stream *s, str bytes)
{
    if (s->len != 0 && s->start != 0)
        memmove(s->waiting, s->waiting + s->start, s->len);
    s->start = 0;
    if (s->len + bytes.len > s->room) {
        s->room = s->len + bytes.len;
        s->waiting = heap_grow(s->waiting, s->room, 1);
    }
    memcpy(s->waiting + s->len, bytes.ptr, bytes.len);
    s->len += bytes.len;
}

bool http_stream_write(struct http_stream *s, str bytes)
{
    pthread_mutex_lock(&s->lock);
    bool fits = !s->is_gone && !s->has_ended &&
                (s->len == 0 || s->len + bytes.len <= HTTP_STREAM_WAITING_SIZE_MAX);
    if (fits) {
        append(s, bytes);
        wake(s);
    }
    pthread_mutex_unlock(&s->lock);
    return fits;
}

bool http_stream_is_gone(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    bool is_gone = s->is_gone;
    pthread_mutex_unlock(&s->lock);
    return is_gone;
}

void http_stream_end(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->has_ended = true;
    if (!s->is_gone)
        wake(s);
    let_go(s);
}

void http_stream_break(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->has_left = true;
    s->has_ended = true;
    if (!s->is_gone)
        wake(s);
    let_go(s);
}
