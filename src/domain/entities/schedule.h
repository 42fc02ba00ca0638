/* A schedule: a task of some kind that comes again, at the times of an expression in a time zone.
 */
#ifndef DOMAIN_ENTITIES_SCHEDULE_H
#define DOMAIN_ENTITIES_SCHEDULE_H

#include "base/cron.h"
#include "domain/entities/entity.h"

enum {
    SCHEDULE_COUNT_MAX = 200,       /* of an organization */
    SCHEDULE_GRACE_SECONDS = 5 * 60 /* a run that comes later than that was missed */
};

/* Kept as numbers. What becomes of runs that were due while nothing ran. */
enum missed_runs {
    MISSED_RUN_ONCE, /* one makes up for them all */
    MISSED_SKIP,
    MISSED_RUNS_COUNT
};
extern const char *const missed_runs_names[]; /* NULL-terminated */
/* False, and out as it was, for an absent name and one that is none. */
bool missed_runs_find(str name, enum missed_runs *out);

struct schedule {
    ENTITY_MEMBERS;
    str name;       /* of one organization there is one of each */
    str kind;       /* of the task */
    str expression; /* see base/cron.h */
    str time_zone;
    enum missed_runs missed;
    bool is_enabled;
    bool is_shipped;     /* came with the program: it can be switched off, not removed */
    instant next_run_at; /* unset: never, or it is not enabled */
    instant last_run_at; /* when its last task was queued */
    uuid last_task_id;
    str last_note; /* of what happened instead of a task */
};
DECLARE_SCHEMA(schedule);
SLICE(schedule);

/* The first time after now at which it comes; of an interval, in step with the time before.
 * Errors: INVALID (its expression, or it never comes). */
err schedule_set_next(struct schedule *schedule, const struct time_zone *zone, instant now);
/* Whether the run that is due is to be left out as missed. */
bool schedule_is_missed(const struct schedule *schedule, instant now);

#endif
