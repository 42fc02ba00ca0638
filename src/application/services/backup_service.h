/* Backups of the whole installation, and what they are good for: to bring an object back. */
#ifndef APPLICATION_SERVICES_BACKUP_SERVICE_H
#define APPLICATION_SERVICES_BACKUP_SERVICE_H

#include "base/err.h"
#include "base/str.h"

struct storage;

/* What came of one. */
struct backup_report {
    str id;
    int64_t object_count, object_size; /* that the rows point at */
    int64_t copied_count, copied_size; /* of them, those that were not there yet */
    int64_t damaged_count;             /* of them, those the installation itself lost */
    int64_t removed_count;             /* older backups that retention removed */
};

/* Told how far it is, and asked whether to go on. */
struct backup_observer {
    /* stage and unit: constants; total 0: not known */
    void (*progress)(struct backup_observer *o, const char *stage, int64_t done, int64_t total,
                     const char *unit);
    err (*check)(struct backup_observer *o);
};

struct backup_service;
struct backup_service_ops {
    err (*make)(struct backup_service *s, struct arena *a, struct backup_observer *observer,
                struct backup_report *out);
    err (*repair)(struct backup_service *s, struct storage *storage, str object_name, uint64_t size,
                  bool *is_repaired);
};
struct backup_service {
    const struct backup_service_ops *ops;
};

/* Makes one into the folder of the settings, and removes older ones as they say.
 * Errors: CONFLICT (another one is being made), NO_SPACE, UNAVAILABLE, those of check. */
static inline err backup_service_make(struct backup_service *s, struct arena *a,
                                      struct backup_observer *observer, struct backup_report *out)
{
    return s->ops->make(s, a, observer, out);
}
/* Stores the object again from the folder of backups, if it has it and its bytes are right.
 * Errors: NO_SPACE, UNAVAILABLE (the storage). */
static inline err backup_service_repair(struct backup_service *s, struct storage *storage,
                                        str object_name, uint64_t size, bool *is_repaired)
{
    return s->ops->repair(s, storage, object_name, size, is_repaired);
}

#endif
