/* Schema of the event. */
#include "application/events/glass_broken.h"

SCHEMA(glass_broken, FIELD(glass_broken, organization_id), FIELD(glass_broken, grant_id),
       FIELD(glass_broken, user_id), FIELD(glass_broken, study_id), FIELD(glass_broken, patient_id),
       FIELD(glass_broken, reason, .flags = PHI), FIELD(glass_broken, expires_at));
EVENT(glass_broken, .doc = "Somebody has opened a study to themselves in an emergency");
