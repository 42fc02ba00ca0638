/* A fact that was told in the transaction that made it true. Events stay for a while after all who
 * hear them have: they can be told again from any of them on. */
#ifndef DOMAIN_ENTITIES_OUTBOX_EVENT_H
#define DOMAIN_ENTITIES_OUTBOX_EVENT_H

#include "base/schema.h"

struct outbox_event {
    int64_t key; /* in the order in which they became true, for all organizations together */
    str type;    /* name of the event_type */
    int64_t organization_key; /* 0: of the installation */
    uuid aggregate;           /* what it is about; unset: nothing of its own */
    str payload;              /* the event as JSON, with what is internal in it */
    instant created_at;
};
DECLARE_SCHEMA(outbox_event);
SLICE(outbox_event);

/* How far somebody is with the events. */
struct event_position {
    int64_t key; /* of the row */
    str name;
    int64_t position; /* key of the last event that is done with */
};
DECLARE_SCHEMA(event_position);

/* A study of which instances came that nobody was told of yet. */
struct study_arrival {
    int64_t key;
    int64_t organization_key;
    uuid study_id;
    instant first_at, last_at; /* of what came */
    int64_t instance_count;    /* that came since the study was last told of */
};
DECLARE_SCHEMA(study_arrival);
SLICE(study_arrival);

#endif
