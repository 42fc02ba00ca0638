/* Retention of the audit trail: events older than the limit go, oldest first, and a signed cut says
 * what the rest of the chain follows from. */
#ifndef INFRASTRUCTURE_AUDIT_RETENTION_H
#define INFRASTRUCTURE_AUDIT_RETENTION_H

#include "infrastructure/audit_seal.h"
#include "infrastructure/db_context.h"

enum {
    AUDIT_RETENTION_DAYS_MIN = 30,
    AUDIT_RETENTION_DAYS_MAX = 36525,
    AUDIT_RETENTION_STEP = 1000,         /* events that go in one transaction */
    AUDIT_RETENTION_STEP_COUNT_MAX = 100 /* in one run, of all organizations */
};

struct audit_retention {
    struct db_context *db;
    struct clock *clock;
    const struct audit_seal *seal;
    int64_t days;
    int64_t
        up_to_key;  /* none behind that event, which somebody has still to read; 0: no such limit */
    str request_id; /* of the event that tells of it */
};

/* count: of events removed; more when some are left for another run. Of every organization that
 * lost events the trail says so. */
err audit_retention_run(const struct audit_retention *r, int64_t *count, bool *more);

#endif
