/* Withdraw an invitation that was not accepted. */
#ifndef APPLICATION_COMMANDS_USERS_WITHDRAW_INVITATION_COMMAND_H
#define APPLICATION_COMMANDS_USERS_WITHDRAW_INVITATION_COMMAND_H

#include "application/models/user_view.h"

struct withdraw_invitation {
    uuid id;
};
struct withdraw_invitation_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(withdraw_invitation);

#endif
