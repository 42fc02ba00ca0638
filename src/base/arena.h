/* struct arena: memory for one request, one job, one test. Everything taken from it lives until it
 * is reset, and nobody frees the parts. A function that returns memory takes an arena; one that
 * does not allocates nothing for its caller.
 *
 * Limits are enforced where input enters the program, so running out of memory ends the process and
 * callers have no out-of-memory branch. Not safe for use by two threads at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks; /* newest first */
    char *next, *end;           /* free part of the newest chunk */
    size_t chunk_size;          /* of the next ordinary chunk */
    size_t used_size;           /* bytes handed out since the last reset */
};

enum { ARENA_CHUNK_SIZE = 16 * 1024 };

/* An empty arena holds no memory until the first allocation. {0} is a valid empty arena too. */
void arena_init(struct arena *a);
void arena_deinit(struct arena *a);

/* Forgets everything, keeps the first chunk for reuse. */
void arena_reset(struct arena *a);

/* Zeroed memory. align is a power of two. size 0 gives a valid pointer to nothing. */
void *arena_alloc(struct arena *a, size_t size, size_t align);

/* The same without zeroing, for bytes about to be overwritten. */
void *arena_alloc_raw(struct arena *a, size_t size, size_t align);

/* Makes the block ptr of old_size bytes new_size long, in place when it is the newest one. ptr may
 * be NULL. */
void *arena_grow(struct arena *a, void *ptr, size_t old_size, size_t new_size, size_t align);

/* Copies of bytes and of C strings. arena_strndup ends with a NUL that is not counted. */
void *arena_copy(struct arena *a, const void *from, size_t size);
char *arena_strndup(struct arena *a, const char *from, size_t len);

/* count elements of size bytes; a product that overflows ends the process: it is a missing limit,
 * hence a bug. */
void *arena_alloc_array(struct arena *a, size_t count, size_t size, size_t align);

#define NEW(arena_, T_) ((T_ *)arena_alloc((arena_), sizeof(T_), _Alignof(T_)))
#define NEW_ARRAY(arena_, T_, n_)                                                                  \
    ((T_ *)arena_alloc_array((arena_), (n_), sizeof(T_), _Alignof(T_)))

/* Heap memory for long-lived objects, owned by exactly one struct. Ends the process when there is
 * none. */
void *heap_alloc(size_t size);
void *heap_alloc_raw(
    size_t size); /* not zeroed: for large buffers that are written before they are read */
void *heap_alloc_array(size_t count, size_t size);
void *heap_grow(void *ptr, size_t count, size_t size);
void heap_free(void *ptr);

#endif
