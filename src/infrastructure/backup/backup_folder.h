/* A folder of backups, which share what they have in common: objects are named by their bytes, so a
 * new backup adds those alone that are not there yet.
 *
 *     objects/ab/<name>         of all backups
 *     backups/<id>/             the database, the list of its objects, secrets, the manifest
 *     backups/.partial-<id>/    on its way
 *     incoming/                 objects on their way
 *     lock                      held by whoever writes
 *
 * An object has its name there only when it is on the disk. Everything is of mode 0600 and 0700:
 * what is in it is patients' and keys. */
#ifndef INFRASTRUCTURE_BACKUP_BACKUP_FOLDER_H
#define INFRASTRUCTURE_BACKUP_BACKUP_FOLDER_H

#include "application/services/storage_service.h"
#include "infrastructure/backup/backup_manifest.h"

#include <stdio.h>

#define BACKUP_PARTIAL_PREFIX ".partial-"

enum {
    BACKUP_COUNT_MAX = 1000, /* in one folder */
    BACKUP_ID_SIZE = 25,     /* 20261128T014553Z-0123abcd */
    BACKUP_BATCH_COUNT = 256,
    BACKUP_BATCH_SIZE = 256 * 1024 * 1024 /* of objects that are put on the disk together */
};

struct backup_folder {
    str path;
    int fd, objects_fd, backups_fd, incoming_fd, lock_fd;
};

/* is_made: the folder is made where it is not there, and is for this one alone to write to.
 * Errors: NOT_FOUND, CONFLICT (somebody writes to it, or reads it), UNAVAILABLE. */
err backup_folder_open(struct backup_folder *f, str path, bool is_made);
void backup_folder_close(struct backup_folder *f);

/* Complete ones, the oldest first. */
err backup_folder_list(struct backup_folder *f, struct arena *a, struct str_slice *out);
/* Those that were begun and never finished, and those that are being removed. */
err backup_folder_partial(struct backup_folder *f, struct arena *a, struct str_slice *out);
/* id absent: the newest. *fd: of its folder, the caller's to close. Errors: NOT_FOUND and those of
 * backup_manifest_read. */
err backup_folder_find(struct backup_folder *f, struct arena *a, str id, int *fd,
                       struct backup_manifest *out);
/* A folder and the files in it. */
err backup_folder_remove(struct backup_folder *f, const char *name);

/* Of the folder; *fd is the caller's. Errors: NOT_FOUND, UNAVAILABLE. */
err backup_object_open(struct backup_folder *f, str name, int *fd, uint64_t *size);

/* Brings objects in, by batches. */
struct backup_objects {
    struct backup_folder *folder;
    char names[BACKUP_BATCH_COUNT][OBJECT_NAME_SIZE];
    size_t count;
    uint64_t size;
};
/* Copies one. Errors: NOT_FOUND (the storage does not have it), INVALID (its bytes are not those of
 * its name), NO_SPACE, UNAVAILABLE. */
err backup_objects_take(struct backup_objects *o, struct storage *storage, str name);
/* What was taken so far is on the disk, under its names. */
err backup_objects_flush(struct backup_objects *o);

/* Reads a list of objects. */
struct backup_object_list {
    FILE *file;
    char name[OBJECT_NAME_SIZE + 1];
    uint64_t size;
    bool is_at_end;
};
err backup_object_list_open(struct backup_object_list *l, int folder_fd);
/* The next into name and size. Errors: INVALID (a line that is none, or out of its order). */
err backup_object_list_next(struct backup_object_list *l);
void backup_object_list_close(struct backup_object_list *l);

/* Removes the oldest backups until keep_count are left, and the objects that none of them has. 0:
 * keeps all. */
err backup_folder_prune(struct backup_folder *f, struct arena *a, int64_t keep_count,
                        int64_t *removed_count);

#endif
