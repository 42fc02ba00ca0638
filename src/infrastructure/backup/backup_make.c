/* Secrets, database, objects, and the manifest last. */
#include "infrastructure/backup/backup.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "domain/entities/audit_anchor.h"
#include "infrastructure/audit_anchors.h"
#include "infrastructure/backup/database_dump.h"
#include "infrastructure/leadership.h"
#include "infrastructure/object_bytes.h"
#include "infrastructure/sweeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* One on its way. */
struct making {
    const struct backup_settings *s;
    struct arena *arena;
    struct backup_observer *observer;
    struct backup_folder folder;
    struct leadership lease;
    struct backup_manifest manifest;
    struct backup_report report;
    const char *name; /* of its folder, while it is partial */
    int fd;
};

/* "20261128T014553Z-" and eight digits that no other has. */
static str make_id(struct arena *a, struct clock *clock)
{
    char time[INSTANT_TEXT_SIZE + 1] = {0};
    struct buf out = BUF_IN(a);
    uuid unique = uuid_make(clock);
    instant_write(clock_now(clock), time);
    for (int i = 0; i < 19; i++)
        if (time[i] != '-' && time[i] != ':')
            buf_add_char(&out, time[i]);
    buf_add(&out, STR("Z-"));
    buf_add_hex(&out, unique.at + 12, 4);
    return buf_str(&out);
}

/* From here on nobody sweeps objects away. */
static err hold_objects(struct making *m)
{
    const struct timespec pause = {0, 200000000};
    uint64_t deadline = monotonic_ns() + BACKUP_LEASE_WAIT_SECONDS * UINT64_C(1000000000);
    TRY(leadership_open(&m->lease, m->s->db, m->s->clock, STR(OBJECT_REMOVAL_LEASE), (uuid){0}));
    while (!leadership_leads(&m->lease)) {
        m->observer->progress(m->observer, "waiting for a sweep of the storage to end", 0, 0, "");
        TRY(m->observer->check(m->observer));
        if (monotonic_ns() > deadline)
            return ERR(CONFLICT, "another backup is being made, or a sweep of the storage goes on");
        leadership_ask(&m->lease);
        nanosleep(&pause, NULL);
    }
    return OK;
}

/* What was begun and never finished: nobody else has the folder now. */
static err remove_partial(struct backup_folder *f, struct arena *a)
{
    struct str_slice names;
    TRY(backup_folder_partial(f, a, &names));
    for (size_t i = 0; i < names.len; i++)
        TRY(backup_folder_remove(f, str_cstr(a, names.at[i])));
    return OK;
}

static err begin(struct making *m)
{
    TRY(remove_partial(&m->folder, m->arena));
    m->name = str_cstr(m->arena,
                       str_format(m->arena, BACKUP_PARTIAL_PREFIX "%.*s", STR_ARG(m->manifest.id)));
    if (mkdirat(m->folder.backups_fd, m->name, 0700) != 0)
        return BACKUP_OS_ERR("mkdir");
    m->fd = openat(m->folder.backups_fd, m->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return m->fd >= 0 ? OK : BACKUP_OS_ERR("open folder");
}

/* One of the data folder, up to the end of its last line. */
static err copy_secret(struct making *m, const char *name)
{
    struct hashed_file file;
    struct file_sum sum;
    char block[64 * 1024];
    ssize_t got;
    const char *path =
        str_cstr(m->arena, str_format(m->arena, "%.*s/%s", STR_ARG(m->s->data_dir), name));
    int from = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0)
        return errno == ENOENT ? OK : BACKUP_OS_ERR("open secret");
    err e = hashed_file_create(&file, m->fd, name);
    while (!failed(e) && (got = read(from, block, sizeof block)) > 0)
        hashed_file_add(&file, block, (size_t)got);
    close(from);
    TRY(e);
    TRY(hashed_file_end(&file, &sum));
    backup_manifest_add(&m->manifest, m->arena,
                        (struct backup_file){.name = str_of(name), .is_of_data_folder = true},
                        &sum);
    return OK;
}

static err dump(struct making *m)
{
    const struct database_dump d = {
        .arena = m->arena,
        .url = m->s->database_url,
        .folder_fd = m->fd,
        .folder = str_cstr(m->arena,
                           str_format(m->arena, "%.*s/backups/%s", STR_ARG(m->s->folder), m->name)),
        .observer = m->observer,
        .manifest = &m->manifest};
    return database_dump(&d);
}

/* ---- objects ---- */

/* Of that size, and of those bytes if they are to be read. */
static err is_there(struct making *m, const struct backup_object_list *l, bool *out)
{
    int fd;
    uint64_t size;
    *out = false;
    err e = backup_object_open(&m->folder, str_of(l->name), &fd, &size);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? OK : e;
    *out = size == l->size;
    if (*out && m->s->reads_all)
        e = object_bytes_check(fd, l->name, out);
    close(fd);
    return e;
}

