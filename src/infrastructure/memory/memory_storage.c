/* Stages and objects in lists. A stage that was swept away stays with its owner, who can write to
 * it but not commit it. */
#include "infrastructure/memory/memory_storage.h"

#include "base/arena.h"
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct stage {
    struct stage *next;
    int fd;
    EVP_MD_CTX *sha;
    uint64_t size;
    instant written_at;
    bool is_swept;
};

struct memory_object {
    struct memory_object *next;
    char name[OBJECT_NAME_SIZE];
    int fd;
    uint64_t size;
    instant offered_at;
};

static struct memory_storage *self(struct storage *s)
{
    return container_of(s, struct memory_storage, base);
}

static err os_error(const char *where)
{
    return errno == ENOSPC || errno == ENOMEM
               ? (err){ERR_NO_SPACE, "the storage is full", where}
               : (err){ERR_UNAVAILABLE, "the storage cannot be used", where};
}

static err memory_stage_begin(struct storage *base, struct stage **out)
{
    struct memory_storage *s = self(base);
    int fd = memfd_create("stage", MFD_CLOEXEC);
    if (fd < 0)
        return os_error(HERE);
    struct stage *stage = heap_alloc(sizeof *stage);
    *stage = (struct stage){.fd = fd, .sha = EVP_MD_CTX_new(), .written_at = clock_now(s->clock)};
    EVP_DigestInit_ex(stage->sha, EVP_sha256(), NULL);
    pthread_mutex_lock(&s->lock);
    stage->next = s->stages;
    s->stages = stage;
    s->stage_count++;
    pthread_mutex_unlock(&s->lock);
    *out = stage;
    return OK;
}

static err memory_stage_write(struct storage *base, struct stage *stage, const void *bytes,
                              size_t size)
{
    struct memory_storage *s = self(base);
    const char *p = bytes;
    EVP_DigestUpdate(stage->sha, bytes, size);
    while (size != 0) {
        ssize_t written = write(stage->fd, p, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return os_error(HERE);
        p += written;
        size -= (size_t)written;
        stage->size += (uint64_t)written;
    }
    pthread_mutex_lock(&s->lock);
    stage->written_at = clock_now(s->clock);
    pthread_mutex_unlock(&s->lock);
    return OK;
}

/* With the lock held: out of the list, unless a sweep did that. */
static void forget_stage(struct memory_storage *s, struct stage *stage)
{
    struct stage **at = &s->stages;
    if (stage->is_swept)
        return;
    while (*at != stage)
        at = &(*at)->next;
    *at = stage->next;
    s->stage_count--;
}

/* fd -1: it went over to an object. */
static void free_stage(struct stage *stage)
{
    if (stage->fd >= 0)
        close(stage->fd);
    EVP_MD_CTX_free(stage->sha);
    heap_free(stage);
}

static void memory_stage_abort(struct storage *base, struct stage *stage)
{
    struct memory_storage *s = self(base);
    pthread_mutex_lock(&s->lock);
    forget_stage(s, stage);
    pthread_mutex_unlock(&s->lock);
    free_stage(stage);
}

/* With the lock held: the place that points at the object, or at the end of the list. */
static struct memory_object **find(struct memory_storage *s, const char *name)
{
    struct memory_object **at = &s->objects;
    while (*at != NULL && memcmp((*at)->name, name, OBJECT_NAME_SIZE) != 0)
        at = &(*at)->next;
    return at;
}

static void name_object(struct stage *stage, struct stored_object *out)
{
    unsigned char digest[32];
    struct arena scratch = {0};
    struct buf hex = BUF_IN(&scratch);
    EVP_DigestFinal_ex(stage->sha, digest, NULL);
    buf_add_hex(&hex, digest, sizeof digest);
    *out = (struct stored_object){.size = stage->size};
    memcpy(out->name, hex.ptr, OBJECT_NAME_SIZE);
    arena_deinit(&scratch);
}

/* With the lock held. */
static err place(struct memory_storage *s, struct stage *stage, struct stored_object *out)
{
    struct memory_object *object = *find(s, out->name);
    out->was_there = object != NULL;
    if (object == NULL && stage->is_swept)
        return ERR(UNAVAILABLE, "the storage cannot be used");
    if (object == NULL) {
        object = heap_alloc(sizeof *object);
        *object = (struct memory_object){.next = s->objects, .fd = stage->fd, .size = stage->size};
        memcpy(object->name, out->name, OBJECT_NAME_SIZE);
        stage->fd = -1;
        s->objects = object;
        s->object_count++;
    }
    object->offered_at = clock_now(s->clock);
    return OK;
}

static err memory_stage_commit(struct storage *base, struct stage *stage, struct stored_object *out)
{
    struct memory_storage *s = self(base);
    name_object(stage, out);
    pthread_mutex_lock(&s->lock);
    err e = place(s, stage, out);
    forget_stage(s, stage);
    pthread_mutex_unlock(&s->lock);
    free_stage(stage);
    return e;
}

/* A description of its own: position and flags are nobody else's. */
static err reopen(int fd, int *out)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    *out = open(path, O_RDONLY | O_CLOEXEC);
    return *out < 0 ? os_error(HERE) : OK;
}

