/* Schema of the organization. */
#include "domain/entities/organization.h"

SCHEMA(organization, ENTITY_FIELDS(organization),
       FIELD(organization, name, .flags = REQUIRED, .max = NAME_SIZE_MAX,
             .doc = "Name shown to people"));
