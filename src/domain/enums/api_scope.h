/* Scopes of API keys: each is a set of permissions. */
#ifndef DOMAIN_ENUMS_API_SCOPE_H
#define DOMAIN_ENUMS_API_SCOPE_H

#include "base/str.h"
#include "domain/enums/permission.h"

enum api_scope {
    SCOPE_STUDIES_READ,
    SCOPE_STUDIES_WRITE,
    SCOPE_STUDIES_DELETE,
    SCOPE_WORKLIST_READ,
    SCOPE_WORKLIST_WRITE,
    SCOPE_URLS_SIGN,
    SCOPE_REPORTS_READ,
    SCOPE_REPORTS_WRITE,
    SCOPE_STUDIES_READ_DEIDENTIFIED,
    SCOPE_WEBHOOKS_WRITE,
    API_SCOPE_COUNT
};
extern const char *const api_scope_names[]; /* NULL-terminated: "studies:read", … */

/* API_SCOPE_COUNT: there is none of that name. */
enum api_scope api_scope_find(str name);

/* What a set of scopes (bit n for scope n) allows, bit n for permission n. */
uint64_t api_scope_permissions(int64_t scopes);

/* The first that allows it; NULL: no scope does. */
const char *api_scope_that_allows(unsigned permission);

#endif
