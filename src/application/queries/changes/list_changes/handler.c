/* A page of the feed as it is. */
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
    struct change_page page;
    TRY(change_page_read(ctx, query->since, query->limit, &page));
    *out = (struct list_changes_result){page.items, page.last, page.has_more};
    return OK;
}
QUERY(list_changes, .needs = READ_STUDIES, .doc = "List changes since a position in the feed");
