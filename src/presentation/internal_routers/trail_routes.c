/* What happened: the change feed and the audit trail. */
#include "application/commands/audit/export_audit_events/command.h"
#include "application/queries/audit/get_audit_anchor/query.h"
#include "application/queries/audit/list_audit_events/query.h"
#include "application/queries/changes/list_changes/query.h"
#include "presentation/internal_routers/routers.h"

const struct route trail_routes[] = {
    {"GET", "/changes", &list_changes_use_case, .tag = "trail"},
    {"GET", "/audit-events", &list_audit_events_use_case, .tag = "trail"},
    {"GET", "/audit-events/anchor", &get_audit_anchor_use_case, .tag = "trail"},
    {"GET", "/audit-events/export", .handle = audit_export, .behind = &export_audit_events_use_case,
     .needs = READ_AUDIT, .lane = LANE_DB, .tag = "trail",
     .doc = "Export the audit trail, oldest first; the export is on the trail itself",
     .answers = "text/csv, application/x-ndjson, application/fhir+ndjson, application/xml",
     .parameter = audit_export_parameter},
};
const size_t trail_route_count = COUNT_OF(trail_routes);
