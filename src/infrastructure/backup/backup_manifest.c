/* Its hash first, then it gets its name. */
#include "infrastructure/backup/backup_manifest.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define UNFINISHED_FILE BACKUP_MANIFEST_FILE ".unfinished"

SCHEMA(backup_file, FIELD(backup_file, name, .max = BACKUP_NAME_SIZE_MAX), FIELD(backup_file, size),
       FIELD(backup_file, sha256, .max = SHA256_TEXT_SIZE), FIELD(backup_file, is_of_data_folder),
       FIELD(backup_file, table, .max = BACKUP_NAME_SIZE_MAX), FIELD(backup_file, columns));
SCHEMA(backup_sequence, FIELD(backup_sequence, name, .max = BACKUP_NAME_SIZE_MAX),
       FIELD(backup_sequence, value));
SCHEMA(backup_manifest, FIELD(backup_manifest, format), FIELD(backup_manifest, id),
       FIELD(backup_manifest, created_at), FIELD(backup_manifest, program_version),
       FIELD(backup_manifest, engine), FIELD(backup_manifest, schema_number),
       FIELD(backup_manifest, secret_fingerprint), FIELD(backup_manifest, object_count),
       FIELD(backup_manifest, object_size), FIELD(backup_manifest, damaged_count),
       FIELD_LIST_OF(backup_manifest, files, backup_file, .max = BACKUP_FILE_COUNT_MAX),
       FIELD_LIST_OF(backup_manifest, sequences, backup_sequence, .max = BACKUP_FILE_COUNT_MAX));

void backup_manifest_add(struct backup_manifest *m, struct arena *a, struct backup_file file,
                         const struct file_sum *sum)
{
    file.name = str_copy(a, file.name);
    file.size = (int64_t)sum->size;
    file.sha256 = str_copy(a, str_of(sum->sha256));
    *SLICE_PUSH(a, &m->files) = file;
}

static err write_file(int folder_fd, const char *name, str text, struct file_sum *sum)
{
    struct hashed_file file;
    TRY(hashed_file_create(&file, folder_fd, name));
    hashed_file_add(&file, text.ptr, text.len);
    return hashed_file_end(&file, sum);
}

err backup_manifest_write(const struct backup_manifest *m, struct arena *a, int folder_fd)
{
    struct buf text = BUF_IN(a);
    struct file_sum sum, unused;
    json_write(&text, &backup_manifest_schema, m, 0);
    buf_add_char(&text, '\n');
    TRY(write_file(folder_fd, UNFINISHED_FILE, buf_str(&text), &sum));
    TRY(write_file(folder_fd, BACKUP_MANIFEST_SUM_FILE,
                   str_format(a, "%s  " BACKUP_MANIFEST_FILE "\n", sum.sha256), &unused));
    if (fsync(folder_fd) != 0 ||
        renameat(folder_fd, UNFINISHED_FILE, folder_fd, BACKUP_MANIFEST_FILE) != 0 ||
        fsync(folder_fd) != 0)
        return BACKUP_OS_ERR("manifest");
    return OK;
}

static err read_file(struct arena *a, int folder_fd, const char *name, str *out)
{
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR(NOT_FOUND, "the backup has no manifest: it was not finished")
                               : BACKUP_OS_ERR("open");
    char *bytes = arena_alloc(a, BACKUP_MANIFEST_SIZE_MAX, 1);
    size_t size = 0;
    ssize_t got;
    while (size < BACKUP_MANIFEST_SIZE_MAX &&
           (got = read(fd, bytes + size, BACKUP_MANIFEST_SIZE_MAX - size)) > 0)
        size += (size_t)got;
    close(fd);
    *out = (str){bytes, size};
    return OK;
}

err backup_manifest_read(struct arena *a, int folder_fd, struct backup_manifest *out)
{
    struct file_sum sum;
    struct issues issues = {.arena = a};
    str text, told;
    TRY(read_file(a, folder_fd, BACKUP_MANIFEST_FILE, &text));
    TRY(read_file(a, folder_fd, BACKUP_MANIFEST_SUM_FILE, &told));
    TRY(file_sum_read(folder_fd, BACKUP_MANIFEST_FILE, &sum));
    if (!str_eq(str_sub(told, 0, SHA256_TEXT_SIZE), str_of(sum.sha256)))
        return ERR(INVALID, "the manifest of the backup is damaged");
    *out = (struct backup_manifest){0};
    err e = json_read(a, text, &backup_manifest_schema, out, &issues);
    if (!failed(e) && out->format > BACKUP_FORMAT)
        return ERR(INVALID, "a newer program made the backup");
    if (failed(e) || issues.list.len != 0 || out->format != BACKUP_FORMAT)
        return ERR(INVALID, "the manifest of the backup cannot be read");
    return OK;
}
