/* Schema of the event. */
#include "application/events/report_amended.h"

SCHEMA(report_amended, FIELD(report_amended, report_id), FIELD(report_amended, version_id),
       FIELD(report_amended, number), FIELD(report_amended, kind), FIELD(report_amended, study_id),
       FIELD(report_amended, signer_id));
EVENT(report_amended,
      .doc = "A report that was signed before was signed again: amended, or with an addendum");
