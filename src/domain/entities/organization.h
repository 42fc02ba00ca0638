/* An organization: the wall that no query crosses. Everything else belongs to one. */
#ifndef DOMAIN_ENTITIES_ORGANIZATION_H
#define DOMAIN_ENTITIES_ORGANIZATION_H

#include "domain/entities/entity.h"

struct organization {
    ENTITY_MEMBERS; /* organization_key == key */
    str name;
};
DECLARE_SCHEMA(organization);
SLICE(organization);

#endif
