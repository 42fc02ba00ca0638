/* Where the bytes of instances are kept. An object is named by the SHA-256 of its bytes, never by
 * anything a sender says.
 *
 * Storing has two steps: bytes are staged while they arrive, hashed on the way; committing the
 * stage makes them durable under their name. Only then may a row point at them. */
#ifndef APPLICATION_SERVICES_STORAGE_SERVICE_H
#define APPLICATION_SERVICES_STORAGE_SERVICE_H

#include "base/err.h"
#include "base/str.h"

enum { OBJECT_NAME_SIZE = 64 };

struct storage;

/* An object on its way in. */
struct stage;

struct stored_object {
    char name[OBJECT_NAME_SIZE];
    uint64_t size;
    bool was_there;
};

/* The bytes of an object that a reader will read. size 0 or UINT64_MAX: all of the object. */
struct object_range {
    uint64_t first, size;
};
#define OBJECT_WHOLE ((struct object_range){0, UINT64_MAX})

static inline bool object_range_is_whole(struct object_range range)
{
    return range.size == 0 || range.size == UINT64_MAX;
}

/* An object opened for reading. */
struct object_file {
    int fd;
    uint64_t size; /* of the whole object */
    uint64_t base; /* where in the object the descriptor begins; 0 when all of it is there */
};

/* Told about each object; age_seconds since it was stored or last offered again. */
struct object_sink {
    err (*take)(struct object_sink *sink, str name, uint64_t size, int64_t age_seconds);
};

struct storage_space {
    uint64_t free_size;    /* UINT64_MAX: nobody knows an end */
    uint64_t reserve_size; /* below which nothing new is taken */
};

struct storage_ops {
    err (*stage_begin)(struct storage *s, struct stage **out);
    err (*stage_write)(struct storage *s, struct stage *stage, const void *bytes, size_t size);
    err (*stage_commit)(struct storage *s, struct stage *stage, struct stored_object *out);
    void (*stage_abort)(struct storage *s, struct stage *stage);
    err (*open)(struct storage *s, str name, struct object_range range, struct object_file *out);
    err (*remove)(struct storage *s, str name, int64_t older_than_seconds);
    err (*list)(struct storage *s, struct object_sink *sink);
    err (*sweep)(struct storage *s, int64_t older_than_seconds, int64_t *count);
    err (*health)(struct storage *s);
    err (*space)(struct storage *s, struct storage_space *out);
    err (*scratch)(struct storage *s, int *fd);
};
struct storage {
    const struct storage_ops *ops;
    bool may_wait; /* open may wait for a network: not for a thread that others wait for */
};

/* Errors: NO_SPACE (below the reserve), UNAVAILABLE. */
static inline err storage_stage_begin(struct storage *s, struct stage **out)
{
    return s->ops->stage_begin(s, out);
}
static inline err storage_stage_write(struct storage *s, struct stage *stage, const void *bytes,
                                      size_t size)
{
    return s->ops->stage_write(s, stage, bytes, size);
}
/* Returns when the bytes are durable. Ends the stage in every case. Same bytes again: success,
 * was_there. */
static inline err storage_stage_commit(struct storage *s, struct stage *stage,
                                       struct stored_object *out)
{
    return s->ops->stage_commit(s, stage, out);
}
/* Nothing stays. NULL is a no-op. */
static inline void storage_stage_abort(struct storage *s, struct stage *stage)
{
    if (stage != NULL)
        s->ops->stage_abort(s, stage);
}
/* Opens an object so that the bytes of range can be read: byte n of the object is byte n -
 * out->base of the descriptor. What lies outside range may be there or not; a storage far away
 * brings only what is asked for. out->fd is the caller's to close. Errors: NOT_FOUND, INVALID (not
 * an object name), UNAVAILABLE (also: the object is damaged, range lies outside it). */
static inline err storage_open(struct storage *s, str name, struct object_range range,
                               struct object_file *out)
{
    return s->ops->open(s, name, range, out);
}
/* Removes an object that nobody has stored or offered for so long. Errors: NOT_FOUND, CONFLICT
 * (younger). */
static inline err storage_remove(struct storage *s, str name, int64_t older_than_seconds)
{
    return s->ops->remove(s, name, older_than_seconds);
}
static inline err storage_list(struct storage *s, struct object_sink *sink)
{
    return s->ops->list(s, sink);
}
/* Removes stages that were never committed and are older. */
static inline err storage_sweep(struct storage *s, int64_t older_than_seconds, int64_t *count)
{
    return s->ops->sweep(s, older_than_seconds, count);
}
/* OK when objects can be stored now. */
static inline err storage_health(struct storage *s)
{
    return s->ops->health(s);
}
/* How much room there is. Errors: UNAVAILABLE. */
static inline err storage_space(struct storage *s, struct storage_space *out)
{
    return s->ops->space(s, out);
}

/* Whether the storage still has an object as it was stored: by its size and the hash of all its
 * bytes. Errors: UNAVAILABLE. */
struct object_checker {
    err (*check)(struct storage *s, str name, uint64_t size, bool *is_whole);
};

/* A file without a name for what is made on the way, to write and read, on the disk where objects
 * arrive. The caller closes it, and it is gone; so it is when the process ends. Errors: NO_SPACE
 * (below the reserve), UNAVAILABLE. */
static inline err storage_scratch(struct storage *s, int *fd)
{
    return s->ops->scratch(s, fd);
}

static inline bool object_range_fits(struct object_range range, uint64_t object_size)
{
    return object_range_is_whole(range) ||
           (range.first <= object_size && range.size <= object_size - range.first);
}

/* 64 lower-case hexadecimal digits and nothing else: no other name reaches a path. */
static inline bool object_name_is_valid(str name)
{
    if (name.len != OBJECT_NAME_SIZE)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!((name.ptr[i] >= '0' && name.ptr[i] <= '9') ||
              (name.ptr[i] >= 'a' && name.ptr[i] <= 'f')))
            return false;
    return true;
}

#endif
