/* What the mediator's behaviours need, on SQLite: rights, views and units of work, the audit trail,
 * metrics. */
#ifndef INFRASTRUCTURE_MEDIATOR_SQLITE_H
#define INFRASTRUCTURE_MEDIATOR_SQLITE_H

#include "core/mediator.h"
#include "infrastructure/sqlite/database.h"

enum {
    AUDIT_TOUCH_COUNT = 16384,
    AUDIT_TOUCH_SECONDS =
        300 /* reads of a study within that time after the first are counted, not recorded anew */
};

struct audit_touch {
    uint64_t who_and_what; /* hash of principal, action's subject */
    instant first_at;
    int64_t event_key;
    int64_t unwritten_count;
};

struct use_case_metric {
    const struct use_case *use_case;
    uint64_t call_count, error_count, total_ns;
};

struct mediator_sqlite {
    struct mediator base;
    struct sqlite_database *db;
    struct clock *clock;
    pthread_mutex_t lock;
    struct audit_touch *touches;
    struct use_case_metric metrics[USE_CASE_COUNT_MAX];
};

void mediator_sqlite_open(struct mediator_sqlite *m, struct sqlite_database *db,
                          struct clock *clock);
void mediator_sqlite_close(struct mediator_sqlite *m);

/* Writes the counts of reads that were gathered onto their events. For the worker, and at the end.
 */
err mediator_sqlite_flush_audit(struct mediator_sqlite *m);

#endif
