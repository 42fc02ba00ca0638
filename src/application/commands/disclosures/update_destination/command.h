/* Change a destination. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_UPDATE_DESTINATION_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_UPDATE_DESTINATION_COMMAND_H

#include "application/services/disclosure_service.h"

struct update_destination {
    uuid id;
    int64_t if_match;
    str name, url, credential, user_name, secret; /* absent: stays */
};
struct update_destination_result {
    struct destination destination;
};
/* Errors: NOT_FOUND, INVALID, CONFLICT, PRECONDITION_FAILED. */
DECLARE_USE_CASE(update_destination);

#endif
