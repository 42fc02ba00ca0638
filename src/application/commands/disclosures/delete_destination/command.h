/* Send nothing to a server any more. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_DELETE_DESTINATION_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_DELETE_DESTINATION_COMMAND_H

#include "application/services/disclosure_service.h"

struct delete_destination {
    uuid id;
};
struct delete_destination_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(delete_destination);

#endif
