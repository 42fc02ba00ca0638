/* By name. */
#include "application/queries/reports/list_report_templates/query.h"

SCHEMA(list_report_templates, FIELD_EMBED_OF(list_report_templates, page, paged_query),
       FIELD_EMBED_OF(list_report_templates, search, searchable_query),
       FIELD(list_report_templates, modality, .max = 16, .doc = "Only for those"),
       FIELD(list_report_templates, body_part, .max = 64, .doc = "Only for those"),
       FIELD(list_report_templates, language, .max = REPORT_LANGUAGE_SIZE_MAX,
             .doc = "Only in that"));
SCHEMA(list_report_templates_result,
       FIELD_LIST_OF(list_report_templates_result, items, report_template_view),
       FIELD_EMBED_OF(list_report_templates_result, page, paged_result));

static err list_report_templates_handle(struct query_ctx *ctx,
                                        const struct list_report_templates *query,
                                        struct list_report_templates_result *out)
{
    const struct report_template_filter filter = {.organization_key =
                                                      ctx->principal->organization_key,
                                                  .modality = query->modality,
                                                  .body_part = query->body_part,
                                                  .language = query->language,
                                                  .search = query->search.search,
                                                  .offset = paged_query_offset(&query->page),
                                                  .limit = paged_query_size(&query->page)};
    struct report_template_slice found;
    int64_t total;
    if (query->search.sort.len != 0) {
        issues_add(&ctx->scope->issues, STR("sort"), "templates are in the order of their names");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(report_template_reader_find(ctx->readers->report_templates, ctx->arena, &filter, &found,
                                    &total));
    for (size_t i = 0; i < found.len; i++)
        TRY(report_template_show(ctx->arena, &found.at[i], SLICE_PUSH(ctx->arena, &out->items)));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_report_templates, .needs = READ_REPORTS, .doc = "List the templates for reports");
