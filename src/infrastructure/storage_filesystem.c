/* Staging, durable commits in shared rounds, reading by descriptor. */
#include "infrastructure/storage_filesystem.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "infrastructure/object_bytes.h"
#include "infrastructure/scratch_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <semaphore.h>
#include <sys/file.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

struct stage {
    int fd;
    EVP_MD_CTX *sha;
    uint64_t size, handed_size;
    char name[72]; /* below staging/ */
};

static const struct storage_ops filesystem_ops;

static struct storage_filesystem *self(struct storage *s)
{
    return container_of(s, struct storage_filesystem, base);
}

static err os_error(const char *what, const char *where)
{
    int code = errno;
    log_event(LOG_WARN, "storage", "what=%s errno=%d where=%s", what, code, where);
    if (code == ENOSPC || code == EDQUOT)
        return (err){ERR_NO_SPACE, "the storage is full", where};
    return (err){ERR_UNAVAILABLE, "the storage cannot be used", where};
}
#define OS_ERR(what_) os_error((what_), HERE)

static err open_folder(int at, const char *name, int *out)
{
    if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return OS_ERR("mkdir");
    *out = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *out < 0 ? OS_ERR("open folder") : OK;
}

err storage_filesystem_open(struct storage_filesystem *s, str root)
{
    struct arena scratch = {0};
    *s = (struct storage_filesystem){
        .base = {.ops = &filesystem_ops}, .reserve_mib = STORAGE_RESERVE_MIB, .staging_fd = -1};
    memset(s->folder_fds, -1, sizeof s->folder_fds);
    pthread_mutex_init(&s->lock, NULL);
    int root_fd = -1, objects_fd = -1;
    err e = open_folder(AT_FDCWD, str_cstr(&scratch, root), &root_fd);
    if (!failed(e))
        e = open_folder(root_fd, "staging", &s->staging_fd);
    for (unsigned i = 0; i < STAGING_FOLDER_COUNT && !failed(e); i++) {
        char name[2] = {"0123456789abcdef"[i], '\0'};
        if (mkdirat(s->staging_fd, name, 0700) != 0 && errno != EEXIST)
            e = OS_ERR("mkdir");
    }
    if (!failed(e))
        e = open_folder(root_fd, "objects", &objects_fd);
    for (unsigned i = 0; i < STORAGE_FOLDER_COUNT && !failed(e); i++) {
        char name[4];
        snprintf(name, sizeof name, "%02x", i);
        e = open_folder(objects_fd, name, &s->folder_fds[i]);
    }
    if (!failed(e) && (fsync(objects_fd) != 0 || fsync(root_fd) != 0))
        e = OS_ERR("fsync");
    if (objects_fd >= 0)
        close(objects_fd);
    if (root_fd >= 0)
        close(root_fd);
    arena_deinit(&scratch);
    return e;
}

void storage_filesystem_close(struct storage_filesystem *s)
{
    if (s->base.ops == NULL)
        return;
    if (s->staging_fd >= 0)
        close(s->staging_fd);
    for (unsigned i = 0; i < STORAGE_FOLDER_COUNT; i++)
        if (s->folder_fds[i] >= 0)
            close(s->folder_fds[i]);
    pthread_mutex_destroy(&s->lock);
    *s = (struct storage_filesystem){0};
}

static err fs_space(struct storage *base, struct storage_space *out)
{
    const struct storage_filesystem *s = self(base);
    struct statvfs space;
    if (fstatvfs(s->staging_fd, &space) != 0)
        return OS_ERR("statvfs");
    *out = (struct storage_space){.free_size = space.f_bavail * space.f_frsize,
                                  .reserve_size = s->reserve_mib * UINT64_C(1024) * 1024};
    return OK;
}

static err check_space(struct storage_filesystem *s)
{
    struct storage_space space;
    TRY(fs_space(&s->base, &space));
    return space.free_size < space.reserve_size ? ERR(NO_SPACE, "the storage is full") : OK;
}

/* A folder that was taken away stays open, and what is put into it is lost. */
static err check_folder(int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return OS_ERR("stat");
    return info.st_nlink != 0 ? OK : ERR(UNAVAILABLE, "a folder of the storage was removed");
}

static err fs_health(struct storage *base)
{
    TRY(check_folder(self(base)->staging_fd));
    for (unsigned i = 0; i < STORAGE_FOLDER_COUNT; i++)
        TRY(check_folder(self(base)->folder_fds[i]));
    return check_space(self(base));
}

