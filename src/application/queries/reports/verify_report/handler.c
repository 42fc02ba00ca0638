/* Hashed and verified anew from what is kept. */
#include "application/queries/reports/verify_report/query.h"

SCHEMA(verify_report, FIELD(verify_report, id, .flags = KEY | REQUIRED),
       FIELD(verify_report, number, .doc = "Of the version; absent: the one signed last"));
SCHEMA(verify_report_result,
       FIELD_EMBED_OF(verify_report_result, verification, report_verification));

static err verify_report_handle(struct query_ctx *ctx, const struct verify_report *query,
                                struct verify_report_result *out)
{
    struct report report;
    struct report_version version;
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock),
                           query->id, &report));
    ctx->scope->subject_id = report.id;
    if (query->number == 0 && report.signed_number == 0)
        return ERR(CONFLICT, "the report is not signed");
    TRY(report_reader_get_version(ctx->readers->reports, ctx->arena, report.key,
                                  query->number != 0 ? query->number : report.signed_number,
                                  &version));
    return report_verify(ctx->services, ctx->arena, &report, &version, &out->verification);
}
QUERY(verify_report, .needs = READ_REPORTS, .is_limitable = true, .reads_patient_data = true,
      .doc = "Verify the signature of a report");
