/* Take a grant back. */
#ifndef APPLICATION_COMMANDS_GRANTS_DELETE_GRANT_COMMAND_H
#define APPLICATION_COMMANDS_GRANTS_DELETE_GRANT_COMMAND_H

#include "application/models/grant_view.h"

struct delete_grant {
    uuid id;
};
struct delete_grant_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(delete_grant);

#endif
