/* Note what became of an attempt to deliver. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_END_WEBHOOK_ATTEMPT_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_END_WEBHOOK_ATTEMPT_COMMAND_H

#include "application/models/base_model.h"

struct end_webhook_attempt {
    int64_t task_key, fence;
    int64_t webhook_key, delivery_key;
    int64_t status; /* 0: no answer */
    int64_t duration_ms, retry_after_seconds;
    str words; /* what went wrong; absent: it was taken */
};
struct end_webhook_attempt_result {
    bool is_slow; /* others should have their turn */
};
/* Errors: PRECONDITION_FAILED (somebody else has the task). */
DECLARE_USE_CASE(end_webhook_attempt);

#endif
