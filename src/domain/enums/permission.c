/* The table of roles. */
#include "domain/enums/permission.h"

#include "base/err.h"

#define BIT(permission_) (UINT64_C(1) << (permission_))
#define EVERYBODY (BIT(ANYONE) | BIT(SIGNED_IN))

const char *const permission_names[] = {
    "undecided",       "anyone",           "signed_in",      "read_studies", "write_studies",
    "delete_studies",  "read_users",       "write_users",    "read_audit",   "write_settings",
    "read_work_items", "write_work_items", "write_api_keys", "run_system",   NULL};
_Static_assert(COUNT_OF(permission_names) == PERMISSION_COUNT + 1, "a permission without a name");

const char *const role_names[] = {
    "administrator", "radiologist", "technologist", "referrer", "researcher", "viewer", NULL};
_Static_assert(COUNT_OF(role_names) == ROLE_COUNT + 1, "a role without a name");

static const uint64_t permissions[ROLE_COUNT] = {
    [ROLE_ADMINISTRATOR] = EVERYBODY | BIT(READ_STUDIES) | BIT(WRITE_STUDIES) |
                           BIT(DELETE_STUDIES) | BIT(READ_USERS) | BIT(WRITE_USERS) |
                           BIT(READ_AUDIT) | BIT(WRITE_SETTINGS) | BIT(READ_WORK_ITEMS) |
                           BIT(WRITE_WORK_ITEMS) | BIT(WRITE_API_KEYS),
    [ROLE_RADIOLOGIST] = EVERYBODY | BIT(READ_STUDIES) | BIT(WRITE_STUDIES) | BIT(READ_WORK_ITEMS) |
                         BIT(WRITE_WORK_ITEMS),
    [ROLE_TECHNOLOGIST] = EVERYBODY | BIT(READ_STUDIES) | BIT(WRITE_STUDIES) |
                          BIT(READ_WORK_ITEMS) | BIT(WRITE_WORK_ITEMS),
    [ROLE_REFERRER] = EVERYBODY,
    [ROLE_RESEARCHER] = EVERYBODY,
    [ROLE_VIEWER] = EVERYBODY | BIT(READ_STUDIES) | BIT(READ_WORK_ITEMS),
};

uint64_t role_permissions(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? permissions[role] : 0;
}

/* What a researcher sees is never as it came. */
uint64_t role_grantable_permissions(enum role role)
{
    return role == ROLE_RESEARCHER ? 0 : BIT(READ_STUDIES);
}
