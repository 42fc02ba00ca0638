/* Of a study that whoever asks sees. */
#include "application/queries/reports/list_study_reports/query.h"

SCHEMA(list_study_reports, FIELD(list_study_reports, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_study_reports, page, paged_query));
SCHEMA(list_study_reports_result, FIELD_LIST_OF(list_study_reports_result, items, report),
       FIELD_EMBED_OF(list_study_reports_result, page, paged_result));

static err list_study_reports_handle(struct query_ctx *ctx, const struct list_study_reports *query,
                                     struct list_study_reports_result *out)
{
    struct report_filter filter = {.shows_drafts = report_shows_drafts(ctx->principal),
                                   .offset = paged_query_offset(&query->page),
                                   .limit = paged_query_size(&query->page)};
    struct study study;
    int64_t total;
    if (!report_access(ctx->principal, clock_now(ctx->clock), &filter.access))
        return ERR(NOT_FOUND, "not found");
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, &filter.access, query->id,
                               &study));
    ctx->scope->subject_id = study.id;
    filter.study_id = study.id;
    TRY(report_reader_find(ctx->readers->reports, ctx->arena, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_study_reports, .needs = READ_REPORTS, .is_limitable = true, .reads_patient_data = true,
      .doc = "List the reports on a study");
