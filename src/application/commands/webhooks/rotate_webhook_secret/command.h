/* Give a webhook another secret; the former one signs too for a while. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_ROTATE_WEBHOOK_SECRET_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_ROTATE_WEBHOOK_SECRET_COMMAND_H

#include "application/models/base_model.h"
#include "application/services/webhook_service.h"

struct rotate_webhook_secret {
    uuid id;
    opt_i64 overlap_seconds;
};
struct rotate_webhook_secret_result {
    struct webhook_view view;
    str secret;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(rotate_webhook_secret);

#endif
