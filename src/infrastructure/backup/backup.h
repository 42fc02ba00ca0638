/* Backups of an installation that goes on serving: the database as it is at one moment, the secrets
 * of the data folder, and every object that the database's rows point at. See backup_folder.h for
 * what lies where.
 *
 * While one is made nothing is removed from the storage: the lease OBJECT_REMOVAL_LEASE is held by
 * either. */
#ifndef INFRASTRUCTURE_BACKUP_BACKUP_H
#define INFRASTRUCTURE_BACKUP_BACKUP_H

#include "application/services/backup_service.h"
#include "infrastructure/backup/backup_folder.h"
#include "infrastructure/db_context.h"

enum {
    BACKUP_LEASE_WAIT_SECONDS = 900, /* for a sweep that is going on */
    BACKUP_KEEP_COUNT = 14,
    BACKUP_KEEP_COUNT_MAX = BACKUP_COUNT_MAX - 1
};

struct backup_settings {
    str folder;
    int64_t keep_count; /* backups that stay; 0: all */
    bool reads_all;     /* objects that the folder has are read too, and replaced where damaged */
    str data_dir, database_url;
    struct db_context *db;
    struct storage *storage;
    struct clock *clock;
    uuid secret_fingerprint;
};

/* Errors: CONFLICT (another one is being made), NO_SPACE, UNAVAILABLE, those of the observer.
 * Objects that the installation itself lost are counted and logged; the backup has all others. */
err backup_make(const struct backup_settings *s, struct arena *a, struct backup_observer *observer,
                struct backup_report *out);

/* Told of each flaw of a backup. */
struct backup_flaws {
    void (*found)(struct backup_flaws *f, const char *what, str name);
};
struct backup_verification {
    str id;
    int64_t file_count, object_count, flaw_count;
};
/* Reads everything of a backup, id or the newest, and compares it with its hash.
 * Errors: NOT_FOUND, INVALID (the manifest), CONFLICT (one is being made), UNAVAILABLE. */
err backup_verify(str folder, str id, struct arena *a, struct backup_observer *observer,
                  struct backup_flaws *flaws, struct backup_verification *out);

struct backup_target {
    str folder, id; /* id absent: the newest */
    str data_dir, database_url;
    struct storage *storage;
    bool has_secret;         /* GANTRY_SECRET_KEY is set, */
    uuid secret_fingerprint; /* and this is its */
};
/* Into an installation that has nothing yet. Every byte is compared with its hash on the way.
 * Interrupted, it is run again and goes on; until it is through, no server starts there.
 * Errors: CONFLICT (the installation is not empty), INVALID (the backup is damaged, of another
 * engine, or of another secret), NOT_FOUND, NO_SPACE, UNAVAILABLE. */
err backup_restore(const struct backup_target *t, struct arena *a, struct backup_observer *observer,
                   struct backup_report *out);

/* In the data folder while a restore has not ended. */
#define BACKUP_RESTORING_FILE "restoring"

/* See backup_service_repair. */
err backup_repair(str folder, struct storage *storage, str name, uint64_t size, bool *is_repaired);

/* As a service: into the folder of settings. */
struct backup_maker {
    struct backup_service base;
    struct backup_settings settings;
};
void backup_maker_open(struct backup_maker *m, const struct backup_settings *settings);

#endif
