/* A group of users, to whom something can be granted together. */
#ifndef DOMAIN_ENTITIES_USER_GROUP_H
#define DOMAIN_ENTITIES_USER_GROUP_H

#include "domain/entities/entity.h"

struct user_group {
    ENTITY_MEMBERS;
    str name; /* unique in the organization */
};
DECLARE_SCHEMA(user_group);
SLICE(user_group);

#endif
