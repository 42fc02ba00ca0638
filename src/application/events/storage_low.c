/* Schema of the event. */
#include "application/events/storage_low.h"

SCHEMA(storage_low, FIELD(storage_low, node));
EVENT(storage_low, .doc = "There is no room for new objects any more");
