/* Schema of the event. */
#include "application/events/report_signed.h"

SCHEMA(report_signed, FIELD(report_signed, report_id), FIELD(report_signed, version_id),
       FIELD(report_signed, number), FIELD(report_signed, kind), FIELD(report_signed, study_id),
       FIELD(report_signed, signer_id));
EVENT(report_signed, .doc = "A version of a report was signed, the first or a later one");
