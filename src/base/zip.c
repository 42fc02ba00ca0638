/* Little endian throughout. */
#include "base/zip.h"

#include <time.h>

enum {
    FLAG_CRC_IS_BEHIND = 1 << 3,
    VERSION_PLAIN = 20,
    VERSION_ZIP64 = 45,
    MADE_ON_UNIX = 3 << 8,
    EXTRA_ZIP64 = 1,
    COUNT_MAX = 0xFFFF
};
#define SIZE_IN_ZIP64 UINT32_MAX
#define REGULAR_FILE (0100644u << 16)

static void put(unsigned char *at, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (unsigned char)(value >> (8 * i) & 0xFF);
}

static void add(struct buf *out, unsigned size, uint64_t value)
{
    put((unsigned char *)buf_reserve(out, size), size, value);
    buf_added(out, size);
}

static bool is_large(uint64_t value)
{
    return value >= SIZE_IN_ZIP64;
}

static uint64_t short_or_mark(uint64_t value)
{
    return is_large(value) ? SIZE_IN_ZIP64 : value;
}

/* Date and time as DOS has them, the date in the upper half. */
static uint32_t dos_time(instant t)
{
    time_t seconds = (time_t)(t.us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    if (tm.tm_year < 80)
        return (uint32_t)(1 << 5 | 1) << 16;
    if (tm.tm_year > 207)
        return (uint32_t)(127 << 9 | 12 << 5 | 31) << 16;
    return (uint32_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday) << 16 |
           (uint32_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
}

/* From the version that is needed to the time, in both headers. */
static void add_common(struct buf *out, const struct zip_entry *e, bool needs_zip64)
{
    add(out, 2, needs_zip64 ? VERSION_ZIP64 : VERSION_PLAIN);
    add(out, 2, e->crc_is_behind ? FLAG_CRC_IS_BEHIND : 0);
    add(out, 2, 0); /* stored */
    add(out, 4, dos_time(e->time));
}

void zip_write_local(struct buf *out, const struct zip_entry *e)
{
    bool large = is_large(e->size);
    uint64_t size = e->crc_is_behind ? 0 : e->size;
    add(out, 4, 0x04034B50);
    add_common(out, e, large);
    add(out, 4, e->crc_is_behind ? 0 : e->crc);
    add(out, 4, large ? SIZE_IN_ZIP64 : size);
    add(out, 4, large ? SIZE_IN_ZIP64 : size);
    add(out, 2, e->name.len);
    add(out, 2, large ? 20 : 0);
    buf_add(out, e->name);
    if (large) { /* tells the reader how long the numbers of the descriptor are */
        add(out, 2, EXTRA_ZIP64);
        add(out, 2, 16);
        add(out, 8, size);
        add(out, 8, size);
    }
}

size_t zip_write_descriptor(const struct zip_entry *e, unsigned char out[ZIP_DESCRIPTOR_SIZE_MAX])
{
    unsigned width = is_large(e->size) ? 8 : 4;
    put(out, 4, 0x08074B50);
    put(out + 4, 4, e->crc);
    put(out + 8, width, e->size);
    put(out + 8 + width, width, e->size);
    return 8 + 2 * (size_t)width;
}

void zip_put_crc(unsigned char at[4], uint32_t crc)
{
    put(at, 4, crc);
}

size_t zip_write_central(struct buf *out, const struct zip_entry *e)
{
    bool large = is_large(e->size), far = is_large(e->offset);
    unsigned extra = (large ? 16u : 0) + (far ? 8u : 0);
    add(out, 4, 0x02014B50);
    add(out, 2, MADE_ON_UNIX | VERSION_ZIP64);
    add_common(out, e, large || far);
    size_t crc_at = out->len;
    add(out, 4, e->crc);
    add(out, 4, short_or_mark(e->size));
    add(out, 4, short_or_mark(e->size));
    add(out, 2, e->name.len);
    add(out, 2, extra != 0 ? extra + 4 : 0);
    add(out, 2, 0); /* comment */
    add(out, 2, 0); /* disk */
    add(out, 2, 0);
    add(out, 4, REGULAR_FILE);
    add(out, 4, short_or_mark(e->offset));
    buf_add(out, e->name);
    if (extra != 0) {
        add(out, 2, EXTRA_ZIP64);
        add(out, 2, extra);
    }
    if (large) {
        add(out, 8, e->size);
        add(out, 8, e->size);
    }
    if (far)
        add(out, 8, e->offset);
    return crc_at;
}

void zip_write_end(struct buf *out, uint64_t count, uint64_t size, uint64_t offset)
{
    if (count >= COUNT_MAX || is_large(size) || is_large(offset)) {
        add(out, 4, 0x06064B50);
        add(out, 8, 44); /* what follows of this record */
        add(out, 2, MADE_ON_UNIX | VERSION_ZIP64);
        add(out, 2, VERSION_ZIP64);
        add(out, 4, 0);
        add(out, 4, 0);
        add(out, 8, count);
        add(out, 8, count);
        add(out, 8, size);
        add(out, 8, offset);
        add(out, 4, 0x07064B50);
        add(out, 4, 0);
        add(out, 8, offset + size);
        add(out, 4, 1);
    }
    add(out, 4, 0x06054B50);
    add(out, 2, 0);
    add(out, 2, 0);
    add(out, 2, count < COUNT_MAX ? count : COUNT_MAX);
    add(out, 2, count < COUNT_MAX ? count : COUNT_MAX);
    add(out, 4, short_or_mark(size));
    add(out, 4, short_or_mark(offset));
    add(out, 2, 0);
}
