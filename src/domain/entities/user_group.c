/* Schema of the group. */
#include "domain/entities/user_group.h"

SCHEMA(user_group, ENTITY_FIELDS(user_group),
       FIELD(user_group, name, .flags = REQUIRED, .max = NAME_SIZE_MAX,
             .doc = "Unique in the organization"));
