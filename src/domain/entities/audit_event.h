/* An audit event: who did what to what, when, from where, and whether it was allowed. Each carries
 * the hash of the one before it, so that a change or a gap shows.
 *
 * Members behind count are absent in events from before there were any; an absent member does not
 * go into the hash, so what was written without them still holds. */
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
    uuid subject_id; /* what it was about, see subject_kind */
    str peer_address;
    str request_id;
    int64_t count;          /* reads or stored instances gathered onto this event */
    str actor_kind;         /* of principal_kind_names */
    uuid actor_id;          /* of a user, an API key, a share */
    str actor_name;         /* as it was then: of a user the e-mail */
    str subject_kind;       /* "study", "user", … */
    uuid study_id;          /* the subject, or what the subject is a part of */
    str study_instance_uid; /* of that study, which need not be there any more … */
    str patient_id;         /* … and whose it was: an identifier and nothing else of a patient */
    opt_i64 sequence;       /* 1, 2, 3 … in its organization; a gap is a removed event */
    str hash;               /* SHA-256 over the event and the hash before it, hexadecimal */
};
DECLARE_SCHEMA(audit_event);
SLICE(audit_event);

/* What is known of an event's subject at the time of the event. */
struct audit_subject {
    uuid study_id;
    str study_instance_uid, patient_id;
    str user_name; /* of a user: the e-mail */
};

#endif
