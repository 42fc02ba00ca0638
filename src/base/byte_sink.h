/* struct byte_sink: bytes pushed in order to somewhere: memory, a file, another sink that changes
 * them on the way. The other end of struct byte_source. */
#ifndef BASE_BYTE_SINK_H
#define BASE_BYTE_SINK_H

#include "base/buf.h"
#include "base/byte_source.h"
#include "base/err.h"

struct byte_sink;

struct byte_sink_ops {
    err (*write)(struct byte_sink *s, const void *bytes, size_t size);
};

struct byte_sink {
    const struct byte_sink_ops *ops;
};

/* Takes all of it, or fails and takes no more. */
static inline err byte_sink_write(struct byte_sink *s, const void *bytes, size_t size)
{
    return s->ops->write(s, bytes, size);
}

/* All that from has. *size, if not NULL, grows by what has come over. Errors: those of both. */
err byte_copy(struct byte_source *from, struct byte_sink *to, uint64_t *size);

/* A buffer as a sink. */
struct memory_sink {
    struct byte_sink base;
    struct buf *to;
};
void memory_sink_init(struct memory_sink *s, struct buf *to);

/* A file from its current position on; the descriptor stays the caller's. Errors: NO_SPACE,
 * UNAVAILABLE. */
struct fd_sink {
    struct byte_sink base;
    int fd;
};
void fd_sink_init(struct fd_sink *s, int fd);

#endif
