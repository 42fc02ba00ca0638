/* What arriving instances count up in their study and series. It changes with each of them and is
 * written once: before anybody else can see or change it, before another study or series is
 * counted, and before the transaction is committed. Until then it waits here.
 *
 * What waits belongs to the units that counted it. The state at the end of the last unit is kept
 * beside that of the running one, which may be given up: then what waited before it waits again.
 * Counts are written as they are, not added, so that writing them twice does no harm. */
#ifndef INFRASTRUCTURE_SQL_COUNTS_H
#define INFRASTRUCTURE_SQL_COUNTS_H

#include "base/arena.h"
#include "domain/entities/series.h"
#include "domain/entities/study.h"

/* A study and a series that an instance was counted in. */
struct sql_known {
    struct arena arena;
    struct study study;
    struct series series;
};

struct sql_counts {
    const struct sql_known *known; /* counted last: the next instance is likely to be of them */
    bool study_waits, series_waits;
};

struct sql_ledger {
    struct sql_known places[2]; /* that of settled is not changed */
    struct sql_counts now, settled;
};

struct sql_engine;

/* By whoever has the turn. Neither writes anything but what waits. */
/* Counts, in a study and a series as they are now. What waits of others is written. */
err sql_counts_set(struct sql_engine *e, const struct study *study, const struct series *series);
/* Errors: those of statements; SERIALIZATION when the transaction was lost. */
err sql_counts_write(struct sql_engine *e);

/* A unit is done; given up; the transaction has ended, one way or the other. */
static inline void sql_ledger_settle(struct sql_ledger *l)
{
    l->settled = l->now;
}
static inline void sql_ledger_return(struct sql_ledger *l)
{
    l->now = l->settled;
}
static inline void sql_ledger_clear(struct sql_ledger *l)
{
    l->now = l->settled = (struct sql_counts){0};
}
void sql_ledger_deinit(struct sql_ledger *l);

#endif
