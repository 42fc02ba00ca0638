/* The records of a ZIP archive (PKWARE APPNOTE 6.3.9) whose entries are stored, for one that is
 * sent before all of it is known: where everything is follows from names and sizes, and the
 * checksum of an entry stands behind it in a data descriptor. ZIP64 where a number needs it and
 * only there. Names are ASCII. */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include "base/buf.h"
#include "base/clock.h"

struct zip_entry {
    str name;
    uint64_t size;
    uint64_t offset; /* of its local header */
    uint32_t crc;
    bool crc_is_behind; /* the local header lacks it, a descriptor follows the content */
    instant time;       /* as UTC, in steps of two seconds, 1980 to 2107 */
};

enum { ZIP_DESCRIPTOR_SIZE_MAX = 24 };

void zip_write_local(struct buf *out, const struct zip_entry *e);
/* 16 or 24 bytes, by the size of the entry. */
size_t zip_write_descriptor(const struct zip_entry *e, unsigned char out[ZIP_DESCRIPTOR_SIZE_MAX]);
/* Gives the place in out of the checksum, which may be put there later. */
size_t zip_write_central(struct buf *out, const struct zip_entry *e);
void zip_put_crc(unsigned char at[4], uint32_t crc);
/* What stands at the end. size, offset: of the central directory. */
void zip_write_end(struct buf *out, uint64_t count, uint64_t size, uint64_t offset);

#endif
