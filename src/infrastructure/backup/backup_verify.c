/* Files by the manifest, objects by their names. */
#include "infrastructure/backup/backup.h"

#include "base/arena.h"
#include "infrastructure/object_bytes.h"

#include <unistd.h>

struct verifying {
    struct backup_folder folder;
    struct backup_observer *observer;
    struct backup_flaws *flaws;
    struct backup_manifest manifest;
    struct backup_verification result;
    int fd;
};

static void tell(struct verifying *v, const char *what, str name)
{
    v->result.flaw_count++;
    v->flaws->found(v->flaws, what, name);
}

static err verify_file(struct verifying *v, struct arena *a, const struct backup_file *f)
{
    struct file_sum sum;
    err e = file_sum_read(v->fd, str_cstr(a, f->name), &sum);
    v->result.file_count++;
    if (e.code == ERR_NOT_FOUND)
        tell(v, "missing file", f->name);
    else if (failed(e))
        return e;
    else if (sum.size != (uint64_t)f->size || !str_eq(str_of(sum.sha256), f->sha256))
        tell(v, "damaged file", f->name);
    return OK;
}

static err verify_object(struct verifying *v, const struct backup_object_list *l)
{
    int fd;
    uint64_t size;
    bool is_right;
    err e = backup_object_open(&v->folder, str_of(l->name), &fd, &size);
    v->result.object_count++;
    if (e.code == ERR_NOT_FOUND) {
        tell(v, "missing object", str_of(l->name));
        return OK;
    }
    TRY(e);
    e = object_bytes_check(fd, l->name, &is_right);
    close(fd);
    TRY(e);
    if (!is_right || size != l->size)
        tell(v, "damaged object", str_of(l->name));
    return OK;
}

static err verify_objects(struct verifying *v, struct backup_object_list *l)
{
    for (;;) {
        v->observer->progress(v->observer, "reading objects", v->result.object_count,
                              v->manifest.object_count, "objects");
        TRY(v->observer->check(v->observer));
        err e = backup_object_list_next(l);
        if (e.code == ERR_INVALID) /* its file was told already */
            return OK;
        TRY(e);
        if (l->is_at_end)
            break;
        TRY(verify_object(v, l));
    }
    if (v->result.object_count != v->manifest.object_count)
        tell(v, "objects are missing in", STR(BACKUP_OBJECTS_FILE));
    return OK;
}

static err verify(struct verifying *v, struct arena *a)
{
    struct backup_object_list list;
    v->result.id = v->manifest.id;
    for (size_t i = 0; i < v->manifest.files.len; i++)
        TRY(verify_file(v, a, &v->manifest.files.at[i]));
    err e = backup_object_list_open(&list, v->fd);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    e = verify_objects(v, &list);
    backup_object_list_close(&list);
    return e;
}

err backup_verify(str folder, str id, struct arena *a, struct backup_observer *observer,
                  struct backup_flaws *flaws, struct backup_verification *out)
{
    struct verifying v = {.observer = observer, .flaws = flaws, .fd = -1};
    TRY(backup_folder_open(&v.folder, folder, false));
    err e = backup_folder_find(&v.folder, a, id, &v.fd, &v.manifest);
    if (!failed(e)) {
        e = verify(&v, a);
        close(v.fd);
    }
    backup_folder_close(&v.folder);
    *out = v.result;
    return e;
}
