/* What a crash can leave: stages never committed, objects without a row. The sweeper takes it
 * away. */
#ifndef INFRASTRUCTURE_SWEEPER_H
#define INFRASTRUCTURE_SWEEPER_H

#include "application/services/storage_service.h"
#include "base/clock.h"
#include "infrastructure/leadership.h"

/* Held by whoever removes objects, and by whoever must find all of them. */
#define OBJECT_REMOVAL_LEASE "object_removal"

enum { SWEEP_AGE_SECONDS = 3600 };

/* Only what nobody has touched for age_seconds: a store that is under way is younger. lease: NULL,
 * or OBJECT_REMOVAL_LEASE, without which nothing is removed. */
err sweep_objects(struct db_context *db, struct storage *storage, struct clock *clock,
                  int64_t age_seconds, struct leadership *lease);
/* What this node received and never committed; every node has its own. */
err sweep_stages(struct storage *storage, int64_t age_seconds);

#endif
