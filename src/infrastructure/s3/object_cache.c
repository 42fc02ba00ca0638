/* An index in memory of the files in the folder: buckets by key, one list by last use. */
#include "infrastructure/s3/object_cache.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "infrastructure/object_bytes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { CACHE_PATH_SIZE = OBJECT_NAME_SIZE + 3 * 17 + 1, BOOT_ID_SIZE = 36 };

struct cache_key {
    char name[OBJECT_NAME_SIZE];
    uint64_t first, size; /* size UINT64_MAX: the whole object */
};

struct cache_entry {
    struct cache_key key;
    uint64_t object_size;
    struct cache_entry *next;          /* of the bucket */
    struct cache_entry *newer, *older; /* by last use */
    bool must_be_hashed;
};

/* Something on its way. */
struct cache_flight {
    struct cache_flight *next;
    struct cache_key key;
    unsigned waiter_count;
    bool has_landed;
    err outcome;
    int fd;
    uint64_t object_size;
};

static uint64_t file_size(const struct cache_entry *e)
{
    return e->key.size == UINT64_MAX ? e->object_size : e->key.size;
}

static uint64_t disk_size(const struct cache_entry *e)
{
    return (file_size(e) + CACHE_BLOCK_SIZE - 1) / CACHE_BLOCK_SIZE * CACHE_BLOCK_SIZE +
           CACHE_BLOCK_SIZE;
}

static struct cache_key key_of(str name, struct object_range range)
{
    struct cache_key key = {.first = range.first, .size = range.size};
    memcpy(key.name, name.ptr, OBJECT_NAME_SIZE);
    if (object_range_is_whole(range)) {
        key.first = 0;
        key.size = UINT64_MAX;
    }
    return key;
}

static struct cache_entry **bucket_of(struct object_cache *c, const struct cache_key *key)
{
    uint64_t hash = hash_bytes(0, key->name, OBJECT_NAME_SIZE);
    hash = hash_bytes(hash, &key->first, sizeof key->first);
    hash = hash_bytes(hash, &key->size, sizeof key->size);
    return &c->buckets[hash % CACHE_BUCKET_COUNT];
}

static bool keys_equal(const struct cache_key *a, const struct cache_key *b)
{
    return memcmp(a->name, b->name, OBJECT_NAME_SIZE) == 0 && a->first == b->first &&
           a->size == b->size;
}

static unsigned folder_of(const char *name)
{
    unsigned value = 0;
    for (unsigned i = 0; i < 2; i++)
        value = value << 4 | (unsigned)(name[i] >= 'a' ? name[i] - 'a' + 10 : name[i] - '0');
    return value;
}

static int folder_fd(struct object_cache *c, const struct cache_key *key)
{
    return c->folder_fds[folder_of(key->name)];
}

static void write_path(const struct cache_entry *e, char out[CACHE_PATH_SIZE])
{
    snprintf(out, CACHE_PATH_SIZE, "%.*s-%llx-%llx-%llx", OBJECT_NAME_SIZE, e->key.name,
             (unsigned long long)e->key.first, (unsigned long long)file_size(e),
             (unsigned long long)e->object_size);
}

static bool read_hex(str text, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.len; i++) {
        char ch = text.ptr[i];
        bool digit = ch >= '0' && ch <= '9';
        if (!digit && !(ch >= 'a' && ch <= 'f'))
            return false;
        *out = *out << 4 | (uint64_t)(digit ? ch - '0' : ch - 'a' + 10);
    }
    return text.len >= 1 && text.len <= 16;
}

static bool read_path(str text, struct cache_entry *out)
{
    str name = str_sub(text, 0, OBJECT_NAME_SIZE), rest = str_sub(text, name.len + 1, text.len),
        first, size;
    uint64_t held;
    if (!object_name_is_valid(name) || text.len <= OBJECT_NAME_SIZE ||
        text.ptr[OBJECT_NAME_SIZE] != '-' || !str_cut(&rest, '-', &first) ||
        !str_cut(&rest, '-', &size) || !read_hex(first, &out->key.first) ||
        !read_hex(size, &held) || !read_hex(rest, &out->object_size))
        return false;
    bool whole = out->key.first == 0 && held == out->object_size;
    memcpy(out->key.name, name.ptr, OBJECT_NAME_SIZE);
    out->key.size = whole ? UINT64_MAX : held;
    return whole ||
           object_range_fits((struct object_range){out->key.first, held}, out->object_size);
}

