/* A work item was made, changed or moved to another state; its event reports can be read. */
#ifndef APPLICATION_EVENTS_WORK_ITEM_CHANGED_H
#define APPLICATION_EVENTS_WORK_ITEM_CHANGED_H

#include "core/event_interface.h"

struct work_item_changed {
    uuid work_item_id;
    str sop_instance_uid;
    str procedure_step_state;
};
DECLARE_EVENT(work_item_changed);

#endif
