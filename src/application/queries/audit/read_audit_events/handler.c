/* Page by page, so that an export of any length takes the memory of one. */
#include "application/queries/audit/read_audit_events/query.h"

SCHEMA_EMPTY(read_audit_events);
SCHEMA_EMPTY(read_audit_events_result);

static err read_audit_events_handle(struct query_ctx *ctx, const struct read_audit_events *query,
                                    struct read_audit_events_result *out)
{
    struct audit_filter filter =
        audit_search_filter(&query->search, ctx->principal->organization_key);
    filter.oldest_first = true;
    filter.from_key = query->after_key;
    filter.up_to_key = query->up_to_key;
    filter.limit = AUDIT_EXPORT_PAGE_SIZE;
    return audit_reader_find(ctx->readers->audit, ctx->arena, &filter, &out->events);
}
QUERY(read_audit_events, .needs = READ_AUDIT, .doc = "The next events of an export");
