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

enum {
    LANGUAGE_SIZE_MAX = 35, /* BCP 47 */
    BREAK_GLASS_MINUTES_DEFAULT = 4 * 60,
    BREAK_GLASS_MINUTES_MAX = 7 * 24 * 60,
    TRASH_DAYS_MAX = 36525
};

/* What an organization has decided for all in it. */
struct organization_settings {
    ENTITY_MEMBERS;
    str language;               /* of mails and documents; BCP 47, "en" */
    int64_t mfa_required_roles; /* whose users need a second factor: bit n for role n */
    int64_t break_glass_roles;  /* of those with BREAK_GLASS, who may use it */
    int64_t break_glass_minutes;
    int64_t quota_size;   /* bytes that its studies may have; 0: as many as there is room for */
    int64_t trash_days;   /* after which what is in the trash goes for good; 0: never */
    int64_t storage_room; /* of the first one: what was told of the storage last, by the enum */
};
DECLARE_SCHEMA(organization_settings);

/* Kept as numbers. */
enum storage_room { STORAGE_ENOUGH, STORAGE_LOW, STORAGE_FULL };

/* What is to be told, behind what was told last: little room once warning bytes above the reserve
 * are reached, and enough only when half as much again is free, so that it is told once. */
enum storage_room storage_room_next(enum storage_room was, uint64_t free_size,
                                    uint64_t reserve_size, uint64_t warning_size);

/* Of an organization that has decided nothing; its key is 0. */
struct organization_settings organization_settings_default(int64_t organization_key);

/* NULL, or what is wrong with a language tag. */
const char *language_complaint(str language);

#endif
