/* Request Cancellation, PS3.18 11.8. */
#ifndef APPLICATION_COMMANDS_WORK_ITEMS_REQUEST_CANCELLATION_COMMAND_H
#define APPLICATION_COMMANDS_WORK_ITEMS_REQUEST_CANCELLATION_COMMAND_H

#include "application/services/worklist_service.h"

struct request_cancellation {
    str uid;
    str request; /* the data set with reasons and a contact; absent */
};
struct request_cancellation_result {
    const char *warning; /* NULL, or that it is canceled already */
};
DECLARE_USE_CASE(request_cancellation);

#endif
