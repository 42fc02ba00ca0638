/* Have what waits sent that no task sends: somebody cancelled the task. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_REARM_WEBHOOKS_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_REARM_WEBHOOKS_COMMAND_H

#include "application/models/base_model.h"

struct rearm_webhooks {
    EMPTY_STRUCT;
};
struct rearm_webhooks_result {
    int64_t count;
};
DECLARE_USE_CASE(rearm_webhooks);

#endif
