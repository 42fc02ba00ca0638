/* Of the organization. */
#include "application/queries/reports/get_report_template/query.h"

SCHEMA(get_report_template, FIELD(get_report_template, id, .flags = KEY | REQUIRED));
SCHEMA(get_report_template_result,
       FIELD_EMBED_OF(get_report_template_result, details, report_template_view));

static err get_report_template_handle(struct query_ctx *ctx,
                                      const struct get_report_template *query,
                                      struct get_report_template_result *out)
{
    struct report_template template;
    TRY(report_template_reader_get(ctx->readers->report_templates, ctx->arena,
                                   ctx->principal->organization_key, query->id, &template));
    return report_template_show(ctx->arena, &template, &out->details);
}
QUERY(get_report_template, .needs = READ_REPORTS, .doc = "A template for reports");
