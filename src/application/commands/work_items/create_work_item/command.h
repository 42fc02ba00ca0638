/* Create Workitem, PS3.18 11.4. */
#ifndef APPLICATION_COMMANDS_WORK_ITEMS_CREATE_WORK_ITEM_COMMAND_H
#define APPLICATION_COMMANDS_WORK_ITEMS_CREATE_WORK_ITEM_COMMAND_H

#include "application/services/worklist_service.h"

struct create_work_item {
    str uid;      /* of the address; absent: that of the data set, else one is made */
    str data_set; /* as data_set_text.h gives it */
};
struct create_work_item_result {
    str uid;
    bool was_changed; /* something was put right that its sender should know of */
};
DECLARE_USE_CASE(create_work_item);

#endif
