/* What everything else points at comes first: objects, then secrets, then the database. */
#include "infrastructure/backup/backup.h"

#include "base/arena.h"
#include "base/log.h"
#include "infrastructure/backup/database_dump.h"
#include "infrastructure/object_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct restoring {
    const struct backup_target *t;
    struct arena *arena;
    struct backup_observer *observer;
    struct backup_folder folder;
    struct backup_manifest manifest;
    struct backup_report report;
    int fd, data_fd;
    bool goes_on; /* one of this backup was interrupted here */
};

/* ---- may it be done at all ---- */

struct first_object {
    struct object_sink base;
    bool is_there;
};

static err note_object(struct object_sink *base, str name, uint64_t size, int64_t age_seconds)
{
    (void)name;
    (void)size;
    (void)age_seconds;
    container_of(base, struct first_object, base)->is_there = true;
    return ERR(GONE, "one is enough");
}

static err check_storage(struct restoring *r)
{
    struct first_object first = {.base = {note_object}};
    err e = storage_list(r->t->storage, &first.base);
    if (first.is_there)
        return r->goes_on ? OK : ERR(CONFLICT, "the storage has objects already");
    return e;
}

static struct database_dump dump_of(struct restoring *r)
{
    return (struct database_dump){.arena = r->arena,
                                  .url = r->t->database_url,
                                  .folder_fd = r->fd,
                                  .observer = r->observer,
                                  .manifest = &r->manifest};
}

static const struct backup_file *find_file(const struct restoring *r, str name)
{
    for (size_t i = 0; i < r->manifest.files.len; i++)
        if (str_eq(r->manifest.files.at[i].name, name))
            return &r->manifest.files.at[i];
    return NULL;
}

/* What is sealed in the database can be opened with the same secret alone. */
static err check_secret(struct restoring *r)
{
    bool has_file = find_file(r, STR("secret.key")) != NULL;
    if (r->t->has_secret && !uuid_eq(r->t->secret_fingerprint, r->manifest.secret_fingerprint))
        return ERR(INVALID, "GANTRY_SECRET_KEY is not the one that the backup was made with");
    if (!r->t->has_secret && !has_file)
        return ERR(INVALID, "the installation had its GANTRY_SECRET_KEY in its settings, and so "
                            "has this one to have it");
    return OK;
}

static err check_data_folder(struct restoring *r)
{
    for (size_t i = 0; i < r->manifest.files.len; i++) {
        struct stat info;
        const struct backup_file *f = &r->manifest.files.at[i];
        if (f->is_of_data_folder && !r->goes_on &&
            fstatat(r->data_fd, str_cstr(r->arena, f->name), &info, AT_SYMLINK_NOFOLLOW) == 0)
            return ERR(CONFLICT, "the data folder has secrets already");
    }
    return OK;
}

