/* Schema of the event. */
#include "application/events/report_critical.h"

SCHEMA(report_critical, FIELD(report_critical, report_id), FIELD(report_critical, critical_id),
       FIELD(report_critical, study_id), FIELD(report_critical, flagged_by),
       FIELD(report_critical, recipient_id), FIELD(report_critical, escalation_count));
EVENT(report_critical, .doc = "A report tells of a critical result");
