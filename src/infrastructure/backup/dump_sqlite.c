/* SQLite: its pages as one reader sees them, copied by the backup interface, so that writers do not
 * wait. The copy is an ordinary database file. */
#include "infrastructure/backup/database_dump.h"

#include "base/arena.h"
#include "base/log.h"
#include "infrastructure/sqlite/database.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

static void close_handle(sqlite3 **handle)
{
    sqlite3_close(*handle);
}

static str path_of(const struct database_dump *d)
{
    return str_sub(d->url, 7, d->url.len);
}

static err open_handle(const char *path, int flags, sqlite3 **out)
{
    int code = sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        sqlite3_busy_timeout(*out, DUMP_BUSY_MS);
    return code == SQLITE_OK ? OK : SQLITE_ERR(*out, code);
}

static err run(sqlite3 *handle, const char *sql)
{
    int code = sqlite3_exec(handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : SQLITE_ERR(handle, code);
}

static err read_number(sqlite3 *handle, const char *sql, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(handle, sql, -1, &s, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    *out = code == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return code == SQLITE_ROW ? OK : SQLITE_ERR(handle, code);
}

/* The reader's transaction stays open over all steps: what others commit meanwhile is not seen, and
 * nothing begins anew. */
static err copy_pages(const struct database_dump *d, sqlite3 *from, sqlite3 *to)
{
    int64_t unused;
    int code = SQLITE_OK;
    err e = OK;
    TRY(run(from, "BEGIN"));
    TRY(read_number(from, "SELECT count(*) FROM sqlite_master", &unused));
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return SQLITE_ERR(to, sqlite3_errcode(to));
    while (!failed(e) && code == SQLITE_OK) {
        code = sqlite3_backup_step(backup, DUMP_PAGES_PER_STEP);
        int64_t total = sqlite3_backup_pagecount(backup);
        d->observer->progress(d->observer, "copying the database",
                              total - sqlite3_backup_remaining(backup), total, "pages");
        e = d->observer->check(d->observer);
    }
    sqlite3_backup_finish(backup);
    TRY(e);
    return code == SQLITE_DONE ? OK : SQLITE_ERR(to, code);
}

static err list_objects(const struct database_dump *d, sqlite3 *copy)
{
    struct hashed_file file;
    struct file_sum sum;
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(copy, DUMP_OBJECTS_SQL(""), -1, &s, NULL);
    if (code != SQLITE_OK)
        return SQLITE_ERR(copy, code);
    err e = hashed_file_create(&file, d->folder_fd, BACKUP_OBJECTS_FILE);
    while (!failed(e) && (code = sqlite3_step(s)) == SQLITE_ROW) {
        char line[128];
        int size = snprintf(line, sizeof line, "%.64s %lld\n", sqlite3_column_text(s, 0),
                            (long long)sqlite3_column_int64(s, 1));
        hashed_file_add(&file, line, (size_t)size);
        d->manifest->object_count++;
        d->manifest->object_size += sqlite3_column_int64(s, 1);
    }
    sqlite3_finalize(s);
    TRY(e);
    e = hashed_file_end(&file, &sum);
    if (code != SQLITE_DONE)
        return SQLITE_ERR(copy, code);
    TRY(e);
    backup_manifest_add(d->manifest, d->arena,
                        (struct backup_file){.name = STR(BACKUP_OBJECTS_FILE)}, &sum);
    return OK;
}

/* The file belongs to this user alone before anything is in it. */
static err make_file(const struct database_dump *d)
{
    int fd = openat(d->folder_fd, BACKUP_SQLITE_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return BACKUP_OS_ERR("create");
    close(fd);
    return OK;
}

static err look_into(const struct database_dump *d, sqlite3 *copy)
{
    int64_t unfinished;
    TRY(read_number(copy, DUMP_SCHEMA_SQL, &d->manifest->schema_number));
    TRY(read_number(copy, DUMP_UNFINISHED_SQL, &unfinished));
    if (unfinished != 0)
        return ERR(CONFLICT, "the database's schema is being changed: try again later");
    return list_objects(d, copy);
}

err sqlite_dump(const struct database_dump *d)
{
    CLEANUP(close_handle) sqlite3 *from = NULL;
    CLEANUP(close_handle) sqlite3 *to = NULL;
    struct file_sum sum;
    const char *path =
        str_cstr(d->arena, str_format(d->arena, "%s/" BACKUP_SQLITE_FILE, d->folder));
    TRY(make_file(d));
    TRY(open_handle(str_cstr(d->arena, path_of(d)), SQLITE_OPEN_READWRITE, &from));
    TRY(open_handle(path, SQLITE_OPEN_READWRITE, &to));
    TRY(copy_pages(d, from, to));
    TRY(run(to, "PRAGMA journal_mode=DELETE")); /* it can be read where nothing can be written */
    TRY(look_into(d, to));
    sqlite3_close(to);
    to = NULL;
    int fd = openat(d->folder_fd, BACKUP_SQLITE_FILE, O_RDWR | O_CLOEXEC);
    bool is_durable = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    if (!is_durable)
        return BACKUP_OS_ERR("fsync");
    TRY(file_sum_read(d->folder_fd, BACKUP_SQLITE_FILE, &sum));
    backup_manifest_add(d->manifest, d->arena,
                        (struct backup_file){.name = STR(BACKUP_SQLITE_FILE)}, &sum);
    return OK;
}

err sqlite_is_empty(const struct database_dump *d, bool *out)
{
    CLEANUP(close_handle) sqlite3 *handle = NULL;
    const char *path = str_cstr(d->arena, path_of(d));
    int64_t count;
    *out = access(path, F_OK) != 0;
    if (*out)
        return OK;
    TRY(open_handle(path, SQLITE_OPEN_READWRITE, &handle));
    TRY(read_number(handle, "SELECT count(*) FROM sqlite_master WHERE name = 'organizations'",
                    &count));
    if (count != 0)
        TRY(read_number(handle, "SELECT count(*) FROM organizations", &count));
    *out = count == 0;
    return OK;
}

static err copy_file(const struct database_dump *d, const char *to)
{
    struct hashed_file file;
    struct file_sum sum;
    char block[64 * 1024];
    ssize_t got;
    unlink(to);
    int from = openat(d->folder_fd, BACKUP_SQLITE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0)
        return BACKUP_OS_ERR("open database");
    err e = hashed_file_create(&file, AT_FDCWD, to);
    while (!failed(e) && (got = read(from, block, sizeof block)) > 0)
        hashed_file_add(&file, block, (size_t)got);
    close(from);
    TRY(e);
    TRY(hashed_file_end(&file, &sum));
    for (size_t i = 0; i < d->manifest->files.len; i++)
        if (str_eq(d->manifest->files.at[i].name, STR(BACKUP_SQLITE_FILE)) &&
            str_eq(d->manifest->files.at[i].sha256, str_of(sum.sha256)))
            return OK;
    return ERR(INVALID, "the database of the backup is damaged");
}

static err sync_folder_of(const struct database_dump *d, str path)
{
    size_t end = path.len;
    while (end != 0 && path.ptr[end - 1] != '/')
        end--;
    const char *folder = end == 0 ? "." : str_cstr(d->arena, str_sub(path, 0, end));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_durable = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_durable ? OK : BACKUP_OS_ERR("fsync folder");
}

err sqlite_restore(const struct database_dump *d)
{
    str path = path_of(d);
    const char *target = str_cstr(d->arena, path);
    const char *arriving = str_cstr(d->arena, str_format(d->arena, "%s.restoring", target));
    TRY(copy_file(d, arriving));
    /* of an empty database that was there */
    unlink(str_cstr(d->arena, str_format(d->arena, "%s-wal", target)));
    unlink(str_cstr(d->arena, str_format(d->arena, "%s-shm", target)));
    if (rename(arriving, target) != 0)
        return BACKUP_OS_ERR("rename");
    return sync_folder_of(d, path);
}
