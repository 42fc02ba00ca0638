/* Who writes is given the version that is being written. */
#include "application/queries/reports/get_report/query.h"

SCHEMA(get_report, FIELD(get_report, id, .flags = KEY | REQUIRED));
SCHEMA(get_report_result, FIELD_EMBED_OF(get_report_result, report, report_view));

static err get_report_handle(struct query_ctx *ctx, const struct get_report *query,
                             struct get_report_result *out)
{
    struct report report;
    instant now = clock_now(ctx->clock);
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, now, query->id, &report));
    ctx->scope->subject_id = report.id;
    return report_show(ctx->readers, ctx->arena, ctx->principal, now, &report, &out->report);
}
QUERY(get_report, .needs = READ_REPORTS, .is_limitable = true, .reads_patient_data = true,
      .doc = "A report, with what it says");
