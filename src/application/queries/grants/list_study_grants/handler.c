/* Those that ended too, until they are removed. */
#include "application/queries/grants/list_study_grants/query.h"

SCHEMA(list_study_grants, FIELD(list_study_grants, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_study_grants, page, paged_query),
       FIELD(list_study_grants, patient, .doc = "Those on its patient instead"));
SCHEMA(list_study_grants_result, FIELD_LIST_OF(list_study_grants_result, items, grant_view),
       FIELD_EMBED_OF(list_study_grants_result, page, paged_result));

static err list_study_grants_handle(struct query_ctx *ctx, const struct list_study_grants *query,
                                    struct list_study_grants_result *out)
{
    int64_t total;
    struct grant_filter filter = {.organization_key = ctx->principal->organization_key,
                                  .offset = paged_query_offset(&query->page),
                                  .limit = paged_query_size(&query->page)};
    struct study study;
    TRY(grant_study(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock), query->id,
                    &study));
    ctx->scope->subject_id = study.id;
    filter.on_granted = true;
    filter.granted_kind = query->patient ? GRANTED_PATIENT : GRANTED_STUDY;
    filter.granted_key = query->patient ? study.patient_key : study.key;
    TRY(grant_list(ctx, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_study_grants, .needs = WRITE_GRANTS, .doc = "List the grants on a study");
