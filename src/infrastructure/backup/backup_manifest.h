/* What a backup consists of, with the hash of every file: manifest.json, written last, and its own
 * SHA-256 beside it (manifest.sha256, as sha256sum reads it). A folder without a manifest is no
 * backup. */
#ifndef INFRASTRUCTURE_BACKUP_BACKUP_MANIFEST_H
#define INFRASTRUCTURE_BACKUP_BACKUP_MANIFEST_H

#include "infrastructure/backup/hashed_file.h"
#include "base/schema.h"

#define BACKUP_MANIFEST_FILE "manifest.json"
#define BACKUP_MANIFEST_SUM_FILE "manifest.sha256"
#define BACKUP_OBJECTS_FILE "objects.list" /* "name size" a line, in the order of the names */
#define BACKUP_SQLITE_FILE "database.sqlite"

enum {
    BACKUP_FORMAT = 1,
    BACKUP_MANIFEST_SIZE_MAX = 1024 * 1024,
    BACKUP_NAME_SIZE_MAX = 200,
    BACKUP_FILE_COUNT_MAX = 1000
};

struct backup_file {
    str name;
    int64_t size;
    str sha256;
    bool is_of_data_folder; /* it goes there when it is restored */
    str table, columns;     /* of a table of PostgreSQL: its rows, as COPY writes them */
};
DECLARE_SCHEMA(backup_file);
SLICE(backup_file);

/* Of PostgreSQL: where a sequence goes on. */
struct backup_sequence {
    str name;
    int64_t value;
};
DECLARE_SCHEMA(backup_sequence);
SLICE(backup_sequence);

struct backup_manifest {
    int64_t format;
    str id;
    instant created_at;
    str program_version;
    str engine; /* sqlite, postgresql */
    int64_t schema_number;
    uuid secret_fingerprint; /* of the GANTRY_SECRET_KEY that what is sealed was sealed with */
    int64_t object_count, object_size;
    int64_t damaged_count; /* objects that the installation itself had lost */
    struct backup_file_slice files;
    struct backup_sequence_slice sequences;
};
DECLARE_SCHEMA(backup_manifest);

void backup_manifest_add(struct backup_manifest *m, struct arena *a, struct backup_file file,
                         const struct file_sum *sum);

/* Returns when it is on the disk under its name. Errors: NO_SPACE, UNAVAILABLE. */
err backup_manifest_write(const struct backup_manifest *m, struct arena *a, int folder_fd);
/* Errors: NOT_FOUND (the backup was never finished), INVALID (its hash is another, or a newer
 * program made it), UNAVAILABLE. */
err backup_manifest_read(struct arena *a, int folder_fd, struct backup_manifest *out);

#endif
