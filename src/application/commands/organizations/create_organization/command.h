/* Make an organization and the administrator who will make everybody else in it. */
#ifndef APPLICATION_COMMANDS_ORGANIZATIONS_CREATE_ORGANIZATION_COMMAND_H
#define APPLICATION_COMMANDS_ORGANIZATIONS_CREATE_ORGANIZATION_COMMAND_H

#include "application/models/base_model.h"

struct create_organization {
    str name;
    str admin_email;
    str admin_password;
};
struct create_organization_result {
    struct organization organization;
};
DECLARE_USE_CASE(create_organization);

#endif
