/* Schema of the anchor. */
#include "domain/entities/audit_anchor.h"

SCHEMA(audit_anchor,
       FIELD(audit_anchor, organization_id, .doc = "Whose trail; absent: that of nobody's"),
       FIELD(audit_anchor, sequence, .flags = REQUIRED, .min = 1, .doc = "Of its newest event"),
       FIELD(audit_anchor, hash, .flags = REQUIRED, .min = 64, .max = 64, .doc = "Of that event"),
       FIELD(audit_anchor, anchored_at, .flags = REQUIRED, .doc = "When that was so"),
       FIELD(audit_anchor, key_id, .flags = REQUIRED, .max = 64, .doc = "Tells the key"),
       FIELD(audit_anchor, signature, .flags = REQUIRED, .max = 128,
             .doc = "Ed25519 over the members above, see docs/AUDIT.md"));
