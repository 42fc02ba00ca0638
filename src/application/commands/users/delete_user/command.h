/* Delete a user; the name stays for the audit trail. */
#ifndef APPLICATION_COMMANDS_USERS_DELETE_USER_COMMAND_H
#define APPLICATION_COMMANDS_USERS_DELETE_USER_COMMAND_H

#include "application/models/user_view.h"

struct delete_user {
    uuid id;
};
struct delete_user_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(delete_user);

#endif
