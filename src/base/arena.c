/* Chunks in a list, newest first; blocks larger than a quarter of a chunk get a chunk of their own.
 * Free space is poisoned under AddressSanitizer so that use after reset is found. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p_, n_) ASAN_POISON_MEMORY_REGION((p_), (n_))
#define UNPOISON(p_, n_) ASAN_UNPOISON_MEMORY_REGION((p_), (n_))
enum { REDZONE_SIZE = 8 };
#else
#define POISON(p_, n_) ((void)(p_), (void)(n_))
#define UNPOISON(p_, n_) ((void)(p_), (void)(n_))
enum { REDZONE_SIZE = 0 };
#endif

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* of data */
    _Alignas(max_align_t) char data[];
};

static _Noreturn void die(const char *why)
{
    fprintf(stderr, "gantry: %s\n", why);
    abort();
}

void *heap_alloc(size_t size)
{
    void *ptr = calloc(1, size != 0 ? size : 1);
    if (ptr == NULL)
        die("out of memory");
    return ptr;
}

void *heap_alloc_raw(size_t size)
{
    void *ptr = malloc(size != 0 ? size : 1);
    if (ptr == NULL)
        die("out of memory");
    return ptr;
}

void *heap_alloc_array(size_t count, size_t size)
{
    void *ptr = calloc(count != 0 ? count : 1, size != 0 ? size : 1);
    if (ptr == NULL)
        die("out of memory");
    return ptr;
}

void *heap_grow(void *ptr, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        die("size overflow");
    void *grown = realloc(ptr, total != 0 ? total : 1);
    if (grown == NULL)
        die("out of memory");
    return grown;
}

void heap_free(void *ptr)
{
    free(ptr);
}

void arena_init(struct arena *a)
{
    *a = (struct arena){.chunk_size = ARENA_CHUNK_SIZE};
}

static void chunk_free(struct arena_chunk *chunk)
{
    UNPOISON(chunk->data, chunk->size);
    free(chunk);
}

void arena_deinit(struct arena *a)
{
    for (struct arena_chunk *chunk = a->chunks; chunk != NULL;) {
        struct arena_chunk *older = chunk->older;
        chunk_free(chunk);
        chunk = older;
    }
    *a = (struct arena){.chunk_size = ARENA_CHUNK_SIZE};
}

void arena_reset(struct arena *a)
{
    while (a->chunks != NULL && (a->chunks->older != NULL || a->chunks->size > ARENA_CHUNK_SIZE)) {
        struct arena_chunk *older = a->chunks->older;
        chunk_free(a->chunks);
        a->chunks = older;
    }
    a->used_size = 0;
    a->chunk_size = ARENA_CHUNK_SIZE;
    a->next = a->end = NULL;
    if (a->chunks != NULL) {
        a->next = a->chunks->data;
        a->end = a->next + a->chunks->size;
        POISON(a->next, a->chunks->size);
    }
}

static struct arena_chunk *chunk_create(size_t size)
{
    if (size > SIZE_MAX / 2)
        die("allocation without a limit");
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk == NULL)
        die("out of memory");
    chunk->size = size;
    POISON(chunk->data, size);
    return chunk;
}

static void *chunk_alloc(struct arena *a, size_t size, size_t align)
{
    if (a->chunk_size == 0)
        a->chunk_size = ARENA_CHUNK_SIZE;
    if (size >
        a->chunk_size /
            4) { /* its own chunk, placed under the newest so that the free part stays in use */
        struct arena_chunk *own = chunk_create(size + align);
        if (a->chunks != NULL) {
            own->older = a->chunks->older;
            a->chunks->older = own;
        } else {
            own->older = NULL;
            a->chunks = own;
            a->next = a->end = own->data + own->size;
        }
        char *p = own->data + (-(uintptr_t)own->data & (align - 1));
        UNPOISON(p, size);
        return p;
    }
    struct arena_chunk *chunk = chunk_create(a->chunk_size);
    chunk->older = a->chunks;
    a->chunks = chunk;
    if (a->chunk_size < (size_t)ARENA_CHUNK_SIZE * 16)
        a->chunk_size *= 2;
    char *p = chunk->data + (-(uintptr_t)chunk->data & (align - 1));
    a->next = p + size;
    a->end = chunk->data + chunk->size;
    UNPOISON(p, size);
    return p;
}

void *arena_alloc_raw(struct arena *a, size_t size, size_t align)
{
    a->used_size += size;
    size_t pad = -(uintptr_t)a->next & (align - 1);
    size_t left = (size_t)(a->end - a->next);
    if (a->next != NULL && size < left && size + pad + REDZONE_SIZE <= left) {
        char *p = a->next + pad;
        a->next = p + size + REDZONE_SIZE;
        UNPOISON(p, size);
        return p;
    }
    return chunk_alloc(a, size, align);
}

void *arena_alloc(struct arena *a, size_t size, size_t align)
{
    void *p = arena_alloc_raw(a, size, align);
    memset(p, 0, size);
    return p;
}

void *arena_alloc_array(struct arena *a, size_t count, size_t size, size_t align)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        die("size overflow");
    return arena_alloc(a, total, align);
}

void *arena_grow(struct arena *a, void *ptr, size_t old_size, size_t new_size, size_t align)
{
    if (ptr != NULL && (char *)ptr + old_size + REDZONE_SIZE == a->next) {
        size_t left = (size_t)(a->end - (char *)ptr);
        if (new_size < left && new_size + REDZONE_SIZE <= left) {
            UNPOISON(ptr, new_size);
            a->next = (char *)ptr + new_size + REDZONE_SIZE;
            return ptr;
        }
    }
    void *grown = arena_alloc_raw(a, new_size, align);
    if (old_size != 0)
        memcpy(grown, ptr, old_size < new_size ? old_size : new_size);
    return grown;
}

void *arena_copy(struct arena *a, const void *from, size_t size)
{
    void *p = arena_alloc_raw(a, size, 16);
    if (size != 0)
        memcpy(p, from, size);
    return p;
}

char *arena_strndup(struct arena *a, const char *from, size_t len)
{
    char *p = arena_alloc_raw(a, len + 1, 1);
    if (len != 0)
        memcpy(p, from, len);
    p[len] = '\0';
    return p;
}
