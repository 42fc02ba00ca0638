/* Objects, and ranges of them, kept on the local disk: what was read from far away once is read
 * here the next time. A cache: whatever is in it may vanish at any time.
 *
 * An entry is a file named after what it holds, made beside the others and renamed into place. When
 * the files grow over the limit those go that were not used for longest; who reads one keeps it
 * open. Those who ask at the same time for what is not there wait for one of them to bring it.
 *
 * After a restart the folder is scanned. What was written before the machine itself started may be
 * only half on the disk: ranges are dropped then, whole objects are hashed before they are used. */
#ifndef INFRASTRUCTURE_S3_OBJECT_CACHE_H
#define INFRASTRUCTURE_S3_OBJECT_CACHE_H

#include "application/services/storage_service.h"

#include <pthread.h>

enum {
    CACHE_ENTRY_COUNT_MAX = 128 * 1024,
    CACHE_FOLDER_COUNT = 256,
    CACHE_BUCKET_COUNT = 64 * 1024,
    CACHE_BLOCK_SIZE = 4096,      /* what a file takes on the disk is a multiple of it */
    CACHE_TEMP_AGE_SECONDS = 3600 /* of files that nobody finished */
};

/* The largest object there is, and the largest held in memory when the disk takes nothing more. */
#define CACHE_OBJECT_SIZE_MAX (UINT64_C(5) * 1024 * 1024 * 1024 * 1024)
#define CACHE_MEMORY_SIZE_MAX (UINT64_C(256) * 1024 * 1024)

struct cache_entry;
struct cache_flight;

struct object_cache {
    int folder_fds[CACHE_FOLDER_COUNT];
    int root_fd;
    uint64_t size_max, reserve_size; /* reserve: to be left free on the disk */
    bool is_bypassed;                /* nothing is read from it, and what is read is not kept */
    pthread_mutex_t lock;            /* of what follows */
    pthread_cond_t landed;
    struct cache_entry **buckets;
    struct cache_entry *newest, *oldest; /* by last use */
    struct cache_flight *flights;
    uint64_t size, next_name;
    size_t count;
    uint64_t hit_count, miss_count;
};

/* size_max 0: nothing is kept beyond the open descriptors. Errors: UNAVAILABLE. */
err object_cache_open(struct object_cache *c, str root, uint64_t size_max, uint64_t reserve_size);
void object_cache_close(struct object_cache *c);

/* Brings what is missing: writes it from the beginning of fd, at most size_max bytes, and says how
 * large the object is. May be called again with another descriptor after NO_SPACE. */
struct object_fetch {
    err (*run)(struct object_fetch *f, int fd, uint64_t size_max, uint64_t *object_size);
};

/* From here if it is here, in whole or as this range, else by fetch. out->fd is the caller's.
 * Errors: those of fetch; UNAVAILABLE, NO_SPACE. */
err object_cache_get(struct object_cache *c, str name, struct object_range range,
                     struct object_fetch *fetch, struct object_file *out);

/* The whole object is in the file `path` below at_fd, which is moved in or removed. */
void object_cache_put(struct object_cache *c, str name, uint64_t size, int at_fd, const char *path);

/* Forgets all of the object. */
void object_cache_remove(struct object_cache *c, str name);

/* Gives so many bytes back to the disk, or all there is. */
void object_cache_shrink(struct object_cache *c, uint64_t size);

#endif
