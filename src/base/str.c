/* Views of bytes: comparing, finding, reading numbers, UTF-8. */
#include "base/str.h"

#include "base/arena.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FORMAT_SIZE_EXPECTED = 512 }; /* formatting is the cost: once, where it fits */

int str_cmp(str a, str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_starts_nocase(str s, str prefix)
{
    if (s.len < prefix.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++)
        if (lower(s.ptr[i]) != lower(prefix.ptr[i]))
            return false;
    return true;
}

bool str_eq_nocase(str a, str b)
{
    return a.len == b.len && str_starts_nocase(a, b);
}

size_t str_find_char(str s, char c)
{
    const char *at = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);
    return at == NULL ? SIZE_MAX : (size_t)(at - s.ptr);
}

size_t str_find(str s, str needle)
{
    if (needle.len == 0)
        return 0;
    const char *at = s.len == 0 ? NULL : memmem(s.ptr, s.len, needle.ptr, needle.len);
    return at == NULL ? SIZE_MAX : (size_t)(at - s.ptr);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
    while (s.len != 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len != 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool str_cut(str *rest, char c, str *part)
{
    if (rest->ptr == NULL)
        return false;
    size_t at = str_find_char(*rest, c);
    if (at == SIZE_MAX) {
        *part = *rest;
        *rest = STR_NONE;
    } else {
        *part = str_sub(*rest, 0, at);
        *rest = str_sub(*rest, at + 1, rest->len);
    }
    return true;
}

str str_copy(struct arena *a, str s)
{
    if (s.ptr == NULL)
        return STR_NONE;
    return (str){arena_strndup(a, s.ptr, s.len), s.len};
}

char *str_cstr(struct arena *a, str s)
{
    return arena_strndup(a, s.ptr, s.len);
}

str str_lower(struct arena *a, str s)
{
    if (s.ptr == NULL)
        return STR_NONE;
    char *copy = arena_strndup(a, s.ptr, s.len);
    for (size_t i = 0; i < s.len; i++)
        copy[i] = lower(copy[i]);
    return (str){copy, s.len};
}

str str_format(struct arena *a, const char *format, ...)
{
    va_list args, again;
    char first[FORMAT_SIZE_EXPECTED];
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(first, sizeof first, format, args);
    va_end(args);
    if (len < 0)
        abort();
    char *text = arena_alloc_raw(a, (size_t)len + 1, 1);
    if ((size_t)len < sizeof first)
        memcpy(text, first, (size_t)len + 1);
    else
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return (str){text, (size_t)len};
}

bool str_to_u64(str s, uint64_t *out)
{
    if (s.len == 0 || s.len > 20)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

bool str_to_i64(str s, int64_t *out)
{
    bool negative = s.len != 0 && s.ptr[0] == '-';
    uint64_t magnitude;
    if (!str_to_u64(negative ? str_sub(s, 1, s.len) : s, &magnitude))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

static size_t digits(str s, size_t at)
{
    while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9')
        at++;
    return at;
}

static bool is_json_number(str s)
{
    size_t at = s.len != 0 && s.ptr[0] == '-' ? 1 : 0;
    size_t end = digits(s, at);
    if (end == at || (s.ptr[at] == '0' && end > at + 1))
        return false;
    if (end < s.len && s.ptr[end] == '.') {
        at = end + 1;
        end = digits(s, at);
        if (end == at)
            return false;
    }
    if (end < s.len && (s.ptr[end] == 'e' || s.ptr[end] == 'E')) {
        at = end + 1;
        if (at < s.len && (s.ptr[at] == '+' || s.ptr[at] == '-'))
            at++;
        end = digits(s, at);
        if (end == at)
            return false;
    }
    return end == s.len;
}

bool str_to_double(str s, double *out)
{
    char text[64];
    if (s.len >= sizeof text || !is_json_number(s))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    double value = strtod(text, NULL); /* the program never leaves the C locale */
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}

/* Length of the well-formed character at s[at], 0 when malformed. RFC 3629 §4. */
static size_t utf8_len(str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + at;
    size_t left = s.len - at;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    size_t len = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (left < len)
        return 0;
    unsigned low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    unsigned high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

bool str_is_utf8(str s)
{
    for (size_t at = 0; at < s.len;) {
        size_t len = utf8_len(s, at);
        if (len == 0)
            return false;
        at += len;
    }
    return true;
}

str str_clip(str s, size_t size_max)
{
    size_t size = s.len < size_max ? s.len : size_max;
    while (size < s.len && size != 0 && ((unsigned char)s.ptr[size] & 0xC0) == 0x80)
        size--;
    return str_sub(s, 0, size);
}

uint32_t str_utf8_next(str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    size_t len = utf8_len(s, *at);
    if (len <= 1) {
        *at += 1;
        return len == 0 ? 0xFFFD : p[0];
    }
    uint32_t c = p[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (p[i] & 0x3F);
    *at += len;
    return c;
}

/* Eight bytes a step, each multiplied and folded, as in the family of wyhash. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    uint64_t hash = seed ^ UINT64_C(0x9e3779b97f4a7c15) ^ size;
    while (size != 0) {
        uint64_t word = 0;
        size_t step = size < sizeof word ? size : sizeof word;
        memcpy(&word, p, step);
        __uint128_t product = (__uint128_t)(hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash = (uint64_t)product ^ (uint64_t)(product >> 64) ^ UINT64_C(0xa0761d6478bd642f);
        p += step;
        size -= step;
    }
    return hash ^ hash >> 29;
}

bool str_eq_secret(str a, str b)
{
    if (a.len != b.len)
        return false;
    unsigned char different = 0;
    for (size_t i = 0; i < a.len; i++)
        different |= (unsigned char)(a.ptr[i] ^ b.ptr[i]);
    return different == 0;
}

bool str_is_ascii(str s)
{
    unsigned char any = 0;
    for (size_t i = 0; i < s.len; i++)
        any |= (unsigned char)s.ptr[i];
    return any < 0x80;
}
