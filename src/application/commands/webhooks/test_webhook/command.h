/* Send a webhook a delivery that tells nothing. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_TEST_WEBHOOK_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_TEST_WEBHOOK_COMMAND_H

#include "application/models/base_model.h"

struct test_webhook {
    uuid id;
};
struct test_webhook_result {
    struct webhook_delivery delivery;
};
/* Errors: NOT_FOUND, CONFLICT (it is not active). */
DECLARE_USE_CASE(test_webhook);

#endif
