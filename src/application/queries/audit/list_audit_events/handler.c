/* Pages by cursor alone: the trail grows at its start while it is read, and is too long to count.
 */
#include "application/queries/audit/list_audit_events/query.h"

#include "base/arena.h"

SCHEMA(list_audit_events, FIELD_EMBED_OF(list_audit_events, search, audit_search),
       FIELD(list_audit_events, page_size, .max = PAGE_SIZE_MAX,
             .doc = "Events on a page, 1 to 200"),
       FIELD(list_audit_events, cursor, .max = 32, .doc = "`next` of the page before"));
SCHEMA(list_audit_events_result, FIELD_LIST_OF(list_audit_events_result, items, audit_event),
       FIELD(list_audit_events_result, next, .flags = NULLABLE,
             .doc = "Cursor of the next page, null on the last"));

static err list_audit_events_handle(struct query_ctx *ctx, const struct list_audit_events *query,
                                    struct list_audit_events_result *out)
{
    uint32_t size = query->page_size == 0 ? PAGE_SIZE_DEFAULT : query->page_size;
    struct audit_filter filter =
        audit_search_filter(&query->search, ctx->principal->organization_key);
    filter.limit = size + 1;
    if (query->cursor.len != 0 &&
        (!str_to_i64(query->cursor, &filter.from_key) || filter.from_key <= 0)) {
        issues_add(&ctx->scope->issues, STR("cursor"), "is not a cursor of this list");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(audit_reader_find(ctx->readers->audit, ctx->arena, &filter, &out->items));
    if (out->items.len > size) {
        out->items.len = size;
        out->next =
            str_format(ctx->arena, "%lld", (long long)out->items.at[out->items.len - 1].key);
    }
    return OK;
}
/* Who reads the trail is on the trail. */
QUERY(list_audit_events, .needs = READ_AUDIT, .reads_patient_data = true,
      .doc = "List the audit trail, newest first");
