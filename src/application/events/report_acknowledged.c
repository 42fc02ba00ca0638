/* Schema of the event. */
#include "application/events/report_acknowledged.h"

SCHEMA(report_acknowledged, FIELD(report_acknowledged, report_id),
       FIELD(report_acknowledged, critical_id), FIELD(report_acknowledged, study_id),
       FIELD(report_acknowledged, acknowledged_by), FIELD(report_acknowledged, flagged_by));
EVENT(report_acknowledged, .doc = "Somebody has heard of a critical finding");
