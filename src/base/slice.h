/* SLICE(T): a typed view of len elements of struct T (or of a typedef T by SLICE_OF). It owns
 * nothing. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include "base/arena.h"

#include <stddef.h>
#include <string.h>

#define SLICE(T_)                                                                                  \
    struct T_##_slice {                                                                            \
        struct T_ *at;                                                                             \
        size_t len;                                                                                \
    }
#define SLICE_OF(type_, name_)                                                                     \
    struct name_##_slice {                                                                         \
        type_ *at;                                                                                 \
        size_t len;                                                                                \
    }

/* Appends one zeroed element to *slice, whose room doubles in the arena, and gives its address. The
 * room is implied by len: every power of two. */
#define SLICE_PUSH(arena_, slice_)                                                                 \
    ((slice_)->at = slice_room_((arena_), (slice_)->at, (slice_)->len, sizeof *(slice_)->at),      \
     (__typeof__((slice_)->at))memset(&(slice_)->at[(slice_)->len++], 0, sizeof *(slice_)->at))

static inline void *slice_room_(struct arena *a, void *at, size_t len, size_t size)
{
    if (len != 0 && (len < 8 || (len & (len - 1)) != 0))
        return at;
    size_t room = len == 0 ? 8 : len * 2;
    if (len != 0 && room / 2 != len)
        __builtin_trap();
    size_t total;
    if (__builtin_mul_overflow(room, size, &total))
        __builtin_trap();
    return arena_grow(a, at, len * size, total, 16);
}

/* The same where the type of the elements is known by its size alone. */
static inline void *slice_push_sized(struct arena *a, void **at, size_t *len, size_t size)
{
    *at = slice_room_(a, *at, *len, size);
    return memset((char *)*at + (*len)++ * size, 0, size);
}

#endif
