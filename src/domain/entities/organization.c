/* Schema of the organization. */
#include "domain/entities/organization.h"

#include "domain/enums/permission.h"

SCHEMA(organization, ENTITY_FIELDS(organization),
       FIELD(organization, name, .flags = REQUIRED, .max = NAME_SIZE_MAX,
             .doc = "Name shown to people"));

SCHEMA(organization_settings, ENTITY_FIELDS(organization_settings),
       FIELD(organization_settings, language, .max = LANGUAGE_SIZE_MAX,
             .check = language_complaint),
       FIELD(organization_settings, mfa_required_roles, .flags = INTERNAL),
       FIELD(organization_settings, break_glass_roles, .flags = INTERNAL),
       FIELD(organization_settings, break_glass_minutes, .min = 1, .max = BREAK_GLASS_MINUTES_MAX),
       FIELD(organization_settings, quota_size, .flags = INTERNAL),
       FIELD(organization_settings, trash_days, .max = TRASH_DAYS_MAX),
       FIELD(organization_settings, storage_room, .flags = INTERNAL));

enum storage_room storage_room_next(enum storage_room was, uint64_t free_size,
                                    uint64_t reserve_size, uint64_t warning_size)
{
    if (free_size < reserve_size)
        return STORAGE_FULL;
    uint64_t left = free_size - reserve_size;
    if (was == STORAGE_ENOUGH)
        return left < warning_size ? STORAGE_LOW : STORAGE_ENOUGH;
    return left >= warning_size + warning_size / 2 ? STORAGE_ENOUGH : was;
}

#define BIT(role_) (INT64_C(1) << (role_))

struct organization_settings organization_settings_default(int64_t organization_key)
{
    return (struct organization_settings){.organization_key = organization_key,
                                          .language = STR("en"),
                                          .break_glass_roles =
                                              BIT(ROLE_RADIOLOGIST) | BIT(ROLE_TECHNOLOGIST) |
                                              BIT(ROLE_REFERRER) | BIT(ROLE_CUSTOM),
                                          .break_glass_minutes = BREAK_GLASS_MINUTES_DEFAULT};
}

/* The form of it, RFC 5646 2.1: letters and digits in groups of one to eight. */
const char *language_complaint(str language)
{
    size_t len = 0;
    for (size_t i = 0; i < language.len; i++) {
        char c = language.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_digit = c >= '0' && c <= '9';
        if (c == '-' ? len == 0 : (!is_letter && !is_digit) || ++len > 8)
            return "is not a language tag";
        if (c == '-')
            len = 0;
    }
    return len == 0 ? "is not a language tag" : NULL;
}
