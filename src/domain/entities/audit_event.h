/* An audit event: who did what to what, when, from where, and whether it was allowed. Each carries
 * the hash of the one before it, so that a change or a gap shows. */
#ifndef DOMAIN_ENTITIES_AUDIT_EVENT_H
#define DOMAIN_ENTITIES_AUDIT_EVENT_H

#include "base/schema.h"

struct audit_event {
    int64_t key;
    uuid id;
    int64_t organization_key;
    instant created_at;
    str action;  /* name of the use case */
    str outcome; /* name of the code, "OK" when it was done */
    uuid user_id;
    uuid subject_id; /* the study or user it was about */
    str peer_address;
    str request_id;
    int64_t count; /* reads gathered onto this event */
    str hash;      /* SHA-256 over the event and the hash before it, hexadecimal */
};
DECLARE_SCHEMA(audit_event);
SLICE(audit_event);

#endif
