/* Let a user not sign in with that account any more. */
#ifndef APPLICATION_COMMANDS_USERS_DELETE_USER_IDENTITY_COMMAND_H
#define APPLICATION_COMMANDS_USERS_DELETE_USER_IDENTITY_COMMAND_H

#include "application/models/base_model.h"

struct delete_user_identity {
    uuid id;
    uuid identity_id;
};
struct delete_user_identity_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND, CONFLICT (it is the only way in), FORBIDDEN. */
DECLARE_USE_CASE(delete_user_identity);

#endif
