/* Schema of the lease; it never leaves the program. */
#include "domain/entities/lease.h"

SCHEMA(lease, FIELD(lease, key, .flags = INTERNAL), FIELD(lease, name, .flags = INTERNAL),
       FIELD(lease, holder, .flags = INTERNAL), FIELD(lease, expires_at, .flags = INTERNAL),
       FIELD(lease, token, .flags = INTERNAL));
