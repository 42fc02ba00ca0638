/* A grant on the album; once more changes it. */
#include "application/commands/albums/add_album_member/command.h"

SCHEMA(add_album_member, FIELD(add_album_member, id, .flags = KEY | REQUIRED),
       FIELD(add_album_member, user_id, .flags = REQUIRED, .doc = "User of the organization"),
       FIELD(add_album_member, allows_download, .doc = "Whole instances and archives too"),
       FIELD(add_album_member, expires_at, .doc = "When it ends; absent: it does not"));
SCHEMA(add_album_member_result, FIELD_EMBED_OF(add_album_member_result, grant, grant));

static err find_grant(struct command_ctx *ctx, const struct album *album, const struct user *user,
                      struct grant *out)
{
    struct grant_filter filter = {.organization_key = album->organization_key,
                                  .of_grantee = true,
                                  .grantee_kind = GRANTEE_USER,
                                  .grantee_key = user->key,
                                  .on_granted = true,
                                  .granted_kind = GRANTED_ALBUM,
                                  .granted_key = album->key,
                                  .limit = 1};
    struct grant_slice found;
    int64_t total;
    TRY(grant_reader_find(ctx->readers->grants, ctx->arena, &filter, &found, &total));
    *out = found.len != 0 ? found.at[0] : (struct grant){0};
    return OK;
}

static err add_album_member_handle(struct command_ctx *ctx, const struct add_album_member *cmd,
                                   struct add_album_member_result *out)
{
    struct album album;
    struct user user;
    struct grant *grant = &out->grant;
    instant now = clock_now(ctx->clock);
    if (cmd->expires_at.us != 0 && cmd->expires_at.us <= now.us) {
        issues_add(&ctx->scope->issues, STR("expires_at"), "has passed");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(share_check_rights(ctx->principal, SHARE_VIEW, cmd->allows_download));
    TRY(album_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, &album));
    TRY(user_reader_get(ctx->readers->users, ctx->arena, album.organization_key, cmd->user_id,
                        &user));
    TRY(find_grant(ctx, &album, &user, grant));
    bool is_new = grant->key == 0;
    if (is_new)
        *grant = (struct grant){.id = uuid_make(ctx->clock),
                                .organization_key = album.organization_key,
                                .created_at = now,
                                .grantee_kind = GRANTEE_USER,
                                .grantee_key = user.key,
                                .grantee_id = user.id,
                                .granted_kind = GRANTED_ALBUM,
                                .granted_key = album.key,
                                .granted_id = album.id};
    grant->rights = share_rights(cmd->allows_download);
    grant->expires_at = cmd->expires_at;
    grant->granted_by = ctx->principal->user_id;
    grant->updated_at = now;
    ctx->scope->subject_id = album.id;
    return is_new ? grant_writer_add(ctx->uow->grants, grant)
                  : grant_writer_save(ctx->uow->grants, grant);
}
COMMAND(add_album_member, .needs = SHARE_STUDIES, .doc = "Let a user see an album");
