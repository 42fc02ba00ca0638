/* Sources over memory and over a file descriptor. */
#include "base/byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static err memory_read(struct byte_source *source, void *to, size_t size, size_t *got)
{
    struct memory_source *s = container_of(source, struct memory_source, base);
    *got = size < s->rest.len ? size : s->rest.len;
    if (*got != 0)
        memcpy(to, s->rest.ptr, *got);
    s->rest = str_sub(s->rest, *got, s->rest.len);
    return OK;
}

static const struct byte_source_ops memory_ops = {.read = memory_read};

void memory_source_init(struct memory_source *s, str bytes)
{
    *s = (struct memory_source){.base = {&memory_ops}, .rest = bytes};
}

static err fd_read(struct byte_source *source, void *to, size_t size, size_t *got)
{
    struct fd_source *s = container_of(source, struct fd_source, base);
    ssize_t n;
    do
        n = read(s->fd, to, size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return ERR(UNAVAILABLE, "the file could not be read");
    *got = (size_t)n;
    return OK;
}

static const struct byte_source_ops fd_ops = {.read = fd_read};

void fd_source_init(struct fd_source *s, int fd)
{
    *s = (struct fd_source){.base = {&fd_ops}, .fd = fd};
}

static err region_read(struct byte_source *base, void *to, size_t size, size_t *got)
{
    struct region_source *s = container_of(base, struct region_source, base);
    ssize_t n;
    *got = 0;
    if (size > s->end - s->at)
        size = (size_t)(s->end - s->at);
    do
        n = pread(s->fd, to, size, (off_t)s->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return ERR(UNAVAILABLE, "the file could not be read");
    s->at += (uint64_t)n;
    *got = (size_t)n;
    return OK;
}

static const struct byte_source_ops region_ops = {.read = region_read};

void region_source_init(struct region_source *s, int fd, uint64_t offset, uint64_t size)
{
    *s = (struct region_source){
        {&region_ops}, fd, offset, size > UINT64_MAX - offset ? UINT64_MAX : offset + size};
}

void fd_close(int fd)
{
    close(fd);
}

int fd_copy(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}
