/* Say how much an organization may store: for whoever runs the installation. */
#ifndef APPLICATION_COMMANDS_ORGANIZATIONS_SET_QUOTA_COMMAND_H
#define APPLICATION_COMMANDS_ORGANIZATIONS_SET_QUOTA_COMMAND_H

#include "application/models/base_model.h"

enum { QUOTA_TIB_MAX = 1024 * 1024 };

struct set_quota {
    str name;           /* of the organization, exactly */
    int64_t quota_size; /* bytes; 0: as many as there is room for */
};
struct set_quota_result {
    int64_t used_size;
};
/* Errors: NOT_FOUND, CONFLICT (several have that name), INVALID. */
DECLARE_USE_CASE(set_quota);

#endif