/* What follows, up to the next such line, is called with the lock held. */

static struct cache_entry *find(struct object_cache *c, const struct cache_key *key)
{
    struct cache_entry *e = *bucket_of(c, key);
    while (e != NULL && !keys_equal(&e->key, key))
        e = e->next;
    return e;
}

static void unlink_use(struct object_cache *c, struct cache_entry *e)
{
    *(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
    *(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
    e->newer = e->older = NULL;
}

static void link_use(struct object_cache *c, struct cache_entry *e)
{
    e->older = c->newest;
    *(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

/* Out of the index; the file goes too. */
static void drop(struct object_cache *c, struct cache_entry *e)
{
    char path[CACHE_PATH_SIZE];
    struct cache_entry **at = bucket_of(c, &e->key);
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    unlink_use(c, e);
    c->size -= disk_size(e);
    c->count--;
    write_path(e, path);
    unlinkat(folder_fd(c, &e->key), path, 0);
    heap_free(e);
}

static void evict(struct object_cache *c)
{
    while (c->oldest != NULL && (c->size > c->size_max || c->count > CACHE_ENTRY_COUNT_MAX))
        drop(c, c->oldest);
}

static void add(struct object_cache *c, const struct cache_entry *from)
{
    if (find(c, &from->key) != NULL)
        return;
    struct cache_entry *e = heap_alloc(sizeof *e);
    *e = *from;
    e->next = *bucket_of(c, &e->key);
    *bucket_of(c, &e->key) = e;
    link_use(c, e);
    c->size += disk_size(e);
    c->count++;
    evict(c);
}

/* The open file of an entry that is as long as it should be; -1 when it is not, and then the entry
 * is gone too. */
static int open_entry(struct object_cache *c, struct cache_entry *e)
{
    char path[CACHE_PATH_SIZE];
    struct stat info;
    write_path(e, path);
    int fd = openat(folder_fd(c, &e->key), path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
        (uint64_t)info.st_size == file_size(e)) {
        unlink_use(c, e);
        link_use(c, e);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    drop(c, e);
    return -1;
}

static struct cache_flight *find_flight(struct object_cache *c, const struct cache_key *key)
{
    struct cache_flight *f = c->flights;
    while (f != NULL && !keys_equal(&f->key, key))
        f = f->next;
    return f;
}

static void let_flight_go(struct object_cache *c, struct cache_flight *flight)
{
    (void)c;
    if (!flight->has_landed || flight->waiter_count != 0)
        return;
    if (flight->fd >= 0)
        close(flight->fd);
    heap_free(flight);
}

/* ---- without the lock ---- */

static bool is_hashed_as_named(int fd, const struct cache_key *key)
{
    bool are_right;
    return !failed(object_bytes_check(fd, key->name, &are_right)) && are_right;
}

/* A description of its own, to be read only, of the same file. */
static int reopen(int fd)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static bool has_room(struct object_cache *c)
{
    struct statvfs space;
    return fstatvfs(c->root_fd, &space) == 0 &&
           (uint64_t)space.f_bavail * space.f_frsize > c->reserve_size;
}

/* A file for what comes, in the folder of its entry; path empty: in memory, gone with its
 * descriptor. */
static int make_temp(struct object_cache *c, const struct cache_key *key, bool in_memory,
                     char path[CACHE_PATH_SIZE])
{
    path[0] = '\0';
    if (!in_memory && has_room(c)) {
        pthread_mutex_lock(&c->lock);
        uint64_t number = c->next_name++;
        pthread_mutex_unlock(&c->lock);
        snprintf(path, CACHE_PATH_SIZE, "temp-%ld-%llx-%llu", (long)getpid(),
                 (unsigned long long)monotonic_ns(), (unsigned long long)number);
        int fd = openat(folder_fd(c, key), path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                        0600);
        if (fd >= 0)
            return fd;
        path[0] = '\0';
    }
    return memfd_create("object", MFD_CLOEXEC);
}

/* The finished file becomes an entry, or stays what its descriptors hold. */
static void keep(struct object_cache *c, const struct cache_key *key, uint64_t object_size,
                 const char *temp)
{
    struct cache_entry e = {.key = *key, .object_size = object_size};
    char path[CACHE_PATH_SIZE];
    int at = folder_fd(c, key);
    write_path(&e, path);
    pthread_mutex_lock(&c->lock);
    if (disk_size(&e) <= c->size_max && !c->is_bypassed && renameat(at, temp, at, path) == 0)
        add(c, &e);
    else
        unlinkat(at, temp, 0);
    pthread_mutex_unlock(&c->lock);
}

static err fetch_once(struct object_cache *c, const struct cache_key *key,
                      struct object_fetch *fetch, bool in_memory, int *out, uint64_t *object_size)
{
    char temp[CACHE_PATH_SIZE];
    int fd = make_temp(c, key, in_memory, temp);
    if (fd < 0)
        return ERR(UNAVAILABLE, "no file for what is read");
    err e = fetch->run(fetch, fd, temp[0] == '\0' ? CACHE_MEMORY_SIZE_MAX : CACHE_OBJECT_SIZE_MAX,
                       object_size);
    if (!failed(e)) {
        *out = reopen(fd);
        if (*out < 0)
            e = ERR(UNAVAILABLE, "no file for what is read");
    }
    if (temp[0] != '\0' && !failed(e))
        keep(c, key, *object_size, temp);
    else if (temp[0] != '\0')
        unlinkat(folder_fd(c, key), temp, 0);
    close(fd);
    return e;
}

/* A full disk means memory instead. */
static err fetch_missing(struct object_cache *c, const struct cache_key *key,
                         struct object_fetch *fetch, int *out, uint64_t *object_size)
{
    err e = fetch_once(c, key, fetch, false, out, object_size);
    if (e.code != ERR_NO_SPACE)
        return e;
    object_cache_shrink(c, CACHE_MEMORY_SIZE_MAX);
    return fetch_once(c, key, fetch, true, out, object_size);
}

/* This one flies; all who came meanwhile get what it brings. */
static err fly(struct object_cache *c, struct cache_flight *flight, struct object_fetch *fetch,
               struct object_file *out)
{
    struct cache_key key = flight->key;
    uint64_t object_size = 0;
    int fd = -1;
    err e = fetch_missing(c, &key, fetch, &fd, &object_size);
    pthread_mutex_lock(&c->lock);
    for (struct cache_flight **at = &c->flights; *at != NULL; at = &(*at)->next) {
        if (*at == flight) {
            *at = flight->next;
            break;
        }
    }
    flight->has_landed = true;
    flight->outcome = e;
    flight->object_size = object_size;
    if (!failed(e) && flight->waiter_count != 0)
        flight->fd = reopen(fd);
    pthread_cond_broadcast(&c->landed);
    let_flight_go(c, flight);
    pthread_mutex_unlock(&c->lock);
    if (!failed(e))
        *out = (struct object_file){
            .fd = fd, .size = object_size, .base = key.size == UINT64_MAX ? 0 : key.first};
    return e;
}

/* With the lock, which is given up. */
static err wait_for(struct object_cache *c, struct cache_flight *flight, struct object_file *out)
{
    flight->waiter_count++;
    while (!flight->has_landed)
        pthread_cond_wait(&c->landed, &c->lock);
    err e = flight->outcome;
    int fd = failed(e) || flight->fd < 0 ? -1 : reopen(flight->fd);
    if (!failed(e) && fd < 0)
        e = ERR(UNAVAILABLE, "no file for what is read");
    if (!failed(e))
        *out = (struct object_file){.fd = fd,
                                    .size = flight->object_size,
                                    .base = flight->key.size == UINT64_MAX ? 0 : flight->key.first};
    flight->waiter_count--;
    let_flight_go(c, flight);
    pthread_mutex_unlock(&c->lock);
    return e;
}

/* With the lock held: an entry that holds the range, opened. False: there is none. */
static bool open_kept(struct object_cache *c, const struct cache_key *wanted, bool *must_be_hashed,
                      struct object_file *out)
{
    struct cache_key whole = *wanted;
    whole.first = 0;
    whole.size = UINT64_MAX;
    const struct cache_key *keys[] = {&whole, wanted};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct cache_entry *e = find(c, keys[i]);
        if (e == NULL)
            continue;
        uint64_t base = e->key.size == UINT64_MAX ? 0 : e->key.first, size = e->object_size;
        *must_be_hashed = e->must_be_hashed;
        int fd = open_entry(c, e);
        if (fd < 0)
            continue;
        *out = (struct object_file){.fd = fd, .size = size, .base = base};
        c->hit_count++;
        return true;
    }
    return false;
}

/* After the machine started: the file is what its name says, or no entry any more. */
static bool check_kept(struct object_cache *c, const struct cache_key *wanted, int fd)
{
    struct cache_key whole = *wanted;
    whole.first = 0;
    whole.size = UINT64_MAX;
    bool good = is_hashed_as_named(fd, &whole);
    pthread_mutex_lock(&c->lock);
    struct cache_entry *e = find(c, &whole);
    if (e != NULL && good)
        e->must_be_hashed = false;
    else if (e != NULL)
        drop(c, e);
    pthread_mutex_unlock(&c->lock);
    return good;
}

err object_cache_get(struct object_cache *c, str name, struct object_range range,
                     struct object_fetch *fetch, struct object_file *out)
{
    struct cache_key key = key_of(name, range);
    bool must_be_hashed = false;
    pthread_mutex_lock(&c->lock);
    if (!c->is_bypassed && open_kept(c, &key, &must_be_hashed, out)) {
        pthread_mutex_unlock(&c->lock);
        if (!object_range_fits(range, out->size)) {
            close(out->fd);
            return ERR(UNAVAILABLE, "the stored object is damaged");
        }
        if (!must_be_hashed || check_kept(c, &key, out->fd))
            return OK;
        close(out->fd);
        pthread_mutex_lock(&c->lock);
    }
    struct cache_flight *flight = find_flight(c, &key);
    if (flight != NULL)
        return wait_for(c, flight, out);
    flight = heap_alloc(sizeof *flight);
    *flight = (struct cache_flight){.next = c->flights, .key = key, .fd = -1};
    c->flights = flight;
    c->miss_count++;
    pthread_mutex_unlock(&c->lock);
    return fly(c, flight, fetch, out);
}

void object_cache_put(struct object_cache *c, str name, uint64_t size, int at_fd, const char *path)
{
    struct cache_entry e = {.key = key_of(name, OBJECT_WHOLE), .object_size = size};
    char to[CACHE_PATH_SIZE];
    write_path(&e, to);
    pthread_mutex_lock(&c->lock);
    if (disk_size(&e) <= c->size_max && find(c, &e.key) == NULL &&
        renameat(at_fd, path, folder_fd(c, &e.key), to) == 0)
        add(c, &e);
    else
        unlinkat(at_fd, path, 0);
    pthread_mutex_unlock(&c->lock);
}

void object_cache_remove(struct object_cache *c, str name)
{
    pthread_mutex_lock(&c->lock);
    for (struct cache_entry *e = c->oldest, *next; e != NULL; e = next) {
        next = e->newer;
        if (memcmp(e->key.name, name.ptr, OBJECT_NAME_SIZE) == 0)
            drop(c, e);
    }
    pthread_mutex_unlock(&c->lock);
}

void object_cache_shrink(struct object_cache *c, uint64_t size)
{
    pthread_mutex_lock(&c->lock);
    uint64_t before = c->size;
    while (c->oldest != NULL && before - c->size < size)
        drop(c, c->oldest);
    pthread_mutex_unlock(&c->lock);
}

/* ---- opening ---- */

static err os_error(const char *what, const char *where)
{
    log_event(LOG_WARN, "storage", "what=\"cache %s\" errno=%d", what, errno);
    return (err){ERR_UNAVAILABLE, "the cache of the storage cannot be used", where};
}
#define OS_ERR(what_) os_error((what_), HERE)

static err open_folder(int at, const char *name, int *out)
{
    if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return OS_ERR("mkdir");
    *out = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *out < 0 ? OS_ERR("open") : OK;
}

struct found {
    struct cache_entry entry;
    int64_t used_ns;
};
SLICE(found);

static void scan_file(int fd, const char *name, bool same_boot, struct arena *a,
                      struct found_slice *out)
{
    struct stat info;
    struct cache_entry e = {0};
    if (fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        return;
    bool is_entry = read_path(str_of(name), &e);
    bool good = is_entry && file_size(&e) == (uint64_t)info.st_size &&
                (same_boot || e.key.size == UINT64_MAX) && out->len < CACHE_ENTRY_COUNT_MAX;
    if (good) {
        e.must_be_hashed = !same_boot;
        *SLICE_PUSH(a, out) =
            (struct found){e, info.st_mtim.tv_sec * INT64_C(1000000000) + info.st_mtim.tv_nsec};
    } else if (is_entry || time(NULL) - info.st_mtim.tv_sec > CACHE_TEMP_AGE_SECONDS) {
        unlinkat(fd, name, 0);
    }
}

static err scan_folder(int folder, bool same_boot, struct arena *a, struct found_slice *out)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (stream == NULL) {
        if (fd >= 0)
            close(fd);
        return OS_ERR("list");
    }
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        scan_file(folder, entry->d_name, same_boot, a, out);
    closedir(stream);
    return OK;
}

static int compare_found(const void *one, const void *two)
{
    const struct found *a = one, *b = two;
    return a->used_ns < b->used_ns ? -1 : a->used_ns > b->used_ns;
}

static err scan(struct object_cache *c, bool same_boot)
{
    struct arena scratch = {0};
    struct found_slice found = {0};
    err e = OK;
    for (unsigned i = 0; i < CACHE_FOLDER_COUNT && !failed(e); i++)
        e = scan_folder(c->folder_fds[i], same_boot, &scratch, &found);
    if (found.len != 0)
        qsort(found.at, found.len, sizeof found.at[0], compare_found);
    for (size_t i = 0; i < found.len && !failed(e); i++)
        add(c, &found.at[i].entry);
    arena_deinit(&scratch);
    return e;
}

static bool read_small(int at, const char *path, char out[BOOT_ID_SIZE])
{
    int fd = openat(at, path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && read(fd, out, BOOT_ID_SIZE) == BOOT_ID_SIZE;
    if (fd >= 0)
        close(fd);
    return good;
}

/* Whether the machine is up since the cache was last used; writes down that it is now. */
static bool note_boot(struct object_cache *c)
{
    char now[BOOT_ID_SIZE], then[BOOT_ID_SIZE];
    if (!read_small(AT_FDCWD, "/proc/sys/kernel/random/boot_id", now))
        return false;
    if (read_small(c->root_fd, "boot", then) && memcmp(now, then, sizeof now) == 0)
        return true;
    int fd =
        openat(c->root_fd, "boot", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    if (write(fd, now, sizeof now) != sizeof now)
        unlinkat(c->root_fd, "boot", 0);
    close(fd);
    return false;
}

err object_cache_open(struct object_cache *c, str root, uint64_t size_max, uint64_t reserve_size)
{
    struct arena scratch = {0};
    *c = (struct object_cache){.root_fd = -1, .size_max = size_max, .reserve_size = reserve_size};
    memset(c->folder_fds, -1, sizeof c->folder_fds);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->landed, NULL);
    c->buckets = heap_alloc_array(CACHE_BUCKET_COUNT, sizeof(struct cache_entry *));
    err e = open_folder(AT_FDCWD, str_cstr(&scratch, root), &c->root_fd);
    for (unsigned i = 0; i < CACHE_FOLDER_COUNT && !failed(e); i++) {
        char name[4];
        snprintf(name, sizeof name, "%02x", i);
        e = open_folder(c->root_fd, name, &c->folder_fds[i]);
    }
    if (!failed(e))
        e = scan(c, note_boot(c));
    arena_deinit(&scratch);
    return e;
}

void object_cache_close(struct object_cache *c)
{
    if (c->buckets == NULL)
        return;
    for (struct cache_entry *e = c->oldest, *next; e != NULL; e = next) {
        next = e->newer;
        heap_free(e);
    }
    for (unsigned i = 0; i < CACHE_FOLDER_COUNT; i++)
        if (c->folder_fds[i] >= 0)
            close(c->folder_fds[i]);
    if (c->root_fd >= 0)
        close(c->root_fd);
    heap_free(c->buckets);
    pthread_cond_destroy(&c->landed);
    pthread_mutex_destroy(&c->lock);
    *c = (struct object_cache){0};
}
