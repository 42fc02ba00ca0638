/* A database as it is at one moment, while others go on writing, into a folder; and back into an
 * empty one. */
#ifndef INFRASTRUCTURE_BACKUP_DATABASE_DUMP_H
#define INFRASTRUCTURE_BACKUP_DATABASE_DUMP_H

#include "application/services/backup_service.h"
#include "infrastructure/backup/backup_manifest.h"

enum { DUMP_PAGES_PER_STEP = 2000, DUMP_BUSY_MS = 10000 };

/* What stored objects the rows of a database point at, and how large they are, in the order of
 * their names. Objects that no row points at are swept, so every table that does stands here. */
#define DUMP_OBJECTS_SQL(name_order_)                                                              \
    "SELECT object_name AS name, size FROM instances UNION "                                       \
    "SELECT object_name, size FROM instance_versions UNION "                                       \
    "SELECT object_name, size FROM non_patient_objects UNION "                                     \
    "SELECT sha256, size FROM upload_parts UNION "                                                 \
    "SELECT output_object, output_size FROM tasks WHERE output_object IS NOT NULL "                \
    "ORDER BY 1" name_order_
/* A schema that is being changed right now is not backed up. */
#define DUMP_UNFINISHED_SQL                                                                        \
    "SELECT count(*) FROM schema_batches WHERE number NOT IN (SELECT number FROM "                 \
    "schema_migrations)"
#define DUMP_SCHEMA_SQL "SELECT coalesce(max(number), 0) FROM schema_migrations"

struct database_dump {
    struct arena *arena;
    str url;                          /* GANTRY_DATABASE_URL */
    int folder_fd;                    /* of the backup */
    const char *folder;               /* its path */
    struct backup_observer *observer; /* of a dump */
    struct backup_manifest *manifest; /* a dump adds to it, a restore reads it */
};

/* Adds engine, schema, the files of the database and the list of its objects.
 * Errors: CONFLICT (the schema is being changed), NO_SPACE, UNAVAILABLE, those of the observer. */
err database_dump(const struct database_dump *d);
/* Whether there is nothing in the database that a restore would take away. Errors: UNAVAILABLE. */
err database_is_empty(const struct database_dump *d, bool *out);
/* All or nothing. Errors: INVALID (the backup is of the other engine, or is not what a database
 * takes), CONFLICT (it is not empty), NO_SPACE, UNAVAILABLE. */
err database_restore(const struct database_dump *d);

/* Of the engines. */
err sqlite_dump(const struct database_dump *d);
err sqlite_is_empty(const struct database_dump *d, bool *out);
err sqlite_restore(const struct database_dump *d);
err postgres_dump(const struct database_dump *d);
err postgres_is_empty(const struct database_dump *d, bool *out);
err postgres_restore(const struct database_dump *d);

#endif