static err memory_open(struct storage *base, str name, struct object_range range,
                       struct object_file *out)
{
    struct memory_storage *s = self(base);
    struct object_file file = {0};
    err e = ERR(NOT_FOUND, "there is no such object");
    if (!object_name_is_valid(name))
        return ERR(INVALID, "not the name of an object");
    pthread_mutex_lock(&s->lock);
    const struct memory_object *object = *find(s, name.ptr);
    if (object != NULL) {
        file.size = object->size;
        e = object_range_fits(range, object->size)
                ? reopen(object->fd, &file.fd)
                : ERR(UNAVAILABLE, "the stored object is damaged");
    }
    pthread_mutex_unlock(&s->lock);
    if (!failed(e))
        *out = file;
    return e;
}

static int64_t age_of(struct memory_storage *s, instant then)
{
    int64_t us = clock_now(s->clock).us - then.us;
    return us < 0 ? 0 : us / SECONDS(1);
}

static err memory_remove(struct storage *base, str name, int64_t older_than_seconds)
{
    struct memory_storage *s = self(base);
    err e = OK;
    if (!object_name_is_valid(name))
        return ERR(INVALID, "not the name of an object");
    pthread_mutex_lock(&s->lock);
    struct memory_object **at = find(s, name.ptr), *object = *at;
    if (object == NULL) {
        e = ERR(NOT_FOUND, "there is no such object");
    } else if (age_of(s, object->offered_at) < older_than_seconds) {
        e = ERR(CONFLICT, "the object is too young");
    } else {
        *at = object->next;
        s->object_count--;
        close(object->fd);
        heap_free(object);
    }
    pthread_mutex_unlock(&s->lock);
    return e;
}

struct listed {
    char name[OBJECT_NAME_SIZE];
    uint64_t size;
    int64_t age_seconds;
};

/* The sink may store and remove: it is told about what was there when the list began. */
static err memory_list(struct storage *base, struct object_sink *sink)
{
    struct memory_storage *s = self(base);
    struct arena scratch = {0};
    size_t count = 0;
    err e = OK;
    pthread_mutex_lock(&s->lock);
    struct listed *all = NEW_ARRAY(&scratch, struct listed, s->object_count);
    for (const struct memory_object *o = s->objects; o != NULL; o = o->next) {
        all[count] = (struct listed){.size = o->size, .age_seconds = age_of(s, o->offered_at)};
        memcpy(all[count++].name, o->name, OBJECT_NAME_SIZE);
    }
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < count && !failed(e); i++)
        e = sink->take(sink, (str){all[i].name, OBJECT_NAME_SIZE}, all[i].size, all[i].age_seconds);
    arena_deinit(&scratch);
    return e;
}

static err memory_sweep(struct storage *base, int64_t older_than_seconds, int64_t *count)
{
    struct memory_storage *s = self(base);
    *count = 0;
    pthread_mutex_lock(&s->lock);
    for (struct stage **at = &s->stages; *at != NULL;) {
        struct stage *stage = *at;
        if (age_of(s, stage->written_at) < older_than_seconds) {
            at = &stage->next;
            continue;
        }
        *at = stage->next;
        stage->is_swept = true;
        s->stage_count--;
        ++*count;
    }
    pthread_mutex_unlock(&s->lock);
    return OK;
}

static err memory_health(struct storage *base)
{
    (void)base;
    return OK;
}

static err memory_space(struct storage *base, struct storage_space *out)
{
    (void)base;
    *out = (struct storage_space){.free_size = UINT64_MAX};
    return OK;
}

static err memory_scratch(struct storage *base, int *fd)
{
    (void)base;
    *fd = memfd_create("scratch", MFD_CLOEXEC);
    return *fd < 0 ? ERR(UNAVAILABLE, "no more files can be opened") : OK;
}

static const struct storage_ops memory_storage_ops = {
    .stage_begin = memory_stage_begin,
    .stage_write = memory_stage_write,
    .stage_commit = memory_stage_commit,
    .stage_abort = memory_stage_abort,
    .open = memory_open,
    .remove = memory_remove,
    .list = memory_list,
    .sweep = memory_sweep,
    .health = memory_health,
    .space = memory_space,
    .scratch = memory_scratch,
};

void memory_storage_init(struct memory_storage *s, struct clock *clock)
{
    *s = (struct memory_storage){.base = {.ops = &memory_storage_ops}, .clock = clock};
    pthread_mutex_init(&s->lock, NULL);
}

void memory_storage_deinit(struct memory_storage *s)
{
    if (s->base.ops == NULL)
        return;
    for (struct memory_object *o = s->objects, *next; o != NULL; o = next) {
        next = o->next;
        close(o->fd);
        heap_free(o);
    }
    pthread_mutex_destroy(&s->lock);
    *s = (struct memory_storage){0};
}
