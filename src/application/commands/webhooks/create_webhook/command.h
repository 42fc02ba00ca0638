/* Have an address told of events; the secret that signs is in the answer and nowhere else. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_CREATE_WEBHOOK_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_CREATE_WEBHOOK_COMMAND_H

#include "application/models/base_model.h"
#include "application/services/webhook_service.h"

struct create_webhook {
    str url;
    struct str_slice events;
    str description;
    opt_bool is_active;
};
struct create_webhook_result {
    struct webhook_view view;
    str secret;
};
/* Errors: CONFLICT (too many). */
DECLARE_USE_CASE(create_webhook);

#endif
