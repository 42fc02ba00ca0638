/* By number of pages; the ones changed last first where nothing else is asked. */
#include "application/queries/reports/list_reports/query.h"

static const char *state_complaint(str name);

SCHEMA(list_reports, FIELD_EMBED_OF(list_reports, page, paged_query),
       FIELD_EMBED_OF(list_reports, search, searchable_query),
       FIELD(list_reports, study_id, .doc = "Only of that study"),
       FIELD(list_reports, author_id, .doc = "Only by that user"),
       FIELD(list_reports, state, .check = state_complaint,
             .doc = "draft, preliminary, final, amended, addended, cancelled, retracted"),
       FIELD(list_reports, only_critical,
             .doc = "Only with a critical result that nobody has acknowledged"));
SCHEMA(list_reports_result, FIELD_LIST_OF(list_reports_result, items, report),
       FIELD_EMBED_OF(list_reports_result, page, paged_result));

static const char *state_complaint(str name)
{
    return name_number(report_state_names, name).is_set ? NULL : "is no state of a report";
}

static const char *const sortable[] = {"created_at", "updated_at", "signed_at",
                                       "state",      "title",      NULL};

static err list_reports_handle(struct query_ctx *ctx, const struct list_reports *query,
                               struct list_reports_result *out)
{
    struct report_filter filter = {.shows_drafts = report_shows_drafts(ctx->principal),
                                   .study_id = query->study_id,
                                   .author_id = query->author_id,
                                   .state = name_number(report_state_names, query->state),
                                   .only_critical = query->only_critical,
                                   .search = query->search.search,
                                   .offset = paged_query_offset(&query->page),
                                   .limit = paged_query_size(&query->page)};
    struct sort_key newest = {STR("updated_at"), true};
    int64_t total = 0;
    searchable_query_sort(&query->search, sortable, ctx->arena, &filter.sort, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    if (filter.sort.len == 0)
        filter.sort = (struct sort_key_slice){&newest, 1};
    if (report_access(ctx->principal, clock_now(ctx->clock), &filter.access))
        TRY(report_reader_find(ctx->readers->reports, ctx->arena, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_reports, .needs = READ_REPORTS, .is_limitable = true, .reads_patient_data = true,
      .doc = "List reports, or search what they say");
