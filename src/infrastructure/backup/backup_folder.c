/* Folders and locks. */
#include "infrastructure/backup/backup_folder.h"

#include "base/arena.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_ATTEMPT_COUNT = 50 }; /* who brings one object back is done soon */

static err open_folder(int at, const char *name, bool is_made, int *out)
{
    if (is_made && mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return BACKUP_OS_ERR("mkdir");
    *out = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*out >= 0)
        return OK;
    return errno == ENOENT ? ERR(NOT_FOUND, "there is no folder of backups of that name")
                           : BACKUP_OS_ERR("open folder");
}

static err lock(struct backup_folder *f, bool is_made)
{
    f->lock_fd = openat(f->fd, "lock", (is_made ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0600);
    if (f->lock_fd < 0)
        return errno == ENOENT ? ERR(NOT_FOUND, "that is no folder of backups")
                               : BACKUP_OS_ERR("lock");
    for (int i = 0; i < LOCK_ATTEMPT_COUNT; i++) {
        const struct timespec pause = {0, 100000000};
        if (flock(f->lock_fd, (is_made ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
            return OK;
        if (errno != EWOULDBLOCK || !is_made)
            break;
        nanosleep(&pause, NULL);
    }
    return errno == EWOULDBLOCK
               ? ERR(CONFLICT, "a backup is being made or read in that folder: try again later")
               : BACKUP_OS_ERR("flock");
}

static err make_object_folders(struct backup_folder *f)
{
    for (unsigned i = 0; i < 256; i++) {
        char name[4];
        snprintf(name, sizeof name, "%02x", i);
        if (mkdirat(f->objects_fd, name, 0700) != 0 && errno != EEXIST)
            return BACKUP_OS_ERR("mkdir");
    }
    return fsync(f->objects_fd) == 0 ? OK : BACKUP_OS_ERR("fsync");
}

static err open_all(struct backup_folder *f, bool is_made)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    TRY(open_folder(AT_FDCWD, str_cstr(&scratch, f->path), is_made, &f->fd));
    TRY(lock(f, is_made));
    TRY(open_folder(f->fd, "objects", is_made, &f->objects_fd));
    TRY(open_folder(f->fd, "backups", is_made, &f->backups_fd));
    if (!is_made)
        return OK;
    TRY(open_folder(f->fd, "incoming", is_made, &f->incoming_fd));
    TRY(make_object_folders(f));
    return fsync(f->fd) == 0 ? OK : BACKUP_OS_ERR("fsync");
}

err backup_folder_open(struct backup_folder *f, str path, bool is_made)
{
    *f = (struct backup_folder){path, -1, -1, -1, -1, -1};
    err e = open_all(f, is_made);
    if (failed(e))
        backup_folder_close(f);
    return e;
}

void backup_folder_close(struct backup_folder *f)
{
    const int fds[] = {f->incoming_fd, f->backups_fd, f->objects_fd, f->fd, f->lock_fd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0] && f->path.ptr != NULL; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    *f = (struct backup_folder){0};
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* The names in a folder, in their order. hidden: those that begin with a dot too. */
static err list_names(int at, const char *folder, struct arena *a, bool hidden,
                      struct str_slice *out)
{
    int fd = openat(at, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (entries == NULL) {
        if (fd >= 0)
            close(fd);
        return BACKUP_OS_ERR("list");
    }
    *out = (struct str_slice){0};
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && (hidden || name[0] != '.'))
            *SLICE_PUSH(a, out) = str_copy(a, str_of(name));
    }
    closedir(entries);
    if (out->len != 0)
        qsort(out->at, out->len, sizeof out->at[0], by_name);
    return OK;
}

static bool is_complete(struct backup_folder *f, struct arena *a, str id)
{
    struct stat info;
    const char *path = str_cstr(a, str_format(a, "%.*s/" BACKUP_MANIFEST_FILE, STR_ARG(id)));
    return fstatat(f->backups_fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

err backup_folder_list(struct backup_folder *f, struct arena *a, struct str_slice *out)
{
    struct str_slice names;
    TRY(list_names(f->backups_fd, ".", a, false, &names));
    *out = (struct str_slice){0};
    for (size_t i = 0; i < names.len; i++)
        if (is_complete(f, a, names.at[i]))
            *SLICE_PUSH(a, out) = names.at[i];
    if (out->len > BACKUP_COUNT_MAX)
        return ERR(CONFLICT, "there are too many backups in that folder");
    return OK;
}

err backup_folder_partial(struct backup_folder *f, struct arena *a, struct str_slice *out)
{
    struct str_slice names;
    TRY(list_names(f->backups_fd, ".", a, true, &names));
    *out = (struct str_slice){0};
    for (size_t i = 0; i < names.len; i++)
        if (str_starts(names.at[i], STR(BACKUP_PARTIAL_PREFIX)))
            *SLICE_PUSH(a, out) = names.at[i];
    return OK;
}

err backup_folder_find(struct backup_folder *f, struct arena *a, str id, int *fd,
                       struct backup_manifest *out)
{
    struct str_slice ids;
    TRY(backup_folder_list(f, a, &ids));
    str found = STR_NONE;
    for (size_t i = 0; i < ids.len; i++)
        if (id.ptr == NULL || str_eq(id, ids.at[i]))
            found = ids.at[i];
    if (found.ptr == NULL)
        return id.ptr == NULL ? ERR(NOT_FOUND, "there is no complete backup in that folder")
                              : ERR(NOT_FOUND, "there is no complete backup of that name");
    *fd = openat(f->backups_fd, str_cstr(a, found), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return BACKUP_OS_ERR("open backup");
    err e = backup_manifest_read(a, *fd, out);
    if (!failed(e) && !str_eq(out->id, found))
        e = ERR(INVALID, "the manifest is another backup's");
    if (failed(e))
        close(*fd);
    return e;
}

err backup_folder_remove(struct backup_folder *f, const char *name)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct str_slice files;
    TRY(list_names(f->backups_fd, name, &a, true, &files));
    for (size_t i = 0; i < files.len; i++) {
        str path = str_format(&a, "%s/%.*s", name, STR_ARG(files.at[i]));
        if (unlinkat(f->backups_fd, str_cstr(&a, path), 0) != 0)
            return BACKUP_OS_ERR("unlink");
    }
    return unlinkat(f->backups_fd, name, AT_REMOVEDIR) == 0 ? OK : BACKUP_OS_ERR("rmdir");
}

/* ---- retention ---- */

/* The lists of all backups that stay, side by side. */
struct survivors {
    struct backup_object_list lists[BACKUP_COUNT_MAX];
    size_t count;
};

static err open_lists(struct backup_folder *f, struct arena *a, struct survivors *s,
                      const struct str_slice *ids)
{
    for (size_t i = 0; i < ids->len; i++) {
        int fd = openat(f->backups_fd, str_cstr(a, ids->at[i]), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return BACKUP_OS_ERR("open backup");
        err e = backup_object_list_open(&s->lists[i], fd);
        close(fd);
        TRY(e);
        s->count++;
        TRY(backup_object_list_next(&s->lists[i]));
    }
    return OK;
}

/* Names are asked for in their order. */
static err is_wanted(struct survivors *s, str name, bool *out)
{
    *out = false;
    for (size_t i = 0; i < s->count; i++) {
        struct backup_object_list *l = &s->lists[i];
        while (!l->is_at_end && str_cmp(str_of(l->name), name) < 0)
            TRY(backup_object_list_next(l));
        *out = *out || (!l->is_at_end && str_eq(str_of(l->name), name));
    }
    return OK;
}

static err remove_unwanted(struct backup_folder *f, struct survivors *s)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    for (unsigned i = 0; i < 256; i++) {
        struct str_slice names;
        bool wanted;
        char folder[4];
        snprintf(folder, sizeof folder, "%02x", i);
        arena_reset(&a);
        TRY(list_names(f->objects_fd, folder, &a, false, &names));
        for (size_t n = 0; n < names.len; n++) {
            TRY(is_wanted(s, names.at[n], &wanted));
            const char *path =
                str_cstr(&a, str_format(&a, "%s/%.*s", folder, STR_ARG(names.at[n])));
            if (!wanted && unlinkat(f->objects_fd, path, 0) != 0)
                return BACKUP_OS_ERR("unlink");
        }
    }
    return OK;
}

err backup_folder_prune(struct backup_folder *f, struct arena *a, int64_t keep_count,
                        int64_t *removed_count)
{
    struct str_slice ids;
    *removed_count = 0;
    TRY(backup_folder_list(f, a, &ids));
    if (keep_count == 0 || ids.len <= (size_t)keep_count)
        return OK;
    while (ids.len > (size_t)keep_count) {
        const char *name = str_cstr(a, ids.at[0]);
        const char *gone = str_cstr(a, str_format(a, BACKUP_PARTIAL_PREFIX "%s", name));
        if (renameat(f->backups_fd, name, f->backups_fd, gone) != 0)
            return BACKUP_OS_ERR("rename");
        TRY(backup_folder_remove(f, gone));
        ids.at++;
        ids.len--;
        ++*removed_count;
    }
    if (fsync(f->backups_fd) != 0)
        return BACKUP_OS_ERR("fsync");
    struct survivors *s = heap_alloc(sizeof *s);
    err e = open_lists(f, a, s, &ids);
    if (!failed(e))
        e = remove_unwanted(f, s);
    for (size_t i = 0; i < ids.len; i++)
        backup_object_list_close(&s->lists[i]);
    heap_free(s);
    return e;
}
