/* Who only reads is not shown what is being written behind a signed version. */
#include "application/queries/reports/list_report_versions/query.h"

SCHEMA(list_report_versions, FIELD(list_report_versions, id, .flags = KEY | REQUIRED));
SCHEMA(list_report_versions_result,
       FIELD_LIST_OF(list_report_versions_result, items, report_version_view));

static err list_report_versions_handle(struct query_ctx *ctx,
                                       const struct list_report_versions *query,
                                       struct list_report_versions_result *out)
{
    struct report report;
    struct report_version_slice all;
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock),
                           query->id, &report));
    ctx->scope->subject_id = report.id;
    bool shows_all = report.signed_number == 0 || report_shows_drafts(ctx->principal);
    TRY(report_reader_find_versions(ctx->readers->reports, ctx->arena, report.key, &all));
    for (size_t i = 0; i < all.len; i++)
        if (shows_all || report_version_is_signed(&all.at[i]))
            TRY(report_version_show(ctx->arena, &all.at[i], SLICE_PUSH(ctx->arena, &out->items)));
    return OK;
}
QUERY(list_report_versions, .needs = READ_REPORTS, .is_limitable = true, .reads_patient_data = true,
      .doc = "List the versions of a report");
