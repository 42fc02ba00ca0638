/* UUID version 7 with a counter in the 12 + 14 bits behind the milliseconds, so that one process
 * never repeats or reorders (RFC 9562 §6.2, method 1). */
#include "base/uuid.h"

#include "base/arena.h"
#include "base/buf.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *out, size_t size)
{
    char *p = out;
    while (size != 0) {
        ssize_t got = getrandom(p, size, 0);
        if (got < 0)
            abort(); /* a kernel without randomness cannot run this program safely */
        p += got;
        size -= (size_t)got;
    }
}

/* Sixteen bytes at a time from a block of the thread's own: a system call for each would cost more
 * than all the rest. */
static void random_uuid(uuid *out)
{
    static _Thread_local unsigned char block[16 * 32];
    static _Thread_local size_t left;
    if (left == 0) {
        random_bytes(block, sizeof block);
        left = sizeof block;
    }
    left -= sizeof *out;
    memcpy(out, block + left, sizeof *out);
    memset(block + left, 0, sizeof *out);
}

uuid uuid_make(struct clock *clock)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uint64_t last_ms;
    static uint32_t counter;
    uuid u;
    random_uuid(&u);
    uint64_t now_ms = (uint64_t)(clock_now(clock).us / 1000);
    pthread_mutex_lock(&lock);
    if (now_ms > last_ms) {
        last_ms = now_ms;
        counter = (uint32_t)(u.at[6] << 8 | u.at[7]) & 0xFFFF;
    } else if (++counter >= 1u << 26) {
        last_ms++;
        counter = 0;
    }
    uint64_t ms = last_ms;
    uint32_t n = counter;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < 6; i++)
        u.at[i] = (uint8_t)(ms >> (40 - 8 * i));
    u.at[6] = (uint8_t)(0x70 | (n >> 22 & 0x0F));
    u.at[7] = (uint8_t)(n >> 14);
    u.at[8] = (uint8_t)(0x80 | (n >> 8 & 0x3F));
    u.at[9] = (uint8_t)n;
    return u;
}

void uuid_write(uuid u, char out[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0, at = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        out[at++] = digits[u.at[i] >> 4];
        out[at++] = digits[u.at[i] & 15];
    }
}

str uuid_text(struct arena *a, uuid u)
{
    char text[UUID_TEXT_SIZE];
    uuid_write(u, text);
    return (str){arena_strndup(a, text, sizeof text), sizeof text};
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool uuid_from_text(str text, uuid *out)
{
    if (text.len != UUID_TEXT_SIZE)
        return false;
    uuid u;
    for (size_t i = 0, at = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && text.ptr[at++] != '-')
            return false;
        int high = hex_value(text.ptr[at]), low = hex_value(text.ptr[at + 1]);
        if (high < 0 || low < 0)
            return false;
        u.at[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *out = u;
    return true;
}
