/* Let a task come again. */
#ifndef APPLICATION_COMMANDS_SCHEDULES_CREATE_SCHEDULE_COMMAND_H
#define APPLICATION_COMMANDS_SCHEDULES_CREATE_SCHEDULE_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/schedule.h"

struct create_schedule {
    str name, kind, expression;
    str time_zone; /* absent: UTC */
    str missed;    /* of missed_runs_names; absent: run_once */
};
struct create_schedule_result {
    struct schedule schedule;
};
/* Errors: INVALID, CONFLICT (there is one of that name, or there are too many). */
DECLARE_USE_CASE(create_schedule);

#endif
