/* People: users, their invitations, roles, groups, and the organization they belong to. */
#include "application/commands/groups/add_group_member/command.h"
#include "application/commands/groups/create_group/command.h"
#include "application/commands/groups/delete_group/command.h"
#include "application/commands/groups/remove_group_member/command.h"
#include "application/commands/groups/update_group/command.h"
#include "application/commands/organizations/update_organization/command.h"
#include "application/commands/roles/create_role/command.h"
#include "application/commands/roles/delete_role/command.h"
#include "application/commands/roles/update_role/command.h"
#include "application/commands/users/accept_invitation/command.h"
#include "application/commands/users/create_user/command.h"
#include "application/commands/users/deactivate_user/command.h"
#include "application/commands/users/delete_user/command.h"
#include "application/commands/users/disable_user_mfa/command.h"
#include "application/commands/users/invite_user/command.h"
#include "application/commands/users/reactivate_user/command.h"
#include "application/commands/users/resend_invitation/command.h"
#include "application/commands/users/update_user/command.h"
#include "application/commands/users/withdraw_invitation/command.h"
#include "application/queries/groups/get_group/query.h"
#include "application/queries/groups/list_group_members/query.h"
#include "application/queries/groups/list_groups/query.h"
#include "application/queries/organizations/get_organization/query.h"
#include "application/queries/roles/get_role/query.h"
#include "application/queries/roles/list_roles/query.h"
#include "application/queries/users/get_user/query.h"
#include "application/queries/users/list_users/query.h"
#include "presentation/internal_routers/routers.h"

enum { INVITATION_BODY_SIZE_MAX = 8 * 1024 };

const struct route user_routes[] = {
    {"GET", "/users", &list_users_use_case, .tag = "users"},
    {"POST", "/users", &create_user_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .success = 201, .tag = "users"},
    {"POST", "/users/invite", &invite_user_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     .tag = "users"},
    {"GET", "/users/{id}", &get_user_use_case, .is_quick = true, .tag = "users"},
    {"PATCH", "/users/{id}", &update_user_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .tag = "users"},
    {"DELETE", "/users/{id}", &delete_user_use_case, .success = 204, .tag = "users"},
    {"POST", "/users/{id}/deactivate", &deactivate_user_use_case, .tag = "users"},
    {"POST", "/users/{id}/reactivate", &reactivate_user_use_case, .success = 204, .tag = "users"},
    {"POST", "/users/{id}/mfa/disable", &disable_user_mfa_use_case, .lane = LANE_CPU,
     .body = HTTP_BODY_BUFFERED, .body_max = INVITATION_BODY_SIZE_MAX, .success = 204,
     .tag = "users", .is_limited = true},
    {"POST", "/users/{id}/invitation", &resend_invitation_use_case, .tag = "users"},
    {"DELETE", "/users/{id}/invitation", &withdraw_invitation_use_case, .success = 204,
     .tag = "users"},
    {"POST", "/auth/invitations/accept", &accept_invitation_use_case, .lane = LANE_CPU,
     .body = HTTP_BODY_BUFFERED, .body_max = INVITATION_BODY_SIZE_MAX, .tag = "auth",
     .is_limited = true},
    {"GET", "/roles", &list_roles_use_case, .tag = "roles"},
    {"POST", "/roles", &create_role_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     .tag = "roles"},
    {"GET", "/roles/{id}", &get_role_use_case, .is_quick = true, .tag = "roles"},
    {"PATCH", "/roles/{id}", &update_role_use_case, .body = HTTP_BODY_BUFFERED, .tag = "roles"},
    {"DELETE", "/roles/{id}", &delete_role_use_case, .success = 204, .tag = "roles"},
    {"GET", "/groups", &list_groups_use_case, .tag = "groups"},
    {"POST", "/groups", &create_group_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     .tag = "groups"},
    {"GET", "/groups/{id}", &get_group_use_case, .is_quick = true, .tag = "groups"},
    {"PATCH", "/groups/{id}", &update_group_use_case, .body = HTTP_BODY_BUFFERED, .tag = "groups"},
    {"DELETE", "/groups/{id}", &delete_group_use_case, .success = 204, .tag = "groups"},
    {"GET", "/groups/{id}/members", &list_group_members_use_case, .tag = "groups"},
    {"POST", "/groups/{id}/members", &add_group_member_use_case, .body = HTTP_BODY_BUFFERED,
     .success = 204, .tag = "groups"},
    {"DELETE", "/groups/{id}/members/{user_id}", &remove_group_member_use_case, .success = 204,
     .tag = "groups"},
    {"GET", "/organization", &get_organization_use_case, .tag = "organization"},
    {"PATCH", "/organization", &update_organization_use_case, .lane = LANE_CPU,
     .body = HTTP_BODY_BUFFERED, .tag = "organization", .is_limited = true},
};
const size_t user_route_count = COUNT_OF(user_routes);
