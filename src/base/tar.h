/* The headers of a tar archive, POSIX.1 ustar; a pax header (POSIX.1-2001) where a file has 8 GiB
 * or more and only there. Names are ASCII, at most 100 characters. */
#ifndef BASE_TAR_H
#define BASE_TAR_H

#include "base/buf.h"
#include "base/clock.h"

enum { TAR_BLOCK_SIZE = 512, TAR_NAME_SIZE_MAX = 100 };

/* What stands before a file's content. */
void tar_write_header(struct buf *out, str name, uint64_t size, instant time);
/* Zeros behind a content of that size, up to the next block: 0 to 511. */
static inline size_t tar_padding(uint64_t size)
{
    return (size_t)(-size & (TAR_BLOCK_SIZE - 1));
}
/* Two blocks of zeros: padding and the end of the archive are cut from them. */
extern const char tar_zeros[2 * TAR_BLOCK_SIZE];

#endif
