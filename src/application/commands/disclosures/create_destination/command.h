/* Name a server that studies may be sent to. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_CREATE_DESTINATION_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_CREATE_DESTINATION_COMMAND_H

#include "application/services/disclosure_service.h"

struct create_destination {
    str name, url;
    str credential, user_name, secret;
};
struct create_destination_result {
    struct destination destination;
};
/* Errors: INVALID, CONFLICT (there is one of that name, or there are too many). */
DECLARE_USE_CASE(create_destination);

#endif
