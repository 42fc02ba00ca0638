/* Schema and times of the schedule. */
#include "domain/entities/schedule.h"

const char *const missed_runs_names[] = {"run_once", "skip", NULL};
_Static_assert(COUNT_OF(missed_runs_names) == MISSED_RUNS_COUNT + 1, "a policy without a name");

bool missed_runs_find(str name, enum missed_runs *out)
{
    opt_i64 number = name_number(missed_runs_names, name);
    if (number.is_set)
        *out = (enum missed_runs)number.value;
    return number.is_set;
}

SCHEMA(schedule, ENTITY_FIELDS(schedule),
       FIELD(schedule, name, .doc = "Name", .example = "nightly"),
       FIELD(schedule, kind, .doc = "Kind of the task that is queued"),
       FIELD(schedule, expression, .doc = "When: five fields of crontab, or an interval",
             .example = "30 2 * * mon-fri"),
       FIELD(schedule, time_zone, .doc = "Whose clock it goes by", .example = "Europe/Berlin"),
       FIELD_ENUM_OF(schedule, missed, missed_runs_names,
                     .doc = "Of runs that were due while nothing ran: run_once, skip"),
       FIELD(schedule, is_enabled, .doc = "Whether it comes at all"),
       FIELD(schedule, is_shipped, .doc = "It came with the program, and stays"),
       FIELD(schedule, next_run_at, .doc = "When it comes next"),
       FIELD(schedule, last_run_at, .doc = "When its last task was queued"),
       FIELD(schedule, last_task_id, .doc = "Its last task"),
       FIELD(schedule, last_note, .doc = "What happened instead of a task, the last time"));

err schedule_set_next(struct schedule *schedule, const struct time_zone *zone, instant now)
{
    struct cron cron;
    instant from = now;
    schedule->next_run_at = (instant){0};
    TRY(cron_parse(schedule->expression, &cron));
    if (!schedule->is_enabled)
        return OK;
    if (cron.every_seconds != 0 && schedule->last_run_at.us != 0) {
        int64_t step = SECONDS(cron.every_seconds), since = now.us - schedule->last_run_at.us;
        from = instant_add(schedule->last_run_at, since > 0 ? since / step * step : 0);
    }
    err e = cron_next(&cron, zone, from, &schedule->next_run_at);
    return e.code == ERR_NOT_FOUND ? ERR(INVALID, "it never comes") : e;
}

bool schedule_is_missed(const struct schedule *schedule, instant now)
{
    return schedule->missed == MISSED_SKIP &&
           now.us - schedule->next_run_at.us > SECONDS(SCHEDULE_GRACE_SECONDS);
}
