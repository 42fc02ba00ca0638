/* The table of roles. */
#include "domain/enums/permission.h"

#include "base/err.h"

#define BIT(permission_) (UINT64_C(1) << (permission_))
#define EVERYBODY (BIT(ANYONE) | BIT(SIGNED_IN) | BIT(OWN_SIGN_IN) | BIT(SIGN_URLS))

#define REPORTING (BIT(READ_REPORTS) | BIT(WRITE_REPORTS) | BIT(SIGN_REPORTS))

const char *const permission_names[] = {"undecided",
                                        "anyone",
                                        "signed_in",
                                        "read_studies",
                                        "write_studies",
                                        "delete_studies",
                                        "read_users",
                                        "write_users",
                                        "read_audit",
                                        "write_settings",
                                        "read_work_items",
                                        "write_work_items",
                                        "run_system",
                                        "write_roles",
                                        "write_grants",
                                        "break_glass",
                                        "own_sign_in",
                                        "download_studies",
                                        "share_studies",
                                        "write_api_keys",
                                        "sign_urls",
                                        "read_reports",
                                        "write_reports",
                                        "sign_reports",
                                        "write_report_templates",
                                        "read_deidentified",
                                        "write_webhooks",
                                        NULL};
_Static_assert(COUNT_OF(permission_names) == PERMISSION_COUNT + 1, "a permission without a name");

const char *const role_names[] = {"administrator", "radiologist", "technologist", "referrer",
                                  "researcher",    "viewer",      "custom",       NULL};
_Static_assert(COUNT_OF(role_names) == ROLE_COUNT + 1, "a role without a name");

static const uint64_t permissions[ROLE_COUNT] = {
    [ROLE_ADMINISTRATOR] = EVERYBODY | BIT(READ_STUDIES) | BIT(DOWNLOAD_STUDIES) |
                           BIT(SHARE_STUDIES) | BIT(WRITE_STUDIES) | BIT(DELETE_STUDIES) |
                           BIT(READ_USERS) | BIT(WRITE_USERS) | BIT(READ_AUDIT) |
                           BIT(WRITE_SETTINGS) | BIT(READ_WORK_ITEMS) | BIT(WRITE_WORK_ITEMS) |
                           BIT(WRITE_ROLES) | BIT(WRITE_GRANTS) | BIT(WRITE_API_KEYS) | REPORTING |
                           BIT(WRITE_REPORT_TEMPLATES) | BIT(WRITE_WEBHOOKS),
    [ROLE_RADIOLOGIST] = EVERYBODY | BIT(READ_STUDIES) | BIT(DOWNLOAD_STUDIES) |
                         BIT(SHARE_STUDIES) | BIT(WRITE_STUDIES) | BIT(READ_WORK_ITEMS) |
                         BIT(WRITE_WORK_ITEMS) | BIT(WRITE_GRANTS) | BIT(BREAK_GLASS) | REPORTING |
                         BIT(WRITE_REPORT_TEMPLATES),
    [ROLE_TECHNOLOGIST] = EVERYBODY | BIT(READ_STUDIES) | BIT(DOWNLOAD_STUDIES) |
                          BIT(SHARE_STUDIES) | BIT(WRITE_STUDIES) | BIT(READ_WORK_ITEMS) |
                          BIT(WRITE_WORK_ITEMS) | BIT(BREAK_GLASS) | BIT(READ_REPORTS),
    [ROLE_REFERRER] = EVERYBODY | BIT(BREAK_GLASS) | BIT(READ_REPORTS),
    [ROLE_RESEARCHER] = EVERYBODY | BIT(READ_DEIDENTIFIED),
    [ROLE_VIEWER] = EVERYBODY | BIT(READ_STUDIES) | BIT(DOWNLOAD_STUDIES) | BIT(READ_WORK_ITEMS) |
                    BIT(READ_REPORTS),
    [ROLE_CUSTOM] = EVERYBODY,
};

uint64_t role_permissions(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? permissions[role] : 0;
}

/* What a researcher sees is never as it came. */
uint64_t role_grantable_permissions(enum role role)
{
    return role == ROLE_RESEARCHER || role == ROLE_CUSTOM ? 0 : grantable_permissions();
}

uint64_t assignable_permissions(void)
{
    uint64_t all = (UINT64_C(1) << PERMISSION_COUNT) - 1;
    return all & ~(BIT(PERMISSION_UNDECIDED) | EVERYBODY | BIT(RUN_SYSTEM));
}

uint64_t grantable_permissions(void)
{
    return BIT(READ_STUDIES) | BIT(DOWNLOAD_STUDIES);
}

bool rights_cover(struct rights have, struct rights other)
{
    if (permissions_have(have.permissions, READ_STUDIES))
        have.permissions |= BIT(BREAK_GLASS) | BIT(READ_DEIDENTIFIED);
    return ((other.permissions | other.granted_permissions) & ~have.permissions) == 0;
}

static unsigned number_of(const char *const *names, str name)
{
    unsigned i = 0;
    while (names[i] != NULL && !str_eq(name, str_of(names[i])))
        i++;
    return i;
}

enum permission permission_of_name(str name)
{
    unsigned number = number_of(permission_names, name);
    return number < PERMISSION_COUNT ? (enum permission)number
                                     : (enum permission)PERMISSION_UNDECIDED;
}

bool role_of_name(str name, enum role *out)
{
    unsigned number = number_of(role_names, name);
    if (number < ROLE_COUNT)
        *out = (enum role)number;
    return number < ROLE_COUNT;
}

static struct str_slice names_of(struct arena *a, const char *const *names, unsigned first,
                                 uint64_t set)
{
    struct str_slice list = {0};
    for (unsigned i = first; names[i] != NULL; i++)
        if ((set >> i & 1) != 0)
            *SLICE_PUSH(a, &list) = str_of(names[i]);
    return list;
}

static uint64_t set_of(const char *const *names, unsigned count, struct str_slice list)
{
    uint64_t set = 0;
    for (size_t i = 0; i < list.len; i++) {
        unsigned number = number_of(names, list.at[i]);
        set |= number < count ? BIT(number) : 0;
    }
    return set;
}

struct str_slice permissions_list(struct arena *a, uint64_t set)
{
    return names_of(a, permission_names, READ_STUDIES, set & ~EVERYBODY);
}

uint64_t permissions_of_list(struct str_slice names)
{
    return set_of(permission_names, PERMISSION_COUNT, names);
}

struct str_slice roles_list(struct arena *a, uint64_t roles)
{
    return names_of(a, role_names, 0, roles);
}

uint64_t roles_of_list(struct str_slice names)
{
    return set_of(role_names, ROLE_COUNT, names);
}

const char *assignable_permission_complaint(str name)
{
    return permissions_have(assignable_permissions(), permission_of_name(name))
               ? NULL
               : "is not a permission that a role can have";
}

const char *grantable_permission_complaint(str name)
{
    return permissions_have(grantable_permissions(), permission_of_name(name))
               ? NULL
               : "is not a permission that can be granted";
}

const char *role_name_complaint(str name)
{
    enum role role;
    return role_of_name(name, &role) ? NULL : "is not a role";
}

uint64_t permissions_to_enroll(void)
{
    return BIT(ANYONE) | BIT(OWN_SIGN_IN);
}

uint64_t permissions_when_signed(permission_number needs)
{
    return BIT(ANYONE) | BIT(READ_STUDIES) | BIT(DOWNLOAD_STUDIES) | BIT(READ_DEIDENTIFIED) |
           BIT(needs);
}
