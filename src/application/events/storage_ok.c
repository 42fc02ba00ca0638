/* Schema of the event. */
#include "application/events/storage_ok.h"

SCHEMA(storage_ok, FIELD(storage_ok, node), FIELD(storage_ok, free_size),
       FIELD(storage_ok, reserve_size));
EVENT(storage_ok, .doc = "There is room for new objects again");
