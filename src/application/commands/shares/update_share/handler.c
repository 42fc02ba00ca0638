/* Who changes a share gives it once more, by what they may now. What its grants allow follows; a
 * new password counts for visits that begin now. */
#include "application/commands/shares/update_share/command.h"

SCHEMA(update_share, FIELD(update_share, id, .flags = KEY | REQUIRED),
       FIELD(update_share, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_share, name, .max = NAME_SIZE_MAX, .doc = "What its owner calls it"),
       FIELD(update_share, expires_at, .doc = "When it ends"),
       FIELD(update_share, password, .flags = SECRET, .check = share_password_complaint),
       FIELD(update_share, use_count_max, .max = SHARE_USE_COUNT_MAX,
             .doc = "How often it may be opened; 0: no limit"),
       FIELD(update_share, allows_download, .doc = "Whole instances and archives too"),
       FIELD(update_share, takes_over,
             .doc = "Whoever asks answers for it from now on, instead of whoever made it"));
SCHEMA(update_share_result, FIELD_EMBED_OF(update_share_result, share, shown_share));

static err apply(struct command_ctx *ctx, const struct update_share *cmd, struct share *share)
{
    instant now = clock_now(ctx->clock);
    instant latest = instant_add(now, SECONDS(INT64_C(86400) * SHARE_DAYS_MAX));
    if (cmd->expires_at.us != 0 && (cmd->expires_at.us <= now.us || cmd->expires_at.us > latest.us))
        issues_add(&ctx->scope->issues, STR("expires_at"), "must be within the next year");
    if (cmd->use_count_max.is_set && cmd->use_count_max.value < 0)
        issues_add(&ctx->scope->issues, STR("use_count_max"), "must not be negative");
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    if (cmd->name.ptr != NULL)
        share->name = cmd->name;
    if (cmd->expires_at.us != 0)
        share->expires_at = cmd->expires_at;
    if (cmd->use_count_max.is_set)
        share->use_count_max = cmd->use_count_max.value;
    if (cmd->allows_download.is_set)
        share->allows_download = cmd->allows_download.value;
    share->updated_at = now;
    return cmd->password.ptr != NULL ? password_hash(ctx->services->passwords, ctx->arena,
                                                     cmd->password, &share->password_hash)
                                     : OK;
}

static err change_grants(struct command_ctx *ctx, const struct share *share)
{
    struct grant_filter filter = {.organization_key = share->organization_key,
                                  .of_grantee = true,
                                  .grantee_kind = GRANTEE_SHARE,
                                  .grantee_key = share->key,
                                  .limit = SHARE_STUDY_COUNT_MAX + 1};
    struct grant_slice grants;
    int64_t total;
    if (share->kind == SHARE_INBOX)
        return OK;
    TRY(grant_reader_find(ctx->readers->grants, ctx->arena, &filter, &grants, &total));
    for (size_t i = 0; i < grants.len; i++) {
        grants.at[i].rights = share_rights(share->allows_download);
        grants.at[i].updated_at = share->updated_at;
        TRY(grant_writer_save(ctx->uow->grants, &grants.at[i]));
    }
    return OK;
}

static err update_share_handle(struct command_ctx *ctx, const struct update_share *cmd,
                               struct update_share_result *out)
{
    struct share share;
    TRY(share_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, &share));
    ctx->scope->subject_id = share.id;
    if (cmd->if_match != 0 && cmd->if_match != share.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the share");
    TRY(apply(ctx, cmd, &share));
    TRY(share_check_rights(ctx->principal, share.kind, share.allows_download));
    if (cmd->takes_over) {
        share.owner_key = ctx->principal->user_key;
        share.owner_id = ctx->principal->user_id;
    }
    TRY(share_writer_save(ctx->uow->shares, &share));
    TRY(change_grants(ctx, &share));
    return share_show(ctx->arena, ctx->readers, &share, share.updated_at, &out->share);
}
COMMAND(update_share, .needs = SHARE_STUDIES, .doc = "Change a share");
