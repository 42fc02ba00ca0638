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

/* Whether the caller still has it when the grant that they give ends. */
static err lasts(struct command_ctx *ctx, const struct grant *grant, struct access access)
{
    static const instant for_ever = {INT64_MAX};
    struct study study;
    access.now = grant->expires_at.us != 0 ? grant->expires_at : for_ever;
    err e = image_reader_get_study(ctx->readers->images, ctx->arena, &access, grant->granted_id,
                                   &study);
    return e.code == ERR_NOT_FOUND ? ERR(FORBIDDEN, "nobody gives for longer than they have it")
                                   : e;
}

/* A right that is there for some studies alone is given on those alone, and for no longer. */
static err check_right(struct command_ctx *ctx, const struct grant *grant, unsigned right,
                       bool *is_part)
{
    struct access access;
    struct study study;
    err e = ERR(FORBIDDEN, "nobody gives a permission that they do not have");
    if (!principal_access(ctx->principal, (enum permission)right, clock_now(ctx->clock), &access))
        return e;
    if (!access.is_limited)
        return OK;
    *is_part = true;
    if (grant->granted_kind != GRANTED_STUDY)
        return e;
    err found = image_reader_get_study(ctx->readers->images, ctx->arena, &access, grant->granted_id,
                                       &study);
    if (failed(found))
        return found.code == ERR_NOT_FOUND ? e : found;
    return lasts(ctx, grant, access);
}

static err is_own(struct command_ctx *ctx, const struct grant *grant, bool *out)
{
    struct user_group_slice groups = {0};
    int64_t total;
    *out = uuid_eq(grant->grantee_id, ctx->principal->user_id) ||
           grant->grantee_kind == GRANTEE_API_KEY;
    if (grant->grantee_kind == GRANTEE_GROUP)
        TRY(group_reader_find(ctx->readers->groups, ctx->arena,
                              &(struct group_filter){.organization_key = grant->organization_key,
                                                     .user_key = ctx->principal->user_key,
                                                     .limit = UINT32_MAX},
                              &groups, &total));
    for (size_t i = 0; i < groups.len; i++)
        *out |= groups.at[i].key == grant->grantee_key;
    return OK;
}

/* Who has a part only may have it for a while only: they do not give it to themselves for longer.
 */
err grant_check_giver(struct command_ctx *ctx, const struct grant *grant)
{
    bool is_part = false, own = false;
    for (unsigned right = 0; right < PERMISSION_COUNT; right++)
        if (permissions_have((uint64_t)grant->rights, right))
            TRY(check_right(ctx, grant, right, &is_part));
    if (is_part)
        TRY(is_own(ctx, grant, &own));
    return own ? ERR(FORBIDDEN, "nobody prolongs what they have themselves") : OK;
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
