/* Of the first rule that has any: the page after is asked for when these are in the trash. */
#include "application/queries/retention/list_due_studies/query.h"

SCHEMA_EMPTY(list_due_studies);
SCHEMA_EMPTY(list_due_studies_result);

static err list_due_studies_handle(struct query_ctx *ctx, const struct list_due_studies *query,
                                   struct list_due_studies_result *out)
{
    struct retention_rule_slice rules;
    struct retention_reader *r = ctx->readers->retention;
    (void)query;
    TRY(retention_reader_find(r, ctx->arena, ctx->principal->organization_key, &rules));
    for (size_t i = 0; i < rules.len && out->ids.len == 0; i++) {
        const struct retention_filter filter =
            retention_filter_of(ctx->arena, &rules.at[i], clock_now(ctx->clock));
        if (rules.at[i].is_enabled)
            TRY(retention_reader_due(r, ctx->arena, &filter, RETENTION_PAGE_SIZE, &out->ids));
    }
    return OK;
}
QUERY(list_due_studies, .needs = RUN_SYSTEM, .doc = "What the rules of retention are about next");
