/* Within the organization only. */
#include "application/queries/images/get_study/query.h"

#include "application/models/image_list.h"

SCHEMA(get_study, FIELD(get_study, id, .flags = KEY | REQUIRED));
SCHEMA(get_study_result, FIELD_EMBED_OF(get_study_result, study, study));

static err get_study_handle(struct query_ctx *ctx, const struct get_study *query,
                            struct get_study_result *out)
{
    return image_list_study(ctx, query->id, &out->study);
}
QUERY(get_study, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "Get a study");
