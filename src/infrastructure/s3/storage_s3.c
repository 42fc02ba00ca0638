/* Stages on the local disk, objects far away, a cache in between. */
#include "infrastructure/s3/storage_s3.h"

#include "infrastructure/scratch_file.h"

#include "base/buf.h"
#include "base/log.h"
#include "infrastructure/s3/objects.h"
#include "infrastructure/storage_filesystem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define RESERVE_SIZE ((uint64_t)STORAGE_RESERVE_MIB * 1024 * 1024)

enum { STAGE_NAME_SIZE = 72 };

struct stage {
    int fd;
    EVP_MD_CTX *sha, *md5; /* md5 of what may go up in one piece */
    uint64_t size;
    char name[STAGE_NAME_SIZE];
};

struct upload_flight {
    struct upload_flight *next;
    char name[OBJECT_NAME_SIZE];
};

static const struct storage_ops s3_ops;

static struct storage_s3 *self(struct storage *s)
{
    return container_of(s, struct storage_s3, base);
}

static err os_error(const char *what, const char *where)
{
    int code = errno;
    log_event(LOG_WARN, "storage", "what=\"staging %s\" errno=%d", what, code);
    if (code == ENOSPC || code == EDQUOT)
        return (err){ERR_NO_SPACE, "the local disk is full", where};
    return (err){ERR_UNAVAILABLE, "the storage cannot be used", where};
}
#define OS_ERR(what_) os_error((what_), HERE)

static str key_of(const struct storage_s3 *s, struct arena *a, const char *place, str name)
{
    return str_format(a, "%.*s%s/%.*s/%.*s", STR_ARG(s->client.settings.prefix), place, 2, name.ptr,
                      STR_ARG(name));
}

static err open_folders(struct storage_s3 *s, struct arena *a,
                        const struct storage_s3_settings *settings)
{
    const char *path = str_format(a, "%.*s/staging-s3", STR_ARG(settings->data_dir)).ptr;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return OS_ERR("mkdir");
    s->staging_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (s->staging_fd < 0)
        return OS_ERR("open");
    return object_cache_open(&s->cache, str_format(a, "%.*s/cache", STR_ARG(settings->data_dir)),
                             settings->cache_size, RESERVE_SIZE);
}

err storage_s3_open(struct storage_s3 *s, struct arena *a,
                    const struct storage_s3_settings *settings)
{
    struct s3_settings place;
    *s = (struct storage_s3){.base = {&s3_ops, true}, .staging_fd = -1};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->landed, NULL);
    TRY(s3_settings_read(a, str_copy(a, settings->url), &place));
    TRY(s3_client_open(&s->client, &place, &settings->credentials, settings->clock));
    TRY(open_folders(s, a, settings));
    err e = s3_bucket_check(&s->client, monotonic_ns() + S3_HEALTH_MS * UINT64_C(1000000));
    return e.code == ERR_INVALID ? e : OK;
}

void storage_s3_close(struct storage_s3 *s)
{
    if (s->base.ops == NULL)
        return;
    s3_client_close(&s->client);
    object_cache_close(&s->cache);
    if (s->staging_fd >= 0)
        close(s->staging_fd);
    pthread_cond_destroy(&s->landed);
    pthread_mutex_destroy(&s->lock);
    *s = (struct storage_s3){0};
}

void storage_s3_bypass_cache(struct storage_s3 *s)
{
    s->cache.is_bypassed = true;
}

static bool has_room(struct storage_s3 *s)
{
    struct statvfs space;
    return fstatvfs(s->staging_fd, &space) == 0 &&
           (uint64_t)space.f_bavail * space.f_frsize > RESERVE_SIZE;
}

/* The cache gives way to what arrives. */
static err check_room(struct storage_s3 *s)
{
    if (has_room(s))
        return OK;
    object_cache_shrink(&s->cache, RESERVE_SIZE);
    return has_room(s) ? OK : ERR(NO_SPACE, "the local disk is full");
}

