/* The two ends that everybody needs. */
#include "base/byte_sink.h"

#include <errno.h>
#include <unistd.h>

err byte_copy(struct byte_source *from, struct byte_sink *to, uint64_t *size)
{
    char piece[16 * 1024];
    for (size_t got = 1; got != 0;) {
        TRY(byte_source_read(from, piece, sizeof piece, &got));
        TRY(byte_sink_write(to, piece, got));
        if (size != NULL)
            *size += got;
    }
    return OK;
}

static err memory_write(struct byte_sink *s, const void *bytes, size_t size)
{
    buf_add_bytes(container_of(s, struct memory_sink, base)->to, bytes, size);
    return OK;
}

static const struct byte_sink_ops memory_ops = {.write = memory_write};

void memory_sink_init(struct memory_sink *s, struct buf *to)
{
    *s = (struct memory_sink){{&memory_ops}, to};
}

static err fd_write(struct byte_sink *s, const void *bytes, size_t size)
{
    const char *p = bytes;
    while (size != 0) {
        ssize_t written = write(container_of(s, struct fd_sink, base)->fd, p, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return errno == ENOSPC || errno == EDQUOT
                       ? ERR(NO_SPACE, "the disk is full")
                       : ERR(UNAVAILABLE, "the file cannot be written");
        p += written;
        size -= (size_t)written;
    }
    return OK;
}

static const struct byte_sink_ops fd_ops = {.write = fd_write};

void fd_sink_init(struct fd_sink *s, int fd)
{
    *s = (struct fd_sink){{&fd_ops}, fd};
}
