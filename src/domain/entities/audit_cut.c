/* Schema of the cut. */
#include "domain/entities/audit_cut.h"

SCHEMA(audit_cut, FIELD(audit_cut, key, .flags = INTERNAL),
       FIELD(audit_cut, organization_key, .flags = INTERNAL), FIELD(audit_cut, last_key),
       FIELD(audit_cut, event_count), FIELD(audit_cut, hash, .max = 64), FIELD(audit_cut, cut_at),
       FIELD(audit_cut, key_id, .max = 64), FIELD(audit_cut, signature, .max = 128));
