/* Each name is opened in the folder above it and never by a path, and no link is followed, so that
 * nothing that somebody changes below the root meanwhile leads out of it. */
#include "infrastructure/import_folders_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAME_ROOM = 256,
    AS_FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
    AS_FILE = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC /* a pipe has no writer */
};

static err of_errno(void)
{
    return errno == ENOENT ? ERR(NOT_FOUND, "there is no such file or folder to import from")
           : errno == ENOTDIR || errno == ELOOP
               ? ERR(INVALID, "the path leads through a link, or through what is no folder")
           : errno == EACCES || errno == EPERM ? ERR(FORBIDDEN, "it may not be read")
           : errno == ENXIO                    ? ERR(INVALID, "it is neither a file nor a folder")
                            : ERR(UNAVAILABLE, "the folder for imports cannot be read");
}

static err open_below(int above, str name, int flags, int *out)
{
    char text[NAME_ROOM];
    if (name.len == 0 || name.len >= NAME_ROOM || memchr(name.ptr, '\0', name.len) != NULL ||
        str_eq(name, STR(".")) || str_eq(name, STR("..")))
        return ERR(INVALID, "that is no name of a file");
    snprintf(text, sizeof text, "%.*s", STR_ARG(name));
    *out = openat(above, text, flags);
    return *out >= 0 ? OK : of_errno();
}

/* The organization's folder, or what is at path in it. */
static err open_path(const struct import_folders_posix *f, str folder, str path, int *out)
{
    str part;
    int fd = open(f->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), below = -1;
    if (fd < 0)
        return ERR(UNAVAILABLE, "the folder for imports is not there");
    err e = open_below(fd, folder, AS_FOLDER, &below);
    close(fd);
    while (!failed(e) && str_cut(&path, '/', &part)) {
        fd = below;
        e = open_below(fd, part, path.ptr != NULL ? AS_FOLDER : AS_FILE, &below);
        close(fd);
    }
    *out = below;
    return e;
}

struct walk {
    struct arena *arena;
    const struct import_patience *patience;
    struct import_listing *out;
    size_t names_size;
};

static err walk_folder(struct walk *w, int fd, str path, int depth);

static err add_file(struct walk *w, str path)
{
    w->names_size += path.len;
    if (w->out->files.len >= IMPORT_FILE_COUNT_MAX || w->names_size > IMPORT_NAMES_SIZE_MAX)
        return ERR(TOO_LARGE, "there are too many files for one import");
    *SLICE_PUSH(w->arena, &w->out->files) = path;
    return OK;
}

/* One that may not be read is listed, so that it is told when it is opened; one that went, or
 * became something else, is none any more. */
static err walk_below(struct walk *w, int above, const char *name, str path, int depth)
{
    int fd = -1;
    err e = open_below(above, str_of(name), AS_FOLDER, &fd);
    if (e.code == ERR_FORBIDDEN)
        return add_file(w, path);
    if (e.code == ERR_NOT_FOUND || e.code == ERR_INVALID)
        return OK;
    TRY(e);
    return walk_folder(w, fd, path, depth + 1);
}

static err walk_entry(struct walk *w, int above, const char *name, str path, int depth)
{
    struct stat info;
    if (!w->patience->goes_on(w->patience->owner))
        return ERR(GONE, "nobody waits for the files any more");
    if (fstatat(above, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? OK : of_errno();
    str below = str_format(w->arena, "%.*s/%s", STR_ARG(path), name);
    if (S_ISDIR(info.st_mode))
        return walk_below(w, above, name, below, depth);
    if (S_ISREG(info.st_mode))
        return add_file(w, below);
    w->out->other_count++;
    return OK;
}

static err walk_entries(struct walk *w, DIR *folder, str path, int depth)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? OK : of_errno();
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            TRY(walk_entry(w, dirfd(folder), entry->d_name, path, depth));
    }
}

/* Ends fd. As deep as IMPORT_DEPTH_MAX at most. */
static err walk_folder(struct walk *w, int fd, str path, int depth)
{
    if (depth > IMPORT_DEPTH_MAX) {
        close(fd);
        return ERR(TOO_LARGE, "the folders lie too deep in each other");
    }
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        err e = of_errno();
        close(fd);
        return e;
    }
    err e = walk_entries(w, folder, path, depth);
    closedir(folder);
    return e;
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static int depth_of(str path)
{
    int depth = 1;
    for (size_t i = 0; i < path.len; i++)
        depth += path.ptr[i] == '/';
    return depth;
}

static err list(struct import_folders *base, struct arena *a, str folder, str path,
                const struct import_patience *patience, struct import_listing *out)
{
    struct import_folders_posix *f = container_of(base, struct import_folders_posix, base);
    struct walk w = {.arena = a, .patience = patience, .out = out};
    struct stat info;
    int fd;
    *out = (struct import_listing){0};
    if (import_path_complaint(path) != NULL)
        return ERR(INVALID, "that is no path to import from");
    TRY(open_path(f, folder, path, &fd));
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        TRY(walk_folder(&w, fd, path, depth_of(path)));
    } else {
        bool is_file = S_ISREG(info.st_mode);
        close(fd);
        if (!is_file)
            return ERR(INVALID, "it is neither a file nor a folder");
        TRY(add_file(&w, path));
    }
    if (out->files.len != 0)
        qsort(out->files.at, out->files.len, sizeof *out->files.at, by_bytes);
    return OK;
}

static err open_file(struct import_folders *base, str folder, str path, int *fd, uint64_t *size)
{
    struct import_folders_posix *f = container_of(base, struct import_folders_posix, base);
    struct stat info;
    int opened;
    if (path.len == 0)
        return ERR(INVALID, "that is no name of a file");
    TRY(open_path(f, folder, path, &opened));
    if (fstat(opened, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(opened);
        return ERR(INVALID, "it is no file");
    }
    *fd = opened;
    *size = (uint64_t)info.st_size;
    return OK;
}

static const struct import_folders_ops ops = {.list = list, .open = open_file};

void import_folders_posix_init(struct import_folders_posix *f, const char *root)
{
    *f = (struct import_folders_posix){{&ops}, root};
}
