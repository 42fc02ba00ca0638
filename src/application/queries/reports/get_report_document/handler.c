/* And whether they are there already. */
#include "application/queries/reports/get_report_document/query.h"

SCHEMA(get_report_document, FIELD(get_report_document, report_id, .flags = REQUIRED),
       FIELD(get_report_document, number, .flags = REQUIRED));
SCHEMA(get_report_document_result,
       FIELD_EMBED_OF(get_report_document_result, document, report_document));

static err get_report_document_handle(struct query_ctx *ctx,
                                      const struct get_report_document *query,
                                      struct get_report_document_result *out)
{
    struct report report;
    TRY(report_reader_get(ctx->readers->reports, ctx->arena, ctx->access, true, query->report_id,
                          &report));
    TRY(report_document_read(ctx->readers, ctx->arena, ctx->access, &report, query->number,
                             &out->document));
    return report_version_is_signed(&out->document.version) ? OK
                                                            : ERR(CONFLICT, "it is not signed");
}
QUERY(get_report_document, .needs = RUN_SYSTEM,
      .doc = "A signed version of a report with all that documents of it are made from");
