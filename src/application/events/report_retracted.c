/* Schema of the event. */
#include "application/events/report_retracted.h"

SCHEMA(report_retracted, FIELD(report_retracted, report_id), FIELD(report_retracted, study_id),
       FIELD(report_retracted, closed_by));
EVENT(report_retracted, .doc = "A report that was signed was taken back");
