/* What is seen is what list_report_versions shows. */
#include "application/queries/reports/get_report_pdf/query.h"

#include "application/models/report_view.h"

SCHEMA(get_report_pdf, FIELD(get_report_pdf, id, .flags = KEY | REQUIRED),
       FIELD(get_report_pdf, number, .max = REPORT_VERSION_COUNT_MAX,
             .doc = "Of the version; absent: the one that is shown"));
SCHEMA(get_report_pdf_result, FIELD_EMBED_OF(get_report_pdf_result, document, report_document));

static err get_report_pdf_handle(struct query_ctx *ctx, const struct get_report_pdf *query,
                                 struct get_report_pdf_result *out)
{
    struct report report;
    struct access access;
    instant now = clock_now(ctx->clock);
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, now, query->id, &report));
    if (!report_access(ctx->principal, now, &access))
        return ERR(NOT_FOUND, "not found");
    ctx->scope->subject_id = report.id;
    int64_t number =
        query->number != 0 ? query->number : report_number_shown(ctx->principal, &report);
    TRY(report_document_read(ctx->readers, ctx->arena, &access, &report, number, &out->document));
    if (!report_version_is_signed(&out->document.version) && report.signed_number != 0 &&
        !report_shows_drafts(ctx->principal))
        return ERR(NOT_FOUND, "not found");
    return OK;
}
QUERY(get_report_pdf, .needs = READ_REPORTS, .is_limitable = true, .reads_patient_data = true,
      .doc = "A report as PDF, to be printed");
