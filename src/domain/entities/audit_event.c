/* Schema of the audit event. */
#include "domain/entities/audit_event.h"

SCHEMA(audit_event, FIELD(audit_event, key, .flags = INTERNAL, .doc = "Position in the chain"),
       FIELD(audit_event, id, .doc = "Identifier"),
       FIELD(audit_event, organization_key, .flags = INTERNAL, .doc = "Owner"),
       FIELD(audit_event, created_at, .doc = "When"),
       FIELD(audit_event, action, .max = 64, .doc = "What was asked for"),
       FIELD(audit_event, outcome, .max = 32, .doc = "OK, or why not"),
       FIELD(audit_event, user_id, .doc = "Who"),
       FIELD(audit_event, subject_id, .doc = "About what"),
       FIELD(audit_event, peer_address, .max = 64, .doc = "From where"),
       FIELD(audit_event, request_id, .max = 64, .doc = "In which request"),
       FIELD(audit_event, count, .doc = "Reads gathered onto this event"),
       FIELD(audit_event, hash, .max = 64, .doc = "Chains it to the event before"));
