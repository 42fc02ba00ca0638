/* Tasks that come again. */
#include "application/commands/schedules/create_schedule/command.h"
#include "application/commands/schedules/delete_schedule/command.h"
#include "application/commands/schedules/run_schedule/command.h"
#include "application/commands/schedules/update_schedule/command.h"
#include "application/queries/schedules/get_schedule/query.h"
#include "application/queries/schedules/list_schedules/query.h"
#include "presentation/internal_routers/routers.h"

const struct route schedule_routes[] = {
    {"GET", "/schedules", &list_schedules_use_case, .tag = "schedules"},
    {"GET", "/schedules/{id}", &get_schedule_use_case, .tag = "schedules"},
    {"POST", "/schedules", &create_schedule_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     .tag = "schedules"},
    {"PATCH", "/schedules/{id}", &update_schedule_use_case, .body = HTTP_BODY_BUFFERED,
     .tag = "schedules"},
    {"DELETE", "/schedules/{id}", &delete_schedule_use_case, .success = 204, .tag = "schedules"},
    {"POST", "/schedules/{id}/run", &run_schedule_use_case, .success = 202, .tag = "schedules"},
};
const size_t schedule_route_count = COUNT_OF(schedule_routes);
