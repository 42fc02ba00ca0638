/* struct http_exchange: one request and its answer. The application above (struct http_app) decides
 * by the head how the request is to be worked on, handles it on a lane's thread, and is told when
 * the last byte has gone. */
#ifndef PRESENTATION_HTTP_EXCHANGE_H
#define PRESENTATION_HTTP_EXCHANGE_H

#include "base/buf.h"
#include "base/byte_source.h"
#include "presentation/http/lanes.h"

enum http_body_mode {
    HTTP_BODY_NONE,     /* what comes is thrown away */
    HTTP_BODY_BUFFERED, /* whole in memory before the handler runs */
    HTTP_BODY_STREAM    /* pulled by the handler, LANE_STREAM only */
};

enum {
    HTTP_HEADER_COUNT_MAX = 100,
    HTTP_HEAD_SIZE_MAX = 16 * 1024, /* names and values of all headers */
    HTTP_URI_SIZE_MAX = 8192,
    HTTP_RING_SIZE = 256 * 1024,
    HTTP_COPIED_SIZE_MAX = 64 * 1024, /* bodies of parts sent from a copy; longer ones are mapped */
    HTTP_MAPPED_SIZE_MAX = 4 * 1024 * 1024, /* bodies of parts sent in one piece; longer ones … */
    HTTP_PIECE_SIZE = 128 * 1024,           /* … are read piece by piece */
    HTTP_MAPPED_PART_COUNT_MAX = 64,
    HTTP_STREAM_WAITING_SIZE_MAX = 64 * 1024, /* written and not yet taken by the peer */
    HTTP_DISCARD_SIZE_MAX =
        16 * 1024 * 1024 /* body read to the end for the sake of an orderly error answer */
};

struct http_exchange;
struct http_app;

struct http_app_ops {
    /* On the I/O loop, when the head is there; must not wait. Fills x->lane, x->body_mode,
     * x->body_max, or answers with an error right away: always when x->flaw is set. */
    void (*begin)(struct http_app *app, struct http_exchange *x);
    /* On the lane. Must answer, or set another x->lane: then it is called again there, as if for
     * the first time. A body that is a stream must not have been read from. */
    void (*handle)(struct http_app *app, struct http_exchange *x);
    /* When all is sent or the peer is gone. */
    void (*done)(struct http_app *app, struct http_exchange *x);
};
struct http_app {
    const struct http_app_ops *ops;
};

struct http_exchange {
    struct arena arena; /* lives until done */
    str method, uri, path, query;
    const char *flaw; /* NULL, or why the head cannot be trusted; no header of it is shown then */
    char peer_address[64];
    uint64_t start_ns;
    enum lane lane;
    enum http_body_mode body_mode;
    uint64_t body_max; /* buffered: bytes */
    str body;          /* buffered */
    struct byte_source *stream;
    void *state; /* the application's */
    unsigned status;
    uint64_t sent_size;
    bool is_answered;
    bool is_aborted; /* the peer left before the end */
};

/* The value of that header, absent when there is none; several of one name are a list, joined by
 * ", " (RFC 9110 5.3), so that nobody can be shown another one of two than who stands before this
 * server. Views live as long as the exchange. */
str http_header(struct http_exchange *x, const char *name);
/* -1 when there is no Content-Length. */
int64_t http_content_length(struct http_exchange *x);
bool http_has_body(struct http_exchange *x);

/* Before answering. Values are checked for control characters; a header with one is left out. */
void http_set_header(struct http_exchange *x, const char *name, str value);
/* Whatever the handler says of that header; unset with the others. */
void http_pin_header(struct http_exchange *x, const char *name, str value);
void http_unset_header(struct http_exchange *x, const char *name);

/* One answer each. body must live in x->arena or be constant. An empty type leaves Content-Type
 * out. */
void http_respond(struct http_exchange *x, unsigned status, str content_type, str body);
/* [offset, offset + size) of the file by sendfile; the descriptor is closed when done. */
void http_respond_file(struct http_exchange *x, unsigned status, str content_type, int fd,
                       uint64_t offset, uint64_t size);

/* A body of pieces with a length known beforehand: memory, or a range of a file that is opened when
 * its turn comes. */
struct http_part {
    str memory;
    void *file; /* for open; NULL: memory */
    uint64_t offset, size;
};
static inline uint64_t http_part_size(const struct http_part *part)
{
    return part->file != NULL ? part->size : part->memory.len;
}
struct http_parts {
    const struct http_part *at; /* in x->arena, as what it points to */
    size_t count;
    /* The descriptor of a part's file, closed after it, and the offset in that file at which the
     * descriptor begins. A failure behind the first bytes breaks the connection off. */
    err (*open)(struct http_parts *parts, const struct http_part *part, int *fd, uint64_t *base);
    void *context;
    str request_id; /* for the log; absent or as long as the answer */
    bool may_wait; /* open may wait for a network: behind the first pieces it is called on a lane */
    bool opens_late; /* the first file takes its time: open it when its turn comes, not before */
    /* NULL, or asked when may_wait is set: would open wait for this part, as things are now? */
    bool (*waits)(struct http_parts *parts, const struct http_part *part);
    /* NULL, or shown what is read of a part's file on its way to the peer, in order; offset is that
     * of the part and counts in the file. A body short enough to go in one piece is not shown. */
    void (*passed)(struct http_parts *parts, const struct http_part *part, uint64_t offset,
                   const void *bytes, size_t size);
};
/* The first file is opened before anything is said, and so are all of a short body: nothing has
 * been answered when that fails. Errors: those of open. */
err http_respond_parts(struct http_exchange *x, unsigned status, str content_type,
                       const struct http_parts *parts);

/* Closes that descriptor behind the answer, whose parts are opened as copies of it. One a request.
 */
void http_keep_fd(struct http_exchange *x, int fd);

/* A body that comes over time: it lasts until whoever writes ends it or the peer leaves, and no
 * thread waits for either. It has two owners, the writer from its creation and the answer, if it
 * becomes one. */
struct http_stream;
struct http_stream *http_stream_create(void);
/* Once for a stream. */
void http_respond_stream(struct http_exchange *x, unsigned status, str content_type,
                         struct http_stream *stream);
/* From any thread; none of these waits. All or nothing: false when it does not fit beside what
 * waits, or the peer is gone. That is noticed when something is sent to it. */
bool http_stream_write(struct http_stream *s, str bytes);
bool http_stream_is_gone(struct http_stream *s);
/* The writer lets go: what waits is still sent. */
void http_stream_end(struct http_stream *s);
/* The same, but there should have been more: the peer sees an answer that broke off. */
void http_stream_break(struct http_stream *s);

#endif