static err take_object(struct making *m, struct backup_objects *into,
                       const struct backup_object_list *l)
{
    bool there;
    TRY(is_there(m, l, &there));
    if (there)
        return OK;
    err e = backup_objects_take(into, m->s->storage, str_of(l->name));
    if (e.code == ERR_NOT_FOUND || e.code == ERR_INVALID) {
        log_event(LOG_ERROR, "backup", "object=%s state=%s", l->name,
                  e.code == ERR_NOT_FOUND ? "missing" : "damaged");
        m->report.damaged_count++;
        return OK;
    }
    TRY(e);
    m->report.copied_count++;
    m->report.copied_size += (int64_t)l->size;
    return OK;
}

static err take_listed(struct making *m, struct backup_objects *into, struct backup_object_list *l)
{
    for (int64_t done = 0;; done++) {
        m->observer->progress(m->observer, "copying objects", done, m->manifest.object_count,
                              "objects");
        TRY(m->observer->check(m->observer));
        TRY(backup_object_list_next(l));
        if (l->is_at_end)
            return backup_objects_flush(into);
        TRY(take_object(m, into, l));
    }
}

static err take_objects(struct making *m)
{
    struct backup_object_list list;
    struct backup_objects *into = heap_alloc(sizeof *into);
    into->folder = &m->folder;
    err e = backup_object_list_open(&list, m->fd);
    if (!failed(e)) {
        e = take_listed(m, into, &list);
        backup_object_list_close(&list);
    }
    heap_free(into);
    return e;
}

/* ---- the end ---- */

static err complete(struct making *m)
{
    m->manifest.damaged_count = m->report.damaged_count;
    TRY(backup_manifest_write(&m->manifest, m->arena, m->fd));
    if (renameat(m->folder.backups_fd, m->name, m->folder.backups_fd,
                 str_cstr(m->arena, m->manifest.id)) != 0 ||
        fsync(m->folder.backups_fd) != 0)
        return BACKUP_OS_ERR("rename");
    m->report.id = m->manifest.id;
    m->report.object_count = m->manifest.object_count;
    m->report.object_size = m->manifest.object_size;
    return backup_folder_prune(&m->folder, m->arena, m->s->keep_count, &m->report.removed_count);
}

/* Secrets and anchors before the database: what is anchored is in it. */
static err make(struct making *m)
{
    m->manifest = (struct backup_manifest){.format = BACKUP_FORMAT,
                                           .id = make_id(m->arena, m->s->clock),
                                           .created_at = clock_now(m->s->clock),
                                           .program_version = STR(GANTRY_VERSION),
                                           .secret_fingerprint = m->s->secret_fingerprint};
    TRY(backup_folder_open(&m->folder, m->s->folder, true));
    TRY(hold_objects(m));
    TRY(begin(m));
    TRY(copy_secret(m, "secret.key"));
    TRY(copy_secret(m, AUDIT_ANCHOR_FILE));
    TRY(dump(m));
    TRY(take_objects(m));
    return complete(m);
}

err backup_make(const struct backup_settings *s, struct arena *a, struct backup_observer *observer,
                struct backup_report *out)
{
    struct making m = {.s = s, .arena = a, .observer = observer, .fd = -1};
    err e = make(&m);
    if (m.fd >= 0)
        close(m.fd);
    leadership_close(&m.lease);
    backup_folder_close(&m.folder);
    if (failed(e))
        return e;
    log_event(LOG_INFO, "backup", "id=%.*s objects=%lld copied=%lld damaged=%lld removed=%lld",
              STR_ARG(m.report.id), (long long)m.report.object_count,
              (long long)m.report.copied_count, (long long)m.report.damaged_count,
              (long long)m.report.removed_count);
    *out = m.report;
    return OK;
}

static err maker_make(struct backup_service *base, struct arena *a,
                      struct backup_observer *observer, struct backup_report *out)
{
    return backup_make(&container_of(base, struct backup_maker, base)->settings, a, observer, out);
}

static err maker_repair(struct backup_service *base, struct storage *storage, str name,
                        uint64_t size, bool *is_repaired)
{
    return backup_repair(container_of(base, struct backup_maker, base)->settings.folder, storage,
                         name, size, is_repaired);
}

static const struct backup_service_ops maker_ops = {.make = maker_make, .repair = maker_repair};

void backup_maker_open(struct backup_maker *m, const struct backup_settings *settings)
{
    *m = (struct backup_maker){{&maker_ops}, *settings};
}
