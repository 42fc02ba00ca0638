/* Grants, and opening a study to oneself in an emergency. */
#include "application/commands/grants/break_glass/command.h"
#include "application/commands/grants/break_glass_study/command.h"
#include "application/commands/grants/create_study_grant/command.h"
#include "application/commands/grants/delete_grant/command.h"
#include "application/commands/grants/update_grant/command.h"
#include "application/queries/grants/list_group_grants/query.h"
#include "application/queries/grants/list_study_grants/query.h"
#include "application/queries/grants/list_user_grants/query.h"
#include "presentation/internal_routers/routers.h"

const struct route grant_routes[] = {
    {"GET", "/studies/{id}/grants", &list_study_grants_use_case, .tag = "grants"},
    {"POST", "/studies/{id}/grants", &create_study_grant_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 201, .tag = "grants"},
    {"GET", "/users/{id}/grants", &list_user_grants_use_case, .tag = "grants"},
    {"GET", "/groups/{id}/grants", &list_group_grants_use_case, .tag = "grants"},
    {"PATCH", "/grants/{id}", &update_grant_use_case, .body = HTTP_BODY_BUFFERED, .tag = "grants"},
    {"DELETE", "/grants/{id}", &delete_grant_use_case, .success = 204, .tag = "grants"},
    {"POST", "/studies/{id}/break-glass", &break_glass_study_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 201, .tag = "grants"},
    {"POST", "/break-glass", &break_glass_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     .tag = "grants"},
};
const size_t grant_route_count = COUNT_OF(grant_routes);
