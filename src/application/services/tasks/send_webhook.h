/* A task for each webhook: sends what waits for it, one delivery after the other, and comes again
 * when there is more. The same row for as long as there is something to send, and after. */
#ifndef APPLICATION_SERVICES_TASKS_SEND_WEBHOOK_H
#define APPLICATION_SERVICES_TASKS_SEND_WEBHOOK_H

#include "application/services/tasks/task_kind.h"

enum {
    WEBHOOK_RUN_COUNT = 50, /* deliveries; then others have their turn */
    WEBHOOK_SLOW_COUNT_MAX = 4
};

struct send_webhook_parameters {
    uuid webhook_id;
};
DECLARE_SCHEMA(send_webhook_parameters);

extern const struct task_kind webhook_kind;
/* Of those whose receivers are slow or away: few at once, so that they hold up no other. */
extern const struct task_kind webhook_slow_kind;

#endif
