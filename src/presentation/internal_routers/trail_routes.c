/* What happened: the change feed and the audit trail. */
#include "application/queries/audit/list_audit_events/query.h"
#include "application/queries/changes/list_changes/query.h"
#include "presentation/internal_routers/routers.h"

const struct route trail_routes[] = {
    {"GET", "/changes", &list_changes_use_case, .tag = "trail"},
    {"GET", "/audit-events", &list_audit_events_use_case, .tag = "trail"},
};
const size_t trail_route_count = COUNT_OF(trail_routes);