static err fs_stage_begin(struct storage *base, struct stage **out)
{
    struct storage_filesystem *s = self(base);
    TRY(check_space(s));
    struct stage *stage = heap_alloc(sizeof *stage);
    pthread_mutex_lock(&s->lock);
    uint64_t number = s->next_name++;
    pthread_mutex_unlock(&s->lock);
    snprintf(stage->name, sizeof stage->name, "%x/%ld-%llx-%llu",
             (unsigned)(number % STAGING_FOLDER_COUNT), (long)getpid(),
             (unsigned long long)monotonic_ns(), (unsigned long long)number);
    stage->fd = openat(s->staging_fd, stage->name,
                       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (stage->fd < 0) {
        heap_free(stage);
        return OS_ERR("create");
    }
    stage->sha = EVP_MD_CTX_new();
    EVP_DigestInit_ex(stage->sha, EVP_sha256(), NULL);
    *out = stage;
    return OK;
}

static err fs_stage_write(struct storage *base, struct stage *stage, const void *bytes, size_t size)
{
    const char *p = bytes;
    (void)base;
    EVP_DigestUpdate(stage->sha, bytes, size);
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
    if (stage->size - stage->handed_size >= STORAGE_WRITE_BEHIND_SIZE) {
        sync_file_range(stage->fd, (off_t)stage->handed_size,
                        (off_t)(stage->size - stage->handed_size), SYNC_FILE_RANGE_WRITE);
        stage->handed_size = stage->size;
    }
    return OK;
}

/* Whole seconds since the file was last offered. To the nanosecond, because time() may be behind
 * the clock that the file system stamps with. */
static int64_t age_of(const struct stat *info)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t seconds = now.tv_sec - info->st_mtim.tv_sec;
    if (now.tv_nsec < info->st_mtim.tv_nsec)
        seconds--;
    return seconds > 0 ? seconds : 0;
}

static void stage_free(struct stage *stage)
{
    if (stage->fd >= 0)
        close(stage->fd);
    EVP_MD_CTX_free(stage->sha);
    heap_free(stage);
}

static void fs_stage_abort(struct storage *base, struct stage *stage)
{
    unlinkat(self(base)->staging_fd, stage->name, 0);
    stage_free(stage);
}

/* Of one thread that waits for a round: its end, or that it is the one to run it. */
struct sync_waiter {
    struct sync_waiter *next;
    sem_t woken;
    bool leads;
    err outcome;
};

static void wake(struct sync_waiter *w)
{
    sem_post(&w->woken); /* and it may be gone */
}

/* One round: every folder that is dirty as it begins. The next one is left to a thread that waits
 * for it. */
static void run_round(struct storage_filesystem *s, struct sync_waiter *me)
{
    bool dirty[STORAGE_FOLDER_COUNT];
    err outcome = OK;
    pthread_mutex_lock(&s->lock);
    struct sync_waiter *round = s->waiters;
    s->waiters = NULL;
    memcpy(dirty, s->dirty, sizeof dirty);
    memset(s->dirty, 0, sizeof s->dirty);
    pthread_mutex_unlock(&s->lock);
    for (unsigned i = 0; i < STORAGE_FOLDER_COUNT; i++)
        if (dirty[i] && fsync(s->folder_fds[i]) != 0)
            outcome = OS_ERR("fsync folder");
    pthread_mutex_lock(&s->lock);
    struct sync_waiter *leader = s->waiters;
    s->is_syncing = leader != NULL;
    if (leader != NULL)
        leader->leads = true;
    pthread_mutex_unlock(&s->lock);
    if (leader != NULL)
        wake(leader);
    for (struct sync_waiter *w = round, *next; w != NULL; w = next) {
        next = w->next;
        w->outcome = outcome;
        if (w != me)
            wake(w);
    }
}

/* Returns when the folder is durable as it is now. */
static err sync_folder(struct storage_filesystem *s, unsigned folder)
{
    struct sync_waiter me = {0};
    sem_init(&me.woken, 0, 0);
    pthread_mutex_lock(&s->lock);
    s->dirty[folder] = true;
    me.next = s->waiters;
    s->waiters = &me;
    bool leads = !s->is_syncing;
    s->is_syncing = true;
    pthread_mutex_unlock(&s->lock);
    if (!leads)
        while (sem_wait(&me.woken) != 0) {
        }
    if (leads || me.leads)
        run_round(s, &me);
    sem_destroy(&me.woken);
    return me.outcome;
}

