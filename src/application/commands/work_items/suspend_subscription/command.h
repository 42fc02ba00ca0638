/* Suspend Global Subscription, PS3.18 11.11. */
#ifndef APPLICATION_COMMANDS_WORK_ITEMS_SUSPEND_SUBSCRIPTION_COMMAND_H
#define APPLICATION_COMMANDS_WORK_ITEMS_SUSPEND_SUBSCRIPTION_COMMAND_H

#include "application/services/worklist_service.h"

struct suspend_subscription {
    str uid; /* one of the well-known ones */
    str ae_title;
};
struct suspend_subscription_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(suspend_subscription);

#endif
