/* Only the program is shown the secret: it is internal. */
#include "application/queries/disclosures/read_destination/query.h"

SCHEMA(read_destination, FIELD(read_destination, id, .flags = KEY | REQUIRED));
SCHEMA(read_destination_result, FIELD_EMBED_OF(read_destination_result, destination, destination));

static err read_destination_handle(struct query_ctx *ctx, const struct read_destination *query,
                                   struct read_destination_result *out)
{
    TRY(disclosure_reader_get_destination(ctx->readers->disclosures, ctx->arena,
                                          ctx->principal->organization_key, query->id,
                                          &out->destination));
    ctx->scope->subject_id = out->destination.id;
    return OK;
}
QUERY(read_destination, .needs = RUN_SYSTEM, .keeps_no_audit = true,
      .doc = "A destination with its sealed secret, for the task");