static unsigned folder_of(const char *name)
{
    unsigned value = 0;
    for (unsigned i = 0; i < 2; i++)
        value = value << 4 | (unsigned)(name[i] >= 'a' ? name[i] - 'a' + 10 : name[i] - '0');
    return value;
}

static err lock_file(int fd, int kind)
{
    int locked;
    do
        locked = flock(fd, kind);
    while (locked != 0 && errno == EINTR);
    return locked == 0 ? OK : OS_ERR("flock");
}

static bool is_linked(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 && info.st_nlink != 0;
}

enum placing {
    PLACED,
    WAS_THERE, /* the same bytes, and they are on the disk */
    AGAIN      /* somebody else did something meanwhile */
};

/* From its lock on nobody takes the file for whole until it is on the disk, and it is locked before
 * it has its name. */
static err place_new(struct storage_filesystem *s, struct stage *stage, int folder_fd,
                     const char *name, bool replaces, enum placing *out)
{
    TRY(lock_file(stage->fd, LOCK_EX));
    unsigned flags = replaces ? 0 : RENAME_NOREPLACE;
    *out = AGAIN;
    if (renameat2(s->staging_fd, stage->name, folder_fd, name, flags) != 0) {
        if (errno == EEXIST)
            return OK;
        /* not every file system can rename without replacing */
        if (errno != EINVAL || replaces ||
            linkat(s->staging_fd, stage->name, folder_fd, name, 0) != 0)
            return errno == EEXIST ? OK : OS_ERR("rename");
        unlinkat(s->staging_fd, stage->name, 0);
    }
    if (fdatasync(stage->fd) != 0) {
        err e = OS_ERR("fdatasync");
        unlinkat(folder_fd, name, 0); /* still ours: who would replace it waits for the lock */
        return e;
    }
    *out = PLACED;
    return OK;
}

/* There is a file of that name: its sender may not be through yet, or a crash or the disk may have
 * damaged it. Whole, it counts as offered again, so that no sweeper takes it now; else ours takes
 * its place. */
static err place_again(struct storage_filesystem *s, struct stage *stage, int folder_fd,
                       const char *name, int old_fd, enum placing *out)
{
    bool is_whole;
    *out = AGAIN;
    TRY(lock_file(old_fd, LOCK_SH));
    if (!is_linked(old_fd))
        return OK;
    TRY(object_bytes_check(old_fd, name, &is_whole));
    if (is_whole) {
        if (futimens(old_fd, NULL) != 0 || fdatasync(old_fd) != 0)
            return OS_ERR("fdatasync");
        *out = WAS_THERE;
        return OK;
    }
    TRY(lock_file(old_fd, LOCK_EX)); /* another one may have it meanwhile */
    if (!is_linked(old_fd))
        return OK;
    log_event(LOG_ERROR, "storage", "object=%.*s state=damaged action=replaced", OBJECT_NAME_SIZE,
              name);
    return place_new(s, stage, folder_fd, name, true, out);
}

