/* Schema of the event. */
#include "application/events/report_submitted.h"

SCHEMA(report_submitted, FIELD(report_submitted, report_id), FIELD(report_submitted, study_id),
       FIELD(report_submitted, author_id));
EVENT(report_submitted, .doc = "A report can be read, and is not signed yet");
