/* By the grants on the study. */
#include "application/queries/shares/list_study_shares/query.h"

#include "base/arena.h"

SCHEMA(list_study_shares, FIELD(list_study_shares, id, .flags = KEY | REQUIRED));
SCHEMA(list_study_shares_result, FIELD_LIST_OF(list_study_shares_result, items, shown_share));

static err list_study_shares_handle(struct query_ctx *ctx, const struct list_study_shares *query,
                                    struct list_study_shares_result *out)
{
    struct study study;
    struct grant_slice grants;
    int64_t total, owner_key = share_owner_shown(ctx->principal);
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, query->id, &study));
    struct grant_filter filter = {.organization_key = ctx->principal->organization_key,
                                  .on_granted = true,
                                  .granted_kind = GRANTED_STUDY,
                                  .granted_key = study.key,
                                  .limit = STUDY_SHARE_COUNT_MAX};
    TRY(grant_reader_find(ctx->readers->grants, ctx->arena, &filter, &grants, &total));
    for (size_t i = 0; i < grants.len; i++) {
        struct share share;
        if (grants.at[i].grantee_kind != GRANTEE_SHARE)
            continue;
        TRY(share_reader_get_by_key(ctx->readers->shares, ctx->arena, grants.at[i].grantee_key,
                                    &share));
        if (owner_key == 0 || share.owner_key == owner_key)
            TRY(share_show(ctx->arena, ctx->readers, &share, clock_now(ctx->clock),
                           SLICE_PUSH(ctx->arena, &out->items)));
    }
    return OK;
}
QUERY(list_study_shares, .needs = SHARE_STUDIES, .doc = "List the shares of a study");
