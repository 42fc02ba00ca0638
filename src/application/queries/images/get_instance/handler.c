/* Within the organization only. */
#include "application/queries/images/get_instance/query.h"

SCHEMA(get_instance, FIELD(get_instance, id, .flags = KEY | REQUIRED));
SCHEMA(get_instance_result, FIELD_EMBED_OF(get_instance_result, instance, instance));

static err get_instance_handle(struct query_ctx *ctx, const struct get_instance *query,
                               struct get_instance_result *out)
{
    TRY(image_reader_get_instance(ctx->readers->images, ctx->arena, ctx->access, query->id,
                                  &out->instance));
    ctx->scope->subject_id = out->instance.id;
    return OK;
}
QUERY(get_instance, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "Get an instance");
