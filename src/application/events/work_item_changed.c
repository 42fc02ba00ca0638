/* Schema of the event. */
#include "application/events/work_item_changed.h"

SCHEMA(work_item_changed, FIELD(work_item_changed, work_item_id),
       FIELD(work_item_changed, sop_instance_uid), FIELD(work_item_changed, procedure_step_state));
EVENT(work_item_changed, .doc = "A work item was made or changed");