static err place_once(struct storage_filesystem *s, struct stage *stage, int folder_fd,
                      const char *name, enum placing *out)
{
    int old_fd = openat(folder_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (old_fd < 0 && errno != ENOENT)
        return OS_ERR("open");
    if (old_fd < 0)
        return place_new(s, stage, folder_fd, name, false, out);
    err e = place_again(s, stage, folder_fd, name, old_fd, out);
    close(old_fd);
    return e;
}

static err place(struct storage_filesystem *s, struct stage *stage, struct stored_object *out)
{
    char name[OBJECT_NAME_SIZE + 1] = {0};
    memcpy(name, out->name, OBJECT_NAME_SIZE);
    unsigned folder = folder_of(name);
    enum placing placing = AGAIN;
    for (int i = 0; i < STORAGE_PLACE_COUNT_MAX && placing == AGAIN; i++)
        TRY(place_once(s, stage, s->folder_fds[folder], name, &placing));
    if (placing == AGAIN)
        return ERR(UNAVAILABLE, "the object is being written by others");
    out->was_there = placing == WAS_THERE;
    if (out->was_there)
        unlinkat(s->staging_fd, stage->name, 0);
    return sync_folder(s, folder);
}

static err fs_stage_commit(struct storage *base, struct stage *stage, struct stored_object *out)
{
    struct storage_filesystem *s = self(base);
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
    stage_free(stage);
    return e;
}

static err fs_open(struct storage *base, str name, struct object_range range,
                   struct object_file *out)
{
    char path[OBJECT_NAME_SIZE + 1] = {0};
    struct stat info;
    if (!object_name_is_valid(name))
        return ERR(INVALID, "not the name of an object");
    memcpy(path, name.ptr, OBJECT_NAME_SIZE);
    int fd =
        openat(self(base)->folder_fds[folder_of(path)], path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR(NOT_FOUND, "there is no such object") : OS_ERR("open");
    if (fstat(fd, &info) != 0) {
        close(fd);
        return OS_ERR("stat");
    }
    if (!object_range_fits(range, (uint64_t)info.st_size)) {
        close(fd);
        return ERR(UNAVAILABLE, "the stored object is damaged");
    }
    *out = (struct object_file){.fd = fd, .size = (uint64_t)info.st_size};
    return OK;
}

static err fs_remove(struct storage *base, str name, int64_t older_than_seconds)
{
    struct storage_filesystem *s = self(base);
    char path[OBJECT_NAME_SIZE + 1] = {0};
    struct stat info;
    if (!object_name_is_valid(name))
        return ERR(INVALID, "not the name of an object");
    memcpy(path, name.ptr, OBJECT_NAME_SIZE);
    int folder_fd = s->folder_fds[folder_of(path)];
    int fd = openat(folder_fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR(NOT_FOUND, "there is no such object") : OS_ERR("open");
    err e = OK;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        e = errno == EWOULDBLOCK ? ERR(CONFLICT, "the object is being offered") : OS_ERR("flock");
    else if (fstat(fd, &info) != 0 || info.st_nlink == 0)
        e = ERR(NOT_FOUND, "there is no such object");
    else if (age_of(&info) < older_than_seconds)
        e = ERR(CONFLICT, "the object is too young");
    else if (unlinkat(folder_fd, path, 0) != 0)
        e = OS_ERR("unlink");
    close(fd);
    return e;
}

static err list_folder(int folder_fd, struct object_sink *sink)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    err e = OK;
    if (folder == NULL) {
        if (fd >= 0)
            close(fd);
        return OS_ERR("list");
    }
    for (struct dirent *entry; !failed(e) && (entry = readdir(folder)) != NULL;) {
        struct stat info;
        if (!object_name_is_valid(str_of(entry->d_name)) ||
            fstatat(folder_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        e = sink->take(sink, str_of(entry->d_name), (uint64_t)info.st_size, age_of(&info));
    }
    closedir(folder);
    return e;
}

static err fs_list(struct storage *base, struct object_sink *sink)
{
    for (unsigned i = 0; i < STORAGE_FOLDER_COUNT; i++)
        TRY(list_folder(self(base)->folder_fds[i], sink));
    return OK;
}

static err sweep_folder(int staging_fd, const char *name, int64_t older_than_seconds,
                        int64_t *count)
{
    int fd = openat(staging_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        if (fd >= 0)
            close(fd);
        return OS_ERR("list");
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat info;
        if (fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
            age_of(&info) >= older_than_seconds && unlinkat(fd, entry->d_name, 0) == 0)
            ++*count;
    }
    closedir(folder);
    return OK;
}

static err fs_sweep(struct storage *base, int64_t older_than_seconds, int64_t *count)
{
    *count = 0;
    for (unsigned i = 0; i < STAGING_FOLDER_COUNT; i++) {
        char name[2] = {"0123456789abcdef"[i], '\0'};
        TRY(sweep_folder(self(base)->staging_fd, name, older_than_seconds, count));
    }
    return OK;
}

static err fs_scratch(struct storage *base, int *fd)
{
    TRY(check_space(self(base)));
    return scratch_file_open(self(base)->staging_fd, fd);
}

static const struct storage_ops filesystem_ops = {
    .stage_begin = fs_stage_begin,
    .stage_write = fs_stage_write,
    .stage_commit = fs_stage_commit,
    .stage_abort = fs_stage_abort,
    .open = fs_open,
    .remove = fs_remove,
    .list = fs_list,
    .sweep = fs_sweep,
    .health = fs_health,
    .space = fs_space,
    .scratch = fs_scratch,
};
