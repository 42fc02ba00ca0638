/* All at once: an organization has few. */
#include "application/queries/disclosures/list_deidentification_projects/query.h"

#include "base/arena.h"

SCHEMA_EMPTY(list_deidentification_projects);
SCHEMA(list_deidentification_projects_result,
       FIELD_LIST_OF(list_deidentification_projects_result, items, deidentification_project_view));

static err list_deidentification_projects_handle(struct query_ctx *ctx,
                                                 const struct list_deidentification_projects *query,
                                                 struct list_deidentification_projects_result *out)
{
    struct deidentification_project_slice found;
    (void)query;
    TRY(disclosure_reader_all_projects(ctx->readers->disclosures, ctx->arena,
                                       ctx->principal->organization_key, &found));
    for (size_t i = 0; i < found.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = project_view_of(ctx->arena, &found.at[i]);
    return OK;
}
QUERY(list_deidentification_projects, .needs = WRITE_STUDIES, .doc = "List projects");
