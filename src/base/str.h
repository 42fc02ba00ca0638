/* str: a view of bytes, by value. ptr == NULL means absent; "" is present and empty. Not
 * NUL-terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

typedef struct str {
    const char *ptr;
    size_t len;
} str;
SLICE_OF(str, str);

#define STR(literal_) ((str){"" literal_, sizeof(literal_) - 1})
#define STR_INIT(literal_)                                                                         \
    {                                                                                              \
        "" literal_, sizeof(literal_) - 1                                                          \
    }
#define STR_ARG(s_) (int)(s_).len, (s_).len != 0 ? (s_).ptr : ""
#define STR_NONE ((str){0})

static inline str str_of(const char *c_string)
{
    return c_string == NULL ? STR_NONE : (str){c_string, strlen(c_string)};
}
static inline str str_make(const char *ptr, size_t len)
{
    return (str){ptr, len};
}
static inline bool str_is_set(str s)
{
    return s.ptr != NULL;
}
static inline bool str_eq(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
/* s[from, to) with both ends cut to what is there. */
static inline str str_sub(str s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (str){s.ptr == NULL ? NULL : s.ptr + from, to - from};
}
static inline bool str_starts(str s, str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}
static inline bool str_ends(str s, str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* Byte order, shorter first on a tie: <0, 0, >0. */
int str_cmp(str a, str b);
/* ASCII letters compared without case: header names, media types, schemes. */
bool str_eq_nocase(str a, str b);
bool str_starts_nocase(str s, str prefix);
/* No byte beyond ASCII. */
bool str_is_ascii(str s);

/* Position of the first c or of the first needle; SIZE_MAX when there is none. */
size_t str_find_char(str s, char c);
size_t str_find(str s, str needle);

/* Without the ASCII spaces and tabs (and CR, LF) at both ends. */
str str_trim(str s);

/* Splits off the part before the first c and moves *rest behind it. False when *rest is used up
 * (ptr == NULL). "a,,b" gives "a", "", "b"; "" gives one empty part. */
bool str_cut(str *rest, char c, str *part);

/* Copies in an arena. str_cstr ends with a NUL for libc and refuses nothing: check for inner NULs
 * before. */
str str_copy(struct arena *a, str s);
char *str_cstr(struct arena *a, str s);
str str_lower(struct arena *a, str s);
str str_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Decimal numbers, the whole of s, no spaces, no "+": false on anything else or on overflow. */
bool str_to_i64(str s, int64_t *out);
bool str_to_u64(str s, uint64_t *out);
/* JSON's number grammar; locale-free; finite. */
bool str_to_double(str s, double *out);

/* The whole of s is UTF-8 as in RFC 3629 (no surrogates, no overlong forms). */
bool str_is_utf8(str s);
/* As much of the beginning as size_max bytes hold, in whole characters; absent stays absent. */
str str_clip(str s, size_t size_max);
/* Decodes the character at *at (valid UTF-8 only) and moves *at behind it. */
uint32_t str_utf8_next(str s, size_t *at);

/* A hash for tables in memory: not for secrets, not for peers that may choose what collides, and
 * not the same in another version. Chains by seed; 0 to begin with. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t size);
static inline uint64_t str_hash(str s)
{
    return hash_bytes(0, s.ptr, s.len);
}

/* Compares secrets without telling by time where they differ. Lengths are not secret. */
bool str_eq_secret(str a, str b);

#endif
