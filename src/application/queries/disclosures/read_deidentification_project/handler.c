/* Nobody but the program asks. */
#include "application/queries/disclosures/read_deidentification_project/query.h"

SCHEMA(read_deidentification_project, FIELD(read_deidentification_project, id));
SCHEMA(read_deidentification_project_result,
       FIELD_EMBED_OF(read_deidentification_project_result, project, deidentification_project));

static err read_deidentification_project_handle(struct query_ctx *ctx,
                                                const struct read_deidentification_project *query,
                                                struct read_deidentification_project_result *out)
{
    return disclosure_reader_get_project(ctx->readers->disclosures, ctx->arena,
                                         ctx->principal->organization_key, query->id,
                                         &out->project);
}
QUERY(read_deidentification_project, .needs = RUN_SYSTEM, .keeps_no_audit = true,
      .doc = "A project with its sealed secret, for the task");
