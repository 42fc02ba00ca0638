/* Schema of the event. */
#include "application/events/report_lock_taken.h"

SCHEMA(report_lock_taken, FIELD(report_lock_taken, report_id), FIELD(report_lock_taken, study_id),
       FIELD(report_lock_taken, holder_id), FIELD(report_lock_taken, taken_from),
       FIELD(report_lock_taken, reason));
EVENT(report_lock_taken, .doc = "Somebody took over a report that somebody else was writing");
