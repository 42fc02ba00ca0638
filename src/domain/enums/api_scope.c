/* The table of scopes. */
#include "domain/enums/api_scope.h"

#include "base/err.h"

#define BIT(permission_) (UINT64_C(1) << (permission_))

const char *const api_scope_names[] = {"studies:read",
                                       "studies:write",
                                       "studies:delete",
                                       "worklist:read",
                                       "worklist:write",
                                       "urls:sign",
                                       "reports:read",
                                       "reports:write",
                                       "studies:read_deidentified",
                                       "webhooks:write",
                                       NULL};
_Static_assert(COUNT_OF(api_scope_names) == API_SCOPE_COUNT + 1, "a scope without a name");

static const uint64_t permissions[API_SCOPE_COUNT] = {
    [SCOPE_STUDIES_READ] = BIT(READ_STUDIES) | BIT(DOWNLOAD_STUDIES),
    [SCOPE_STUDIES_WRITE] = BIT(WRITE_STUDIES),
    [SCOPE_STUDIES_DELETE] = BIT(DELETE_STUDIES),
    [SCOPE_WORKLIST_READ] = BIT(READ_WORK_ITEMS),
    [SCOPE_WORKLIST_WRITE] = BIT(WRITE_WORK_ITEMS),
    [SCOPE_URLS_SIGN] = BIT(SIGN_URLS),
    [SCOPE_REPORTS_READ] = BIT(READ_REPORTS),
    [SCOPE_REPORTS_WRITE] = BIT(WRITE_REPORTS),
    [SCOPE_STUDIES_READ_DEIDENTIFIED] = BIT(READ_DEIDENTIFIED),
    [SCOPE_WEBHOOKS_WRITE] = BIT(WRITE_WEBHOOKS)};

enum api_scope api_scope_find(str name)
{
    size_t i = 0;
    while (i < API_SCOPE_COUNT && !str_eq(name, str_of(api_scope_names[i])))
        i++;
    return (enum api_scope)i;
}

uint64_t api_scope_permissions(int64_t scopes)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < API_SCOPE_COUNT; i++)
        if ((scopes >> i & 1) != 0)
            all |= permissions[i];
    return all;
}

const char *api_scope_that_allows(unsigned permission)
{
    for (unsigned i = 0; i < API_SCOPE_COUNT; i++)
        if ((permissions[i] >> permission & 1) != 0)
            return api_scope_names[i];
    return NULL;
}
