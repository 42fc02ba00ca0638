/* Tell an address nothing any more, and forget what it was told. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_DELETE_WEBHOOK_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_DELETE_WEBHOOK_COMMAND_H

#include "application/models/base_model.h"

struct delete_webhook {
    uuid id;
};
struct delete_webhook_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(delete_webhook);

#endif
