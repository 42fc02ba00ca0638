/* Pages by number: they go after a week. */
#include "application/queries/uploads/list_uploads/query.h"

static const char *state_complaint(str state)
{
    return name_number(upload_state_names, state).is_set
               ? NULL
               : "must be open, completing, completed or refused";
}

SCHEMA(list_uploads, FIELD_EMBED_OF(list_uploads, page, paged_query),
       FIELD(list_uploads, state, .max = 16, .check = state_complaint,
             .doc = "Only those that are open, completing, completed or refused"));
SCHEMA(list_uploads_result, FIELD_LIST_OF(list_uploads_result, items, upload),
       FIELD_EMBED_OF(list_uploads_result, page, paged_result));

static err list_uploads_handle(struct query_ctx *ctx, const struct list_uploads *query,
                               struct list_uploads_result *out)
{
    struct upload_filter filter = {.organization_key = ctx->principal->organization_key,
                                   .owner_id = principal_actor_id(ctx->principal),
                                   .state = name_number(upload_state_names, query->state),
                                   .offset = paged_query_offset(&query->page),
                                   .limit = paged_query_size(&query->page)};
    int64_t total;
    TRY(upload_reader_find(ctx->readers->uploads, ctx->arena, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_uploads, .needs = WRITE_STUDIES, .is_limitable = true, .doc = "List uploads");
