/* Change Workitem State, PS3.18 11.7. */
#ifndef APPLICATION_COMMANDS_WORK_ITEMS_CHANGE_WORK_ITEM_STATE_COMMAND_H
#define APPLICATION_COMMANDS_WORK_ITEMS_CHANGE_WORK_ITEM_STATE_COMMAND_H

#include "application/services/worklist_service.h"

struct change_work_item_state {
    str uid;
    str action; /* the data set with the state and the Transaction UID */
};
struct change_work_item_state_result {
    const char *warning; /* NULL, or that it is in that state already */
};
DECLARE_USE_CASE(change_work_item_state);

#endif
