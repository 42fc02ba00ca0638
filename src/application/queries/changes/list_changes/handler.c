/* One more than asked for tells whether there is more. */
#include "application/queries/changes/list_changes/query.h"

SCHEMA(list_changes,
       FIELD(list_changes, since, .max = INT64_MAX, .doc = "Sequence of the last change seen"),
       FIELD(list_changes, limit, .max = CHANGE_COUNT_MAX, .doc = "Changes at most, 1 to 1000"));
SCHEMA(list_changes_result, FIELD_LIST_OF(list_changes_result, items, change),
       FIELD(list_changes_result, since, .doc = "Give it back to go on from here"),
       FIELD(list_changes_result, has_more, .doc = "There are further changes already"));

static err list_changes_handle(struct query_ctx *ctx, const struct list_changes *query,
                               struct list_changes_result *out)
{
    uint32_t limit = query->limit == 0 ? CHANGE_COUNT_DEFAULT : query->limit;
    TRY(change_reader_find(ctx->readers->changes, ctx->arena, ctx->principal->organization_key,
                           query->since, limit + 1, &out->items));
    out->has_more = out->items.len > limit;
    if (out->has_more)
        out->items.len = limit;
    out->since = out->items.len == 0 ? query->since : out->items.at[out->items.len - 1].sequence;
    return OK;
}
QUERY(list_changes, .needs = READ_STUDIES, .doc = "List changes since a position in the feed");
