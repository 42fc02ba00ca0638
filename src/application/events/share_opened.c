/* Schema of the event. */
#include "application/events/share_opened.h"

SCHEMA(share_opened, FIELD(share_opened, share_id), FIELD(share_opened, visit_id));
EVENT(share_opened, .doc = "Somebody opened a share");
