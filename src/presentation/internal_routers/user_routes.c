/* Users of the organization. */
#include "application/commands/users/create_user/command.h"
#include "application/commands/users/deactivate_user/command.h"
#include "application/commands/users/update_user/command.h"
#include "application/queries/users/get_user/query.h"
#include "application/queries/users/list_users/query.h"
#include "presentation/internal_routers/routers.h"

const struct route user_routes[] = {
    {"GET", "/users", &list_users_use_case, .tag = "users"},
    {"POST", "/users", &create_user_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .success = 201, .tag = "users"},
    {"GET", "/users/{id}", &get_user_use_case, .is_quick = true, .tag = "users"},
    {"PATCH", "/users/{id}", &update_user_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .tag = "users"},
    {"POST", "/users/{id}/deactivate", &deactivate_user_use_case, .success = 204, .tag = "users"},
    {"DELETE", "/users/{id}", &deactivate_user_use_case, .success = 204, .tag = "users"},
};
const size_t user_route_count = COUNT_OF(user_routes);
