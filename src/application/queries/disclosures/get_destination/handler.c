/* Only the program is shown the secret: it is internal. */
#include "application/queries/disclosures/get_destination/query.h"

SCHEMA(get_destination, FIELD(get_destination, id, .flags = KEY | REQUIRED));
SCHEMA(get_destination_result, FIELD_EMBED_OF(get_destination_result, destination, destination));

static err get_destination_handle(struct query_ctx *ctx, const struct get_destination *query,
                                  struct get_destination_result *out)
{
    TRY(disclosure_reader_get_destination(ctx->readers->disclosures, ctx->arena,
                                          ctx->principal->organization_key, query->id,
                                          &out->destination));
    ctx->scope->subject_id = out->destination.id;
    return OK;
}
QUERY(get_destination, .needs = SHARE_STUDIES, .doc = "Get a destination");
