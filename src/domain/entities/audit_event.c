/* Schema of the audit event. */
#include "domain/entities/audit_event.h"

SCHEMA(audit_event, FIELD(audit_event, key, .flags = INTERNAL, .doc = "Position in the chain"),
       FIELD(audit_event, id, .doc = "Identifier"),
       FIELD(audit_event, organization_key, .flags = INTERNAL, .doc = "Owner"),
       FIELD(audit_event, created_at, .doc = "When"),
       FIELD(audit_event, action, .max = 64, .doc = "What was asked for"),
       FIELD(audit_event, outcome, .max = 32, .doc = "OK, or why not"),
       FIELD(audit_event, user_id, .doc = "Which user; of an API key or a share, its owner"),
       FIELD(audit_event, subject_id, .doc = "About what"),
       FIELD(audit_event, peer_address, .max = 64, .doc = "From where"),
       FIELD(audit_event, request_id, .max = 64, .doc = "In which request"),
       FIELD(audit_event, count, .doc = "Reads or stored instances gathered onto this event"),
       FIELD(audit_event, actor_kind, .max = 16, .doc = "user, api_key, share, system, nobody"),
       FIELD(audit_event, actor_id, .doc = "Which user, API key or share"),
       FIELD(audit_event, actor_name, .max = 320, .doc = "Its name as it was then"),
       FIELD(audit_event, subject_kind, .max = 32, .doc = "What kind of thing it is about"),
       FIELD(audit_event, study_id, .doc = "The study it is about, or about a part of"),
       FIELD(audit_event, study_instance_uid, .max = 64, .doc = "That study's UID"),
       FIELD(audit_event, patient_id, .flags = PHI, .max = 64, .doc = "That study's Patient ID"),
       FIELD(audit_event, sequence, .doc = "1, 2, 3 … in the organization's trail"),
       FIELD(audit_event, hash, .max = 64, .doc = "Chains it to the event before"));
