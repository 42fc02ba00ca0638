/* Schema of the event. */
#include "application/events/storage_low.h"

SCHEMA(storage_low, FIELD(storage_low, node), FIELD(storage_low, free_size),
       FIELD(storage_low, reserve_size));
EVENT(storage_low, .doc = "There is little room for new objects left");
