/* Take the next delivery of a webhook that is due, for the task that sends; or settle the task. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_BEGIN_WEBHOOK_ATTEMPT_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_BEGIN_WEBHOOK_ATTEMPT_COMMAND_H

#include "application/models/base_model.h"

struct begin_webhook_attempt {
    uuid webhook_id;
    int64_t task_key, fence;
    bool is_over; /* the task comes again for what is left */
};
struct begin_webhook_attempt_result {
    bool is_due; /* false: the task is settled */
    struct webhook_delivery delivery;
    str url;
    str secret, former_secret; /* bytes; former: absent when there is none any more */
};
/* Errors: PRECONDITION_FAILED (somebody else has the task). */
DECLARE_USE_CASE(begin_webhook_attempt);

#endif
