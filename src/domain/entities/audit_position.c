/* Schema of the position. */
#include "domain/entities/audit_position.h"

SCHEMA(audit_position, FIELD(audit_position, key, .flags = INTERNAL),
       FIELD(audit_position, name, .max = 64), FIELD(audit_position, position));
