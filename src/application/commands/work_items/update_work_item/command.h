/* Update Workitem, PS3.18 11.6. */
#ifndef APPLICATION_COMMANDS_WORK_ITEMS_UPDATE_WORK_ITEM_COMMAND_H
#define APPLICATION_COMMANDS_WORK_ITEMS_UPDATE_WORK_ITEM_COMMAND_H

#include "application/services/worklist_service.h"

struct update_work_item {
    str uid;
    str transaction_uid; /* of the address; absent: that of the data set */
    str changes;         /* as data_set_text.h gives it */
};
struct update_work_item_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(update_work_item);

#endif
