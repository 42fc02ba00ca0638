/* Schema of the event. */
#include "application/events/study_sent_in.h"

SCHEMA(study_sent_in, FIELD(study_sent_in, share_id), FIELD(study_sent_in, study_id));
EVENT(study_sent_in, .doc = "A study began to come in by an inbox");
