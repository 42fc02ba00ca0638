/* Schema of the event. */
#include "application/events/storage_full.h"

SCHEMA(storage_full, FIELD(storage_full, node), FIELD(storage_full, free_size),
       FIELD(storage_full, reserve_size));
EVENT(storage_full, .doc = "There is no room for new objects any more");
