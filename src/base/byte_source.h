/* struct byte_source: bytes pulled in order from somewhere: memory, a file, a request body, another
 * source being copied on the way. The reader decides the pace, so nothing is buffered beyond what
 * it asked for. */
#ifndef BASE_BYTE_SOURCE_H
#define BASE_BYTE_SOURCE_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct byte_source;

struct byte_source_ops {
    err (*read)(struct byte_source *s, void *to, size_t size, size_t *got);
};

struct byte_source {
    const struct byte_source_ops *ops;
};

/* Reads 1 to size bytes; *got == 0 only at the end. May give fewer than asked for. */
static inline err byte_source_read(struct byte_source *s, void *to, size_t size, size_t *got)
{
    return s->ops->read(s, to, size, got);
}

/* A view of memory as a source. */
struct memory_source {
    struct byte_source base;
    str rest;
};
void memory_source_init(struct memory_source *s, str bytes);

/* An open file from its current position on; the descriptor stays the caller's. */
struct fd_source {
    struct byte_source base;
    int fd;
};
void fd_source_init(struct fd_source *s, int fd);

/* A part of an open file; its position is left alone. Ends where the file does, if that is earlier.
 */
struct region_source {
    struct byte_source base;
    int fd;
    uint64_t at, end;
};
void region_source_init(struct region_source *s, int fd, uint64_t offset, uint64_t size);

/* For layers that know descriptors but no system. Of one that is copied, -1 when there are no more.
 */
void fd_close(int fd);
int fd_copy(int fd);

#endif
