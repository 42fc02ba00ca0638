/* Work that outlives its request. */
#include "application/commands/tasks/cancel_task/command.h"
#include "application/commands/tasks/retry_task/command.h"
#include "application/queries/tasks/get_task/query.h"
#include "application/queries/tasks/list_tasks/query.h"
#include "presentation/internal_routers/routers.h"

const struct route task_routes[] = {
    {"GET", "/tasks", &list_tasks_use_case, .tag = "tasks"},
    {"GET", "/tasks/{id}", &get_task_use_case, .tag = "tasks"},
    {"POST", "/tasks/{id}/cancel", &cancel_task_use_case, .tag = "tasks"},
    {"POST", "/tasks/{id}/retry", &retry_task_use_case, .tag = "tasks"},
};
const size_t task_route_count = COUNT_OF(task_routes);
