/* Within the organization only. */
#include "application/queries/images/get_series/query.h"

SCHEMA(get_series, FIELD(get_series, id, .flags = KEY | REQUIRED));
SCHEMA(get_series_result, FIELD_EMBED_OF(get_series_result, series, series));

static err get_series_handle(struct query_ctx *ctx, const struct get_series *query,
                             struct get_series_result *out)
{
    TRY(image_reader_get_series(ctx->readers->images, ctx->arena, ctx->access, query->id,
                                &out->series));
    ctx->scope->subject_id = out->series.id;
    return OK;
}
QUERY(get_series, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "Get a series");
