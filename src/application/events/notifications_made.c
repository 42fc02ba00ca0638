/* Schema of the event. */
#include "application/events/notifications_made.h"

SCHEMA(notifications_made, FIELD(notifications_made, count));
EVENT(notifications_made, .doc = "There are new notifications", .is_brief = true);
