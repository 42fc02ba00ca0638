/* Remove a schedule. Its tasks stay. */
#ifndef APPLICATION_COMMANDS_SCHEDULES_DELETE_SCHEDULE_COMMAND_H
#define APPLICATION_COMMANDS_SCHEDULES_DELETE_SCHEDULE_COMMAND_H

#include "application/models/base_model.h"

struct delete_schedule {
    uuid id;
};
struct delete_schedule_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND, CONFLICT (it came with the program). */
DECLARE_USE_CASE(delete_schedule);

#endif
