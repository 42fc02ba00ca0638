/* Change a webhook. What is absent stays; its secret does not change. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_UPDATE_WEBHOOK_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_UPDATE_WEBHOOK_COMMAND_H

#include "application/models/base_model.h"
#include "application/services/webhook_service.h"

struct update_webhook {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
    str url;
    struct str_slice events;
    str description;
    opt_bool is_active;
};
struct update_webhook_result {
    struct webhook_view view;
};
/* Errors: NOT_FOUND, PRECONDITION_FAILED. */
DECLARE_USE_CASE(update_webhook);

#endif
