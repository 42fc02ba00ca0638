/* What a crash can leave: stages never committed, objects without a row, events delivered. The
 * sweeper takes it away. */
#ifndef INFRASTRUCTURE_SWEEPER_H
#define INFRASTRUCTURE_SWEEPER_H

#include "application/services/storage_service.h"
#include "base/clock.h"
#include "core/event_handler.h"
#include "infrastructure/sqlite/database.h"

enum { SWEEP_AGE_SECONDS = 3600 };

/* Only what nobody has touched for age_seconds: a store that is under way is younger. */
err sweep_storage(struct sqlite_database *db, struct storage *storage, struct clock *clock,
                  int64_t age_seconds);

/* Removes the oldest events that nobody subscribes to. */
err sweep_outbox(struct sqlite_database *db, const struct subscription *subscriptions,
                 size_t count);

#endif
