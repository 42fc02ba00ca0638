/* Change a schedule, or switch it off. */
#ifndef APPLICATION_COMMANDS_SCHEDULES_UPDATE_SCHEDULE_COMMAND_H
#define APPLICATION_COMMANDS_SCHEDULES_UPDATE_SCHEDULE_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/schedule.h"

/* What is absent stays. */
struct update_schedule {
    uuid id;
    int64_t if_match;
    str name, expression, time_zone, missed;
    opt_bool is_enabled;
};
struct update_schedule_result {
    struct schedule schedule;
};
/* Errors: NOT_FOUND, INVALID, CONFLICT, PRECONDITION_FAILED. */
DECLARE_USE_CASE(update_schedule);

#endif
