/* Change one's organization; what is absent stays. */
#ifndef APPLICATION_COMMANDS_ORGANIZATIONS_UPDATE_ORGANIZATION_COMMAND_H
#define APPLICATION_COMMANDS_ORGANIZATIONS_UPDATE_ORGANIZATION_COMMAND_H

#include "application/models/organization_view.h"

struct update_organization {
    int64_t if_match;
    str name;
    str language;
    struct str_slice mfa_required_roles, break_glass_roles;
    opt_i64 break_glass_minutes, trash_days;
    str password;
};
struct update_organization_result {
    struct organization_view view;
};
DECLARE_USE_CASE(update_organization);

#endif