static err s3_stage_begin(struct storage *base, struct stage **out)
{
    struct storage_s3 *s = self(base);
    TRY(check_room(s));
    struct stage *stage = heap_alloc(sizeof *stage);
    pthread_mutex_lock(&s->lock);
    uint64_t number = s->next_name++;
    pthread_mutex_unlock(&s->lock);
    snprintf(stage->name, sizeof stage->name, "%ld-%llx-%llu", (long)getpid(),
             (unsigned long long)monotonic_ns(), (unsigned long long)number);
    stage->fd = openat(s->staging_fd, stage->name,
                       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (stage->fd < 0) {
        heap_free(stage);
        return OS_ERR("create");
    }
    stage->sha = EVP_MD_CTX_new();
    stage->md5 = EVP_MD_CTX_new();
    EVP_DigestInit_ex(stage->sha, EVP_sha256(), NULL);
    EVP_DigestInit_ex(stage->md5, EVP_md5(), NULL);
    *out = stage;
    return OK;
}

static err s3_stage_write(struct storage *base, struct stage *stage, const void *bytes, size_t size)
{
    const char *p = bytes;
    (void)base;
    EVP_DigestUpdate(stage->sha, bytes, size);
    if (stage->size <= S3_PART_SIZE)
        EVP_DigestUpdate(stage->md5, bytes, size);
    while (size != 0) {
        ssize_t written = write(stage->fd, p, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return OS_ERR("write");
        p += written;
        size -= (size_t)written;
        stage->size += (uint64_t)written;
    }
    return OK;
}

static void stage_free(struct stage *stage)
{
    close(stage->fd);
    EVP_MD_CTX_free(stage->sha);
    EVP_MD_CTX_free(stage->md5);
    heap_free(stage);
}

static void s3_stage_abort(struct storage *base, struct stage *stage)
{
    unlinkat(self(base)->staging_fd, stage->name, 0);
    stage_free(stage);
}

/* Waits until nobody else has this name on its way up, then claims it. */
static void claim_name(struct storage_s3 *s, struct upload_flight *flight)
{
    pthread_mutex_lock(&s->lock);
    for (struct upload_flight *f = s->uploads; f != NULL;) {
        if (memcmp(f->name, flight->name, OBJECT_NAME_SIZE) != 0) {
            f = f->next;
            continue;
        }
        pthread_cond_wait(&s->landed, &s->lock);
        f = s->uploads;
    }
    flight->next = s->uploads;
    s->uploads = flight;
    pthread_mutex_unlock(&s->lock);
}

static void release_name(struct storage_s3 *s, struct upload_flight *flight)
{
    pthread_mutex_lock(&s->lock);
    struct upload_flight **at = &s->uploads;
    while (*at != flight)
        at = &(*at)->next;
    *at = flight->next;
    pthread_cond_broadcast(&s->landed);
    pthread_mutex_unlock(&s->lock);
}

/* A live object of that size that stays young for long enough is left alone. */
static err offer(struct storage_s3 *s, struct arena *a, const struct s3_upload *upload,
                 uint64_t until_ns, bool *was_there)
{
    struct s3_head there;
    err e = s3_object_head(&s->client, a, upload->key, until_ns, &there);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *was_there = !failed(e) && there.size == upload->size;
    if (*was_there && there.age_seconds < S3_YOUNG_SECONDS)
        return OK;
    return s3_object_put(&s->client, upload, until_ns);
}

/* A stage that was swept away is nothing that can be kept. */
static bool is_swept(const struct stage *stage)
{
    struct stat info;
    return fstat(stage->fd, &info) != 0 || info.st_nlink == 0 ||
           (uint64_t)info.st_size != stage->size;
}

static err place(struct storage_s3 *s, struct stage *stage, struct stored_object *out)
{
    struct arena scratch = {0};
    struct upload_flight flight = {0};
    struct s3_upload upload = {.fd = stage->fd, .size = stage->size};
    if (is_swept(stage))
        return ERR(UNAVAILABLE, "the storage cannot be used");
    memcpy(upload.sha256, out->name, OBJECT_NAME_SIZE);
    memcpy(flight.name, out->name, OBJECT_NAME_SIZE);
    EVP_DigestFinal_ex(stage->md5, upload.md5, NULL);
    upload.key = key_of(s, &scratch, "objects", (str){out->name, OBJECT_NAME_SIZE});
    uint64_t until_ns = s3_deadline(stage->size);
    claim_name(s, &flight);
    err e = offer(s, &scratch, &upload, until_ns, &out->was_there);
    release_name(s, &flight);
    arena_deinit(&scratch);
    return e;
}

static err s3_stage_commit(struct storage *base, struct stage *stage, struct stored_object *out)
{
    struct storage_s3 *s = self(base);
    unsigned char digest[32];
    struct arena scratch = {0};
    struct buf hex = BUF_IN(&scratch);
    *out = (struct stored_object){.size = stage->size};
    EVP_DigestFinal_ex(stage->sha, digest, NULL);
    buf_add_hex(&hex, digest, sizeof digest);
    memcpy(out->name, hex.ptr, OBJECT_NAME_SIZE);
    arena_deinit(&scratch);
    err e = place(s, stage, out);
    if (failed(e))
        unlinkat(s->staging_fd, stage->name, 0);
    else
        object_cache_put(&s->cache, (str){out->name, OBJECT_NAME_SIZE}, stage->size, s->staging_fd,
                         stage->name);
    stage_free(stage);
    return e;
}

struct s3_fetch {
    struct object_fetch base;
    struct storage_s3 *s;
    str name;
    struct object_range range;
};

/* From the live key, else from the trash, and then the live key is written again. */
static err fetch_from(struct s3_fetch *f, struct arena *a, int fd, uint64_t size_max,
                      uint64_t *object_size)
{
    struct s3_client *c = &f->s->client;
    struct s3_sink sink = {.fd = fd, .size_max = size_max};
    str live = key_of(f->s, a, "objects", f->name), trash = key_of(f->s, a, "trash", f->name);
    bool whole = object_range_is_whole(f->range);
    uint64_t until_ns = s3_deadline(whole ? 0 : f->range.size);
    err e = s3_object_get(c, live, f->range, &sink, until_ns, object_size);
    if (e.code != ERR_NOT_FOUND)
        return e;
    TRY(s3_object_get(c, trash, f->range, &sink, until_ns, object_size));
    e = s3_object_copy(c, trash, live, *object_size, STR_NONE, until_ns);
    if (failed(e))
        log_err(LOG_WARN, "storage", e); /* it stays in the trash, where it is found again */
    return OK;
}

static err fetch_run(struct object_fetch *base, int fd, uint64_t size_max, uint64_t *object_size)
{
    struct arena scratch = {0};
    err e =
        fetch_from(container_of(base, struct s3_fetch, base), &scratch, fd, size_max, object_size);
    arena_deinit(&scratch);
    return e;
}

static err s3_open(struct storage *base, str name, struct object_range range,
                   struct object_file *out)
{
    struct storage_s3 *s = self(base);
    struct s3_fetch fetch = {{fetch_run}, s, name, range};
    if (!object_name_is_valid(name))
        return ERR(INVALID, "not the name of an object");
    return object_cache_get(&s->cache, name, range, &fetch.base, out);
}

/* The first phase. */
static err move_to_trash(struct storage_s3 *s, str live, str trash, const struct s3_head *there)
{
    uint64_t until_ns = s3_deadline(there->size);
    TRY(s3_object_copy(&s->client, live, trash, there->size, there->last_modified, until_ns));
    return s3_object_delete(&s->client, live, until_ns);
}

static err remove_object(struct storage_s3 *s, struct arena *a, str name,
                         int64_t older_than_seconds)
{
    struct s3_client *c = &s->client;
    struct s3_head live, trash;
    str live_key = key_of(s, a, "objects", name), trash_key = key_of(s, a, "trash", name);
    uint64_t until_ns = s3_deadline(0);
    err e = s3_object_head(c, a, live_key, until_ns, &live);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    bool is_live = !failed(e);
    if (is_live && live.age_seconds < older_than_seconds)
        return ERR(CONFLICT, "the object is too young");
    if (is_live && older_than_seconds != 0)
        return move_to_trash(s, live_key, trash_key, &live);
    if (is_live)
        TRY(s3_object_delete(c, live_key, until_ns));
    e = s3_object_head(c, a, trash_key, until_ns, &trash);
    if (e.code == ERR_NOT_FOUND)
        return is_live ? OK : e;
    TRY(e);
    if (trash.age_seconds < older_than_seconds)
        return ERR(CONFLICT, "the object is too young");
    return s3_object_delete(c, trash_key, until_ns);
}

static err s3_remove(struct storage *base, str name, int64_t older_than_seconds)
{
    struct storage_s3 *s = self(base);
    struct arena scratch = {0};
    if (!object_name_is_valid(name))
        return ERR(INVALID, "not the name of an object");
    err e = remove_object(s, &scratch, name, older_than_seconds);
    if (!failed(e))
        object_cache_remove(&s->cache, name);
    arena_deinit(&scratch);
    return e;
}

/* The name at the end of a key of ours; absent when it is none. */
static str name_of_key(str key, str prefix)
{
    str rest = str_starts(key, prefix) ? str_sub(key, prefix.len, key.len) : STR_NONE;
    bool good = rest.len == OBJECT_NAME_SIZE + 3 && rest.ptr[2] == '/';
    str name = good ? str_sub(rest, 3, rest.len) : STR_NONE;
    good = good && object_name_is_valid(name) && memcmp(rest.ptr, name.ptr, 2) == 0;
    return good ? name : STR_NONE;
}

static int64_t age_between(instant then, instant now)
{
    return now.us > then.us ? (now.us - then.us) / SECONDS(1) : 0;
}

static err tell_page(const struct s3_list *page, str prefix, instant now, struct object_sink *sink)
{
    for (size_t i = 0; i < page->entries.len; i++) {
        const struct s3_entry *e = &page->entries.at[i];
        str name = name_of_key(e->key, prefix);
        if (name.ptr != NULL)
            TRY(sink->take(sink, name, e->size, age_between(e->since, now)));
    }
    return OK;
}

/* All keys under one of the two places. Each page must go on behind the one before. */
static err list_place(struct storage_s3 *s, const char *place_name, struct object_sink *sink)
{
    struct arena scratch = {0}, pages[2] = {{0}, {0}};
    str prefix = str_format(&scratch, "%.*s%s/", STR_ARG(s->client.settings.prefix), place_name);
    struct s3_list page = {0};
    err e = OK;
    for (unsigned i = 0; i < S3_LIST_PAGE_COUNT_MAX; i++) {
        struct arena *a = &pages[i % 2];
        str token = page.next_token;
        instant now;
        arena_reset(a);
        e = s3_objects_list(&s->client, a, prefix, token, s3_deadline(0), &page, &now);
        if (!failed(e))
            e = tell_page(&page, prefix, now, sink);
        if (!failed(e) && page.is_truncated &&
            (page.next_token.len == 0 || str_eq(page.next_token, token)))
            e = ERR(UNAVAILABLE, "the storage lists without end");
        if (failed(e) || !page.is_truncated)
            break;
    }
    arena_deinit(&pages[0]);
    arena_deinit(&pages[1]);
    arena_deinit(&scratch);
    return e;
}

static err s3_list(struct storage *base, struct object_sink *sink)
{
    TRY(list_place(self(base), "objects", sink));
    return list_place(self(base), "trash", sink);
}

static int64_t age_of_file(const struct stat *info)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t seconds = now.tv_sec - info->st_mtim.tv_sec;
    if (now.tv_nsec < info->st_mtim.tv_nsec)
        seconds--;
    return seconds > 0 ? seconds : 0;
}

static err sweep_stages(struct storage_s3 *s, int64_t older_than_seconds, int64_t *count)
{
    int fd = openat(s->staging_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        if (fd >= 0)
            close(fd);
        return OS_ERR("list");
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat info;
        if (fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
            age_of_file(&info) >= older_than_seconds && unlinkat(fd, entry->d_name, 0) == 0)
            ++*count;
    }
    closedir(folder);
    return OK;
}

static err abort_page(struct storage_s3 *s, const struct s3_list *page, instant now,
                      int64_t older_than_seconds, int64_t *count)
{
    for (size_t i = 0; i < page->entries.len; i++) {
        const struct s3_entry *e = &page->entries.at[i];
        if (e->upload_id.len == 0 || age_between(e->since, now) < older_than_seconds)
            continue;
        TRY(s3_upload_abort(&s->client, e->key, e->upload_id, s3_deadline(0)));
        ++*count;
    }
    return OK;
}

static err sweep_uploads(struct storage_s3 *s, int64_t older_than_seconds, int64_t *count)
{
    struct arena scratch = {0};
    struct s3_list page = {0};
    str prefix = str_format(&scratch, "%.*sobjects/", STR_ARG(s->client.settings.prefix));
    err e;
    do {
        instant now;
        struct s3_list before = page;
        e = s3_uploads_list(&s->client, &scratch, prefix, &before, s3_deadline(0), &page, &now);
        if (!failed(e))
            e = abort_page(s, &page, now, older_than_seconds, count);
        if (!failed(e) && page.is_truncated && str_eq(page.next_key, before.next_key) &&
            str_eq(page.next_upload, before.next_upload))
            e = ERR(UNAVAILABLE, "the storage lists without end");
    } while (!failed(e) && page.is_truncated);
    arena_deinit(&scratch);
    return e;
}

static err s3_sweep(struct storage *base, int64_t older_than_seconds, int64_t *count)
{
    *count = 0;
    TRY(sweep_stages(self(base), older_than_seconds, count));
    return sweep_uploads(self(base), older_than_seconds, count);
}

/* Asked often and by many: one question every other second. */
static err s3_health(struct storage *base)
{
    struct storage_s3 *s = self(base);
    TRY(check_room(s));
    uint64_t now = monotonic_ns();
    pthread_mutex_lock(&s->lock);
    err e = s->health;
    uint64_t kept_ms = failed(e) ? S3_FAILURE_KEPT_MS : S3_HEALTH_KEPT_MS;
    bool is_known = s->checked_ns != 0 && now - s->checked_ns < kept_ms * 1000000;
    pthread_mutex_unlock(&s->lock);
    if (is_known)
        return e;
    e = s3_bucket_check(&s->client, now + S3_HEALTH_MS * UINT64_C(1000000));
    if (e.code == ERR_INVALID)
        e.code = ERR_UNAVAILABLE;
    pthread_mutex_lock(&s->lock);
    s->health = e;
    s->checked_ns = monotonic_ns();
    pthread_mutex_unlock(&s->lock);
    return e;
}

/* The bucket has no end; the disk in front of it is filled with copies on purpose. */
static err s3_space(struct storage *base, struct storage_space *out)
{
    *out = (struct storage_space){failed(check_room(self(base))) ? 0 : UINT64_MAX, RESERVE_SIZE};
    return OK;
}

static err s3_scratch(struct storage *base, int *fd)
{
    TRY(check_room(self(base)));
    return scratch_file_open(self(base)->staging_fd, fd);
}

static const struct storage_ops s3_ops = {
    .stage_begin = s3_stage_begin,
    .stage_write = s3_stage_write,
    .stage_commit = s3_stage_commit,
    .stage_abort = s3_stage_abort,
    .open = s3_open,
    .remove = s3_remove,
    .list = s3_list,
    .sweep = s3_sweep,
    .health = s3_health,
    .space = s3_space,
    .scratch = s3_scratch,
};
