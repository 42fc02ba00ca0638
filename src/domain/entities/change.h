/* A line of the change feed: what happened to which study, in the order in which it became durable.
 * sequence only grows; a reader that remembers the last one it saw misses nothing. */
#ifndef DOMAIN_ENTITIES_CHANGE_H
#define DOMAIN_ENTITIES_CHANGE_H

#include "base/schema.h"

struct change {
    int64_t sequence;
    int64_t organization_key;
    instant created_at;
    str kind; /* "instance_stored", "instance_replaced"; "study_trashed", "study_restored", and so
               * of series and instances; "study_purged" */
    uuid study_id;
    uuid series_id;   /* of a series that is trashed or restored as a whole */
    uuid instance_id; /* absent when it is about the study as a whole, as what stands below it */
    str study_instance_uid, series_instance_uid, sop_instance_uid;
};
DECLARE_SCHEMA(change);
SLICE(change);

#endif
