/* Objects into a folder of backups, and the lists of them. */
#include "infrastructure/backup/backup_folder.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void object_path(str name, char out[OBJECT_NAME_SIZE + 4])
{
    memcpy(out, name.ptr, 2);
    out[2] = '/';
    memcpy(out + 3, name.ptr, OBJECT_NAME_SIZE);
    out[3 + OBJECT_NAME_SIZE] = '\0';
}

err backup_object_open(struct backup_folder *f, str name, int *fd, uint64_t *size)
{
    char path[OBJECT_NAME_SIZE + 4];
    struct stat info;
    if (!object_name_is_valid(name))
        return ERR(INVALID, "not the name of an object");
    object_path(name, path);
    *fd = openat(f->objects_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0)
        return errno == ENOENT ? ERR(NOT_FOUND, "the backup does not have the object")
                               : BACKUP_OS_ERR("open object");
    if (fstat(*fd, &info) != 0) {
        close(*fd);
        return BACKUP_OS_ERR("stat");
    }
    *size = (uint64_t)info.st_size;
    return OK;
}

/* From where it is read, into incoming/. */
static err copy_bytes(struct backup_objects *o, int from, const char *name, struct file_sum *sum)
{
    struct hashed_file file;
    char block[64 * 1024];
    ssize_t got;
    off_t at = 0;
    unlinkat(o->folder->incoming_fd, name, 0); /* of a backup that was interrupted */
    TRY(hashed_file_create(&file, o->folder->incoming_fd, name));
    while ((got = pread(from, block, sizeof block, at)) > 0 || (got < 0 && errno == EINTR)) {
        hashed_file_add(&file, block, got > 0 ? (size_t)got : 0);
        at += got > 0 ? got : 0;
    }
    if (got < 0) {
        hashed_file_abort(&file);
        return ERR(INVALID, "the object cannot be read");
    }
    return hashed_file_close(&file, sum);
}

err backup_objects_take(struct backup_objects *o, struct storage *storage, str name)
{
    struct object_file from;
    struct file_sum sum;
    char path[OBJECT_NAME_SIZE + 1] = {0};
    if (o->count == BACKUP_BATCH_COUNT || o->size >= BACKUP_BATCH_SIZE)
        TRY(backup_objects_flush(o));
    TRY(storage_open(storage, name, OBJECT_WHOLE, &from));
    memcpy(path, name.ptr, OBJECT_NAME_SIZE);
    err e = copy_bytes(o, from.fd, path, &sum);
    close(from.fd);
    if (!failed(e) && !str_eq(str_of(sum.sha256), name))
        e = ERR(INVALID, "the object is damaged");
    if (failed(e)) {
        unlinkat(o->folder->incoming_fd, path, 0);
        return e;
    }
    memcpy(o->names[o->count++], path, OBJECT_NAME_SIZE);
    o->size += sum.size;
    return OK;
}

err backup_objects_flush(struct backup_objects *o)
{
    if (o->count == 0)
        return OK;
    if (syncfs(o->folder->incoming_fd) != 0)
        return BACKUP_OS_ERR("syncfs");
    for (size_t i = 0; i < o->count; i++) {
        char path[OBJECT_NAME_SIZE + 4], name[OBJECT_NAME_SIZE + 1] = {0};
        memcpy(name, o->names[i], OBJECT_NAME_SIZE);
        object_path(str_of(name), path);
        if (renameat(o->folder->incoming_fd, name, o->folder->objects_fd, path) != 0)
            return BACKUP_OS_ERR("rename");
    }
    o->count = 0;
    o->size = 0;
    return syncfs(o->folder->objects_fd) == 0 ? OK : BACKUP_OS_ERR("syncfs");
}

/* ---- lists ---- */

err backup_object_list_open(struct backup_object_list *l, int folder_fd)
{
    *l = (struct backup_object_list){0};
    int fd = openat(folder_fd, BACKUP_OBJECTS_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR(NOT_FOUND, "the backup has no list of its objects")
                               : BACKUP_OS_ERR("open list");
    l->file = fdopen(fd, "r");
    if (l->file == NULL) {
        close(fd);
        return BACKUP_OS_ERR("open list");
    }
    return OK;
}

err backup_object_list_next(struct backup_object_list *l)
{
    char line[128];
    if (fgets(line, sizeof line, l->file) == NULL) {
        l->is_at_end = true;
        return ferror(l->file) == 0 ? OK : BACKUP_OS_ERR("read list");
    }
    str rest = str_trim(str_of(line)), name;
    if (!str_cut(&rest, ' ', &name) || !object_name_is_valid(name) || !str_to_u64(rest, &l->size) ||
        str_cmp(name, str_of(l->name)) < 0)
        return ERR(INVALID, "the list of the backup's objects is damaged");
    memcpy(l->name, name.ptr, OBJECT_NAME_SIZE);
    return OK;
}

void backup_object_list_close(struct backup_object_list *l)
{
    if (l->file != NULL)
        fclose(l->file);
    *l = (struct backup_object_list){0};
}
