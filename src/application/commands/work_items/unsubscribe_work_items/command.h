/* Unsubscribe, PS3.18 11.12. */
#ifndef APPLICATION_COMMANDS_WORK_ITEMS_UNSUBSCRIBE_WORK_ITEMS_COMMAND_H
#define APPLICATION_COMMANDS_WORK_ITEMS_UNSUBSCRIBE_WORK_ITEMS_COMMAND_H

#include "application/services/worklist_service.h"

struct unsubscribe_work_items {
    str uid; /* of an item, or one of the well-known ones: then all that the AE has ends */
    str ae_title;
};
struct unsubscribe_work_items_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(unsubscribe_work_items);

#endif