/* The mark names the backup that is being restored. */
static err read_mark(struct restoring *r)
{
    char text[64];
    int fd = openat(r->data_fd, BACKUP_RESTORING_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? OK : BACKUP_OS_ERR("open mark");
    ssize_t got = read(fd, text, sizeof text);
    close(fd);
    r->goes_on = got > 0 && str_eq(str_trim(str_make(text, (size_t)got)), r->manifest.id);
    return r->goes_on ? OK : ERR(CONFLICT, "another backup is being restored here");
}

static err check_is_empty(struct restoring *r)
{
    const struct database_dump d = dump_of(r);
    bool is_empty;
    TRY(database_is_empty(&d, &is_empty));
    if (!is_empty)
        return ERR(CONFLICT, "the database is not empty");
    TRY(check_data_folder(r));
    return check_storage(r);
}

/* ---- doing it ---- */

/* Before anything is written: a damaged one changes nothing. */
static err check_files(struct restoring *r)
{
    for (size_t i = 0; i < r->manifest.files.len; i++) {
        struct file_sum sum;
        const struct backup_file *f = &r->manifest.files.at[i];
        TRY(file_sum_read(r->fd, str_cstr(r->arena, f->name), &sum));
        if (sum.size != (uint64_t)f->size || !str_eq(str_of(sum.sha256), f->sha256))
            return ERRF(r->arena, INVALID, "%.*s of the backup is damaged", STR_ARG(f->name));
    }
    return OK;
}

static err write_mark(struct restoring *r)
{
    struct hashed_file file;
    struct file_sum sum;
    if (r->goes_on)
        return OK;
    TRY(hashed_file_create(&file, r->data_fd, BACKUP_RESTORING_FILE));
    hashed_file_add(&file, r->manifest.id.ptr, r->manifest.id.len);
    TRY(hashed_file_end(&file, &sum));
    return fsync(r->data_fd) == 0 ? OK : BACKUP_OS_ERR("fsync");
}

/* Through the storage's own door, which hashes and makes durable. */
static err store(struct storage *storage, int fd, str name)
{
    struct stage *stage;
    struct stored_object stored;
    char block[64 * 1024];
    ssize_t got;
    TRY(storage_stage_begin(storage, &stage));
    err e = OK;
    while (!failed(e) && (got = read(fd, block, sizeof block)) > 0)
        e = storage_stage_write(storage, stage, block, (size_t)got);
    if (!failed(e) && got < 0)
        e = BACKUP_OS_ERR("read object");
    if (failed(e)) {
        storage_stage_abort(storage, stage);
        return e;
    }
    TRY(storage_stage_commit(storage, stage, &stored));
    return str_eq(str_make(stored.name, OBJECT_NAME_SIZE), name)
               ? OK
               : ERR(INVALID, "an object of the backup is damaged");
}

static err restore_object(struct restoring *r, const struct backup_object_list *l)
{
    int fd;
    uint64_t size;
    bool is_right;
    err e = backup_object_open(&r->folder, str_of(l->name), &fd, &size);
    if (e.code == ERR_NOT_FOUND && r->manifest.damaged_count != 0) {
        r->report.damaged_count++;
        log_event(LOG_ERROR, "restore", "object=%s state=missing", l->name);
        return OK;
    }
    TRY(e);
    e = object_bytes_check(fd, l->name, &is_right);
    if (!failed(e) && !is_right)
        e = ERRF(r->arena, INVALID, "object %s of the backup is damaged", l->name);
    if (!failed(e))
        e = store(r->t->storage, fd, str_of(l->name));
    close(fd);
    TRY(e);
    r->report.copied_count++;
    r->report.copied_size += (int64_t)size;
    return OK;
}

static err restore_objects(struct restoring *r, struct backup_object_list *l)
{
    for (;;) {
        r->observer->progress(r->observer, "restoring objects", r->report.copied_count,
                              r->manifest.object_count, "objects");
        TRY(r->observer->check(r->observer));
        TRY(backup_object_list_next(l));
        if (l->is_at_end)
            return OK;
        TRY(restore_object(r, l));
    }
}

static err restore_listed(struct restoring *r)
{
    struct backup_object_list list;
    TRY(backup_object_list_open(&list, r->fd));
    err e = restore_objects(r, &list);
    backup_object_list_close(&list);
    return e;
}

static err restore_file(struct restoring *r, const struct backup_file *f)
{
    struct hashed_file file;
    struct file_sum sum;
    char block[64 * 1024];
    ssize_t got;
    const char *name = str_cstr(r->arena, f->name);
    if (str_find_char(f->name, '/') != SIZE_MAX)
        return ERR(INVALID, "the manifest names a file outside of the data folder");
    unlinkat(r->data_fd, name, 0); /* of a restore that was interrupted */
    int from = openat(r->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0)
        return BACKUP_OS_ERR("open secret");
    err e = hashed_file_create(&file, r->data_fd, name);
    while (!failed(e) && (got = read(from, block, sizeof block)) > 0)
        hashed_file_add(&file, block, (size_t)got);
    close(from);
    TRY(e);
    TRY(hashed_file_end(&file, &sum));
    return str_eq(str_of(sum.sha256), f->sha256) ? OK
                                                 : ERR(INVALID, "a secret of the backup changed");
}

/* A secret that the settings give needs no file. */
static err restore_files(struct restoring *r)
{
    for (size_t i = 0; i < r->manifest.files.len; i++) {
        const struct backup_file *f = &r->manifest.files.at[i];
        if (f->is_of_data_folder && !(r->t->has_secret && str_eq(f->name, STR("secret.key"))))
            TRY(restore_file(r, f));
    }
    return fsync(r->data_fd) == 0 ? OK : BACKUP_OS_ERR("fsync");
}

static err remove_mark(struct restoring *r)
{
    if (unlinkat(r->data_fd, BACKUP_RESTORING_FILE, 0) != 0 || fsync(r->data_fd) != 0)
        return BACKUP_OS_ERR("remove mark");
    return OK;
}

static err restore(struct restoring *r)
{
    const struct database_dump d = dump_of(r);
    TRY(read_mark(r));
    TRY(check_secret(r));
    TRY(check_is_empty(r));
    TRY(check_files(r));
    TRY(write_mark(r));
    TRY(restore_listed(r));
    TRY(restore_files(r));
    r->observer->progress(r->observer, "restoring the database", 0, 0, "");
    TRY(database_restore(&d));
    return remove_mark(r);
}

static err open_data_folder(struct restoring *r)
{
    const char *path = str_cstr(r->arena, r->t->data_dir);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return BACKUP_OS_ERR("mkdir");
    r->data_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return r->data_fd >= 0 ? OK : BACKUP_OS_ERR("open data folder");
}

err backup_restore(const struct backup_target *t, struct arena *a, struct backup_observer *observer,
                   struct backup_report *out)
{
    struct restoring r = {.t = t, .arena = a, .observer = observer, .fd = -1, .data_fd = -1};
    TRY(backup_folder_open(&r.folder, t->folder, false));
    err e = backup_folder_find(&r.folder, a, t->id, &r.fd, &r.manifest);
    if (!failed(e)) {
        e = open_data_folder(&r);
        if (!failed(e))
            e = restore(&r);
        close(r.fd);
    }
    if (r.data_fd >= 0)
        close(r.data_fd);
    backup_folder_close(&r.folder);
    r.report.id = r.manifest.id;
    r.report.object_count = r.manifest.object_count;
    r.report.object_size = r.manifest.object_size;
    *out = r.report;
    return e;
}

err backup_repair(str path, struct storage *storage, str name, uint64_t size, bool *is_repaired)
{
    struct backup_folder folder;
    char text[OBJECT_NAME_SIZE + 1] = {0};
    uint64_t found_size;
    int fd;
    *is_repaired = false;
    err e = backup_folder_open(&folder, path, false);
    if (failed(e)) /* no folder, no disk, a backup that is being made: no help from there now */
        return OK;
    e = backup_object_open(&folder, name, &fd, &found_size);
    if (!failed(e)) {
        bool is_right = false;
        memcpy(text, name.ptr, OBJECT_NAME_SIZE);
        e = object_bytes_check(fd, text, &is_right);
        if (!failed(e) && is_right && found_size == size) {
            e = store(storage, fd, name);
            *is_repaired = !failed(e);
        }
        close(fd);
    } else {
        e = OK;
    }
    backup_folder_close(&folder);
    return e;
}
