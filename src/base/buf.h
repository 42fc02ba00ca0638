/* struct buf: bytes growing in an arena, the only builder of text and binary. {.arena = a} is a
 * valid empty buf. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

#include <stdint.h>

struct buf {
    struct arena *arena;
    char *ptr;
    size_t len, room;
};

#define BUF_IN(arena_) ((struct buf){.arena = (arena_)})

/* Room for at least more bytes behind len; gives the place to write at. buf_added tells how many
 * were written. */
char *buf_reserve(struct buf *b, size_t more);
static inline void buf_added(struct buf *b, size_t size)
{
    b->len += size;
}

void buf_add(struct buf *b, str s);
void buf_add_bytes(struct buf *b, const void *bytes, size_t size);
void buf_add_char(struct buf *b, char c);
void buf_add_utf8(struct buf *b, uint32_t code_point);
void buf_add_u64(struct buf *b, uint64_t value);
void buf_add_i64(struct buf *b, int64_t value);
/* Shortest text that reads back as the same double; must be finite. */
void buf_add_double(struct buf *b, double value);
void buf_add_hex(struct buf *b, const void *bytes, size_t size);
void buf_add_base64(struct buf *b, const void *bytes, size_t size);
/* Base64url without padding, as in RFC 7515. */
void buf_add_base64url(struct buf *b, const void *bytes, size_t size);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline str buf_str(const struct buf *b)
{
    return (str){b->ptr != NULL ? b->ptr : "", b->len};
}

/* Decoders: false when text is not of that form. *out lives in a. Base64 padding may be missing. */
bool hex_decode(struct arena *a, str text, str *out);
bool base64_decode(struct arena *a, str text, str *out);
bool base64url_decode(struct arena *a, str text, str *out);

#endif
