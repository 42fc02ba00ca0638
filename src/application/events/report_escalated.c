/* Schema of the event. */
#include "application/events/report_escalated.h"

SCHEMA(report_escalated, FIELD(report_escalated, report_id), FIELD(report_escalated, critical_id),
       FIELD(report_escalated, study_id), FIELD(report_escalated, flagged_by),
       FIELD(report_escalated, recipient_id), FIELD(report_escalated, escalation_count));
EVENT(report_escalated, .doc = "Nobody has acknowledged a critical result in time");
