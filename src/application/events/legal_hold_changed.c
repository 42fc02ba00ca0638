/* Schema of the event. */
#include "application/events/legal_hold_changed.h"

SCHEMA(legal_hold_changed, FIELD(legal_hold_changed, study_id), FIELD(legal_hold_changed, is_held),
       FIELD(legal_hold_changed, reason, .flags = PHI), FIELD(legal_hold_changed, changed_by));
EVENT(legal_hold_changed, .doc = "A study is on legal hold from now on, or no more");
