/* Without its secret. */
#include "application/queries/disclosures/get_deidentification_project/query.h"

SCHEMA(get_deidentification_project,
       FIELD(get_deidentification_project, id, .flags = KEY | REQUIRED));
SCHEMA(get_deidentification_project_result,
       FIELD_EMBED_OF(get_deidentification_project_result, view, deidentification_project_view));

static err get_deidentification_project_handle(struct query_ctx *ctx,
                                               const struct get_deidentification_project *query,
                                               struct get_deidentification_project_result *out)
{
    struct deidentification_project project;
    TRY(disclosure_reader_get_project(ctx->readers->disclosures, ctx->arena,
                                      ctx->principal->organization_key, query->id, &project));
    ctx->scope->subject_id = project.id;
    out->view = project_view_of(ctx->arena, &project);
    return OK;
}
QUERY(get_deidentification_project, .needs = WRITE_STUDIES, .doc = "Get a project");
