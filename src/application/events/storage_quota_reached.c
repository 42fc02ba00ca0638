/* Schema of the event. */
#include "application/events/storage_quota_reached.h"

SCHEMA(storage_quota_reached, FIELD(storage_quota_reached, percent),
       FIELD(storage_quota_reached, quota_size), FIELD(storage_quota_reached, used_size));
EVENT(storage_quota_reached, .doc = "An organization has stored most of what it may");
