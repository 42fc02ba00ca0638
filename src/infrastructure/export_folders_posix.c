/* Each folder is opened in the one above it and never by a path, so that nothing below the root
 * that somebody else changes meanwhile leads out of it. A file is written beside its name, as
 * ".NAME.part", and gets it when all of it is on the disk. */
#include "infrastructure/export_folders_posix.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ROOM = 256 };

struct export_file {
    int folder_fd, fd;
    char name[NAME_ROOM], part[NAME_ROOM];
};

static err of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG
               ? ERR(NO_SPACE, "there is no space where exports go")
           : errno == ENOTDIR || errno == ELOOP
               ? ERR(INVALID, "the folder for the export is no folder")
               : ERR(UNAVAILABLE, "the folder for exports cannot be used");
}

static err open_below(int above, const char *name, int *out)
{
    enum { FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
    *out = openat(above, name, FLAGS);
    if (*out < 0 && errno == ENOENT) {
        if (mkdirat(above, name, 0750) != 0 && errno != EEXIST)
            return of_errno();
        *out = openat(above, name, FLAGS);
    }
    return *out >= 0 ? OK : of_errno();
}

static err open_folder(const char *root, str folder, int *out)
{
    str part;
    char name[NAME_ROOM];
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR(UNAVAILABLE, "the folder for exports is not there");
    while (str_cut(&folder, '/', &part)) {
        int below = -1;
        snprintf(name, sizeof name, "%.*s", STR_ARG(part));
        err e = open_below(fd, name, &below);
        close(fd);
        TRY(e);
        fd = below;
    }
    *out = fd;
    return OK;
}

static void file_end(struct export_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    close(file->folder_fd);
    heap_free(file);
}

static void file_abort(struct export_file *file)
{
    unlinkat(file->folder_fd, file->part, 0);
    file_end(file);
}

static err file_begin(struct export_folders *base, str folder, str name, struct export_file **out)
{
    struct export_folders_posix *f = container_of(base, struct export_folders_posix, base);
    int folder_fd;
    if (export_folder_complaint(folder) != NULL || export_folder_complaint(name) != NULL)
        return ERR(INVALID, "the folder for the export is none");
    TRY(open_folder(f->root, folder, &folder_fd));
    struct export_file *file = heap_alloc(sizeof *file);
    *file = (struct export_file){.folder_fd = folder_fd};
    snprintf(file->name, sizeof file->name, "%.*s", STR_ARG(name));
    snprintf(file->part, sizeof file->part, ".%.*s.part", STR_ARG(name));
    unlinkat(folder_fd, file->part, 0);
    file->fd =
        openat(folder_fd, file->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (file->fd < 0) {
        err e = of_errno();
        file_end(file);
        return e;
    }
    *out = file;
    return OK;
}

static err file_write(struct export_file *file, const void *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t put = write(file->fd, (const char *)bytes + at, size - at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return of_errno();
        at += (size_t)put;
    }
    return OK;
}

static err file_commit(struct export_file *file)
{
    if (fsync(file->fd) != 0 ||
        renameat(file->folder_fd, file->part, file->folder_fd, file->name) != 0 ||
        fsync(file->folder_fd) != 0) {
        err e = of_errno();
        file_abort(file);
        return e;
    }
    file_end(file);
    return OK;
}

static const struct export_folders_ops ops = {
    .begin = file_begin, .write = file_write, .commit = file_commit, .abort = file_abort};

void export_folders_posix_init(struct export_folders_posix *f, const char *root)
{
    *f = (struct export_folders_posix){{&ops}, root};
}
