/* As list_report_versions. */
#include "application/queries/reports/get_report_version/query.h"

SCHEMA(get_report_version, FIELD(get_report_version, id, .flags = KEY | REQUIRED),
       FIELD(get_report_version, number, .flags = KEY | REQUIRED, .doc = "From 1"));
SCHEMA(get_report_version_result,
       FIELD_EMBED_OF(get_report_version_result, details, report_version_view));

static err get_report_version_handle(struct query_ctx *ctx, const struct get_report_version *query,
                                     struct get_report_version_result *out)
{
    struct report report;
    struct report_version version;
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock),
                           query->id, &report));
    ctx->scope->subject_id = report.id;
    TRY(report_reader_get_version(ctx->readers->reports, ctx->arena, report.key, query->number,
                                  &version));
    if (!report_version_is_signed(&version) && report.signed_number != 0 &&
        !report_shows_drafts(ctx->principal))
        return ERR(NOT_FOUND, "not found");
    return report_version_show(ctx->arena, &version, &out->details);
}
QUERY(get_report_version, .needs = READ_REPORTS, .is_limitable = true, .reads_patient_data = true,
      .doc = "A version of a report");
