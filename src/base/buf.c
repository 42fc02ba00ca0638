/* The one builder: growth in the arena, numbers, hexadecimal and base64 both ways. */
#include "base/buf.h"

#include "base/arena.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

char *buf_reserve(struct buf *b, size_t more)
{
    if (b->room - b->len < more) {
        size_t room = b->room < 64 ? 128 : b->room * 2;
        while (room - b->len < more)
            room *= 2;
        b->ptr = arena_grow(b->arena, b->ptr, b->len, room, 1);
        b->room = room;
    }
    return b->ptr + b->len;
}

void buf_add_bytes(struct buf *b, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    memcpy(buf_reserve(b, size), bytes, size);
    b->len += size;
}

void buf_add(struct buf *b, str s)
{
    buf_add_bytes(b, s.ptr, s.len);
}

void buf_add_char(struct buf *b, char c)
{
    *buf_reserve(b, 1) = c;
    b->len++;
}

void buf_add_utf8(struct buf *b, uint32_t c)
{
    char *p = buf_reserve(b, 4);
    if (c < 0x80) {
        p[0] = (char)c;
        b->len += 1;
    } else if (c < 0x800) {
        p[0] = (char)(0xC0 | c >> 6);
        p[1] = (char)(0x80 | (c & 0x3F));
        b->len += 2;
    } else if (c < 0x10000) {
        p[0] = (char)(0xE0 | c >> 12);
        p[1] = (char)(0x80 | (c >> 6 & 0x3F));
        p[2] = (char)(0x80 | (c & 0x3F));
        b->len += 3;
    } else {
        p[0] = (char)(0xF0 | c >> 18);
        p[1] = (char)(0x80 | (c >> 12 & 0x3F));
        p[2] = (char)(0x80 | (c >> 6 & 0x3F));
        p[3] = (char)(0x80 | (c & 0x3F));
        b->len += 4;
    }
}

void buf_add_u64(struct buf *b, uint64_t value)
{
    char text[20];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    buf_add_bytes(b, text + at, sizeof text - at);
}

void buf_add_i64(struct buf *b, int64_t value)
{
    if (value < 0)
        buf_add_char(b, '-');
    buf_add_u64(b, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buf_add_double(struct buf *b, double value)
{
    char text[32];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        double again = strtod(text, NULL);
        if (memcmp(&again, &value, sizeof value) == 0)
            break;
    }
    buf_add(b, str_of(text));
}

void buf_add_hex(struct buf *b, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;
    char *out = buf_reserve(b, size * 2);
    for (size_t i = 0; i < size; i++) {
        *out++ = digits[p[i] >> 4];
        *out++ = digits[p[i] & 15];
    }
    b->len += size * 2;
}

static const char base64_std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void add_base64(struct buf *b, const unsigned char *p, size_t size, const char *alphabet,
                       bool pad)
{
    char *start = buf_reserve(b, size / 3 * 4 + 4), *out = start;
    for (; size >= 3; p += 3, size -= 3) {
        *out++ = alphabet[p[0] >> 2];
        *out++ = alphabet[(p[0] & 3) << 4 | p[1] >> 4];
        *out++ = alphabet[(p[1] & 15) << 2 | p[2] >> 6];
        *out++ = alphabet[p[2] & 63];
    }
    if (size != 0) {
        unsigned second = size == 2 ? p[1] : 0;
        *out++ = alphabet[p[0] >> 2];
        *out++ = alphabet[(p[0] & 3) << 4 | second >> 4];
        if (size == 2)
            *out++ = alphabet[(second & 15) << 2];
        else if (pad)
            *out++ = '=';
        if (pad)
            *out++ = '=';
    }
    b->len += (size_t)(out - start);
}

void buf_add_base64(struct buf *b, const void *bytes, size_t size)
{
    add_base64(b, bytes, size, base64_std, true);
}

void buf_add_base64url(struct buf *b, const void *bytes, size_t size)
{
    add_base64(b, bytes, size, base64_url, false);
}

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    buf_reserve(b, 64); /* formatting is the cost: once, where it fits */
    size_t room = b->room - b->len;
    int len = vsnprintf(b->ptr + b->len, room, format, args);
    va_end(args);
    if (len < 0)
        abort();
    if ((size_t)len >= room)
        vsnprintf(buf_reserve(b, (size_t)len + 1), (size_t)len + 1, format, again);
    va_end(again);
    b->len += (size_t)len;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_decode(struct arena *a, str text, str *out)
{
    if (text.len % 2 != 0)
        return false;
    char *bytes = arena_alloc_raw(a, text.len / 2 + 1, 1);
    for (size_t i = 0; i < text.len; i += 2) {
        int high = hex_value(text.ptr[i]), low = hex_value(text.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (char)(high << 4 | low);
    }
    *out = (str){bytes, text.len / 2};
    return true;
}

static bool decode_base64(struct arena *a, str text, const char *alphabet, str *out)
{
    while (text.len != 0 && text.ptr[text.len - 1] == '=')
        text.len--;
    if (text.len % 4 == 1)
        return false;
    char *bytes = arena_alloc_raw(a, text.len / 4 * 3 + 4, 1), *p = bytes;
    unsigned bits = 0, have = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *at = text.ptr[i] == '\0' ? NULL : strchr(alphabet, text.ptr[i]);
        if (at == NULL)
            return false;
        bits = bits << 6 | (unsigned)(at - alphabet);
        have += 6;
        if (have >= 8) {
            have -= 8;
            *p++ = (char)(bits >> have & 0xFF);
        }
    }
    if ((bits & ((1u << have) - 1)) != 0) /* leftover bits must be zero: one text per value */
        return false;
    *out = (str){bytes, (size_t)(p - bytes)};
    return true;
}

bool base64_decode(struct arena *a, str text, str *out)
{
    return decode_base64(a, text, base64_std, out);
}

bool base64url_decode(struct arena *a, str text, str *out)
{
    return decode_base64(a, text, base64_url, out);
}
