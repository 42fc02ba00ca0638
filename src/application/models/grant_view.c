/* Sets to names, and who may give what. */
#include "application/models/grant_view.h"

SCHEMA(grant_view, FIELD_EMBED_OF(grant_view, grant, grant),
       FIELD(grant_view, permissions, .doc = "What it allows"));

void grant_view_of(struct arena *a, const struct grant *grant, struct grant_view *out)
{
    *out = (struct grant_view){.grant = *grant,
                               .permissions = permissions_list(a, (uint64_t)grant->rights)};
}

err grant_study(struct readers *readers, struct arena *a, const struct principal *principal,
                instant now, uuid study_id, struct study *out)
{
    struct access access;
    if (!principal_access(principal, READ_STUDIES, now, &access))
        return ERR(NOT_FOUND, "not found");
    return image_reader_get_study(readers->images, a, &access, study_id, out);
}

static bool may_change(struct command_ctx *ctx, const struct grant *grant)
{
    struct study study;
    bool is_ours = grant->grantee_kind == GRANTEE_USER || grant->grantee_kind == GRANTEE_GROUP ||
                   grant->grantee_kind == GRANTEE_API_KEY;
    if (!is_ours || grant->granted_kind == GRANTED_ALBUM)
        return false;
    if (permissions_have(ctx->principal->permissions, READ_STUDIES) ||
        uuid_eq(grant->granted_by, ctx->principal->user_id))
        return true;
    return grant->granted_kind == GRANTED_STUDY &&
           !failed(grant_study(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock),
                               grant->granted_id, &study));
}

err grant_to_change(struct command_ctx *ctx, uuid id, struct grant *out)
{
    TRY(grant_reader_get(ctx->readers->grants, ctx->arena, ctx->principal->organization_key, id,
                         out));
    ctx->scope->subject_id = out->granted_id;
    return may_change(ctx, out) ? OK : ERR(NOT_FOUND, "not found");
}

err grant_list(struct query_ctx *ctx, const struct grant_filter *filter,
               struct grant_view_slice *out, int64_t *total)
{
    struct grant_slice found;
    TRY(grant_reader_find(ctx->readers->grants, ctx->arena, filter, &found, total));
    for (size_t i = 0; i < found.len; i++)
        grant_view_of(ctx->arena, &found.at[i], SLICE_PUSH(ctx->arena, out));
    return OK;
}
