/* uuid: 16 bytes; made as version 7 (RFC 9562), so that identifiers sort by the time they were
 * made. All zero: absent. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/clock.h"
#include "base/str.h"

typedef struct uuid {
    uint8_t at[16];
} uuid;

SLICE_OF(uuid, uuid);

enum { UUID_TEXT_SIZE = 36 };

/* Ordered within a process even when the clock stands still or steps back. Safe to call from any
 * thread. */
uuid uuid_make(struct clock *clock);
static inline bool uuid_is_set(uuid u)
{
    static const uuid none;
    return memcmp(&u, &none, sizeof u) != 0;
}
static inline bool uuid_eq(uuid a, uuid b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}
/* Lower-case hexadecimal with hyphens. */
void uuid_write(uuid u, char out[UUID_TEXT_SIZE]);
str uuid_text(struct arena *a, uuid u);
bool uuid_from_text(str text, uuid *out);

/* Bytes no one can guess; from the kernel. */
void random_bytes(void *out, size_t size);

#endif
