/* Schema of the event. */
#include "application/events/study_received.h"

SCHEMA(study_received, FIELD(study_received, study_id), FIELD(study_received, instance_count),
       FIELD(study_received, is_more));
EVENT(study_received, .doc = "A study came in, and nothing more of it for a while");
