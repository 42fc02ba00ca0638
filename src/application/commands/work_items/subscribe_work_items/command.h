/* Subscribe, PS3.18 11.10. */
#ifndef APPLICATION_COMMANDS_WORK_ITEMS_SUBSCRIBE_WORK_ITEMS_COMMAND_H
#define APPLICATION_COMMANDS_WORK_ITEMS_SUBSCRIBE_WORK_ITEMS_COMMAND_H

#include "application/services/worklist_service.h"

struct subscribe_work_items {
    str uid; /* of an item, or one of the well-known ones */
    str ae_title;
    bool has_lock;
    str filter; /* of the filtered worklist: "tag.tag=value", a line each */
};
struct subscribe_work_items_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(subscribe_work_items);

#endif
