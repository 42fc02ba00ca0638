/* Schemas of event, position and arrival. */
#include "domain/entities/outbox_event.h"

SCHEMA(outbox_event, FIELD(outbox_event, key, .flags = INTERNAL), FIELD(outbox_event, type),
       FIELD(outbox_event, organization_key, .flags = INTERNAL), FIELD(outbox_event, aggregate),
       FIELD(outbox_event, payload), FIELD(outbox_event, created_at));

SCHEMA(event_position, FIELD(event_position, key, .flags = INTERNAL),
       FIELD(event_position, name, .max = 64), FIELD(event_position, position));

SCHEMA(study_arrival, FIELD(study_arrival, key, .flags = INTERNAL),
       FIELD(study_arrival, organization_key, .flags = INTERNAL), FIELD(study_arrival, study_id),
       FIELD(study_arrival, first_at), FIELD(study_arrival, last_at),
       FIELD(study_arrival, instance_count));
