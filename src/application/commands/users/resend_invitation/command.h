/* Send somebody invited a new link. */
#ifndef APPLICATION_COMMANDS_USERS_RESEND_INVITATION_COMMAND_H
#define APPLICATION_COMMANDS_USERS_RESEND_INVITATION_COMMAND_H

#include "application/models/user_view.h"

struct resend_invitation {
    uuid id;
};
struct resend_invitation_result {
    struct user_view view;
};
DECLARE_USE_CASE(resend_invitation);

#endif
