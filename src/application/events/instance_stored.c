/* Schema of the event. */
#include "application/events/instance_stored.h"

SCHEMA(instance_stored, FIELD(instance_stored, study_id), FIELD(instance_stored, series_id),
       FIELD(instance_stored, instance_id));
EVENT(instance_stored, .doc = "An instance has been stored", .is_brief = true);
