/* The schedules that come with the program, for each organization that does not have them. */
#ifndef APPLICATION_COMMANDS_SCHEDULES_SHIP_SCHEDULES_COMMAND_H
#define APPLICATION_COMMANDS_SCHEDULES_SHIP_SCHEDULES_COMMAND_H

#include "application/models/base_model.h"

struct ship_schedules {
    EMPTY_STRUCT;
};
struct ship_schedules_result {
    int64_t added_count;
};
DECLARE_USE_CASE(ship_schedules);

#endif
