/* The row stays, with who opened it; the grants go. */
#include "application/commands/shares/revoke_share/command.h"

SCHEMA(revoke_share, FIELD(revoke_share, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(revoke_share_result);

static err revoke_share_handle(struct command_ctx *ctx, const struct revoke_share *cmd,
                               struct revoke_share_result *out)
{
    struct share share;
    instant now = clock_now(ctx->clock);
    (void)out;
    TRY(share_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, &share));
    ctx->scope->subject_id = share.id;
    if (share.revoked_at.us != 0)
        return OK;
    share.revoked_at = share.updated_at = now;
    TRY(share_writer_save(ctx->uow->shares, &share));
    TRY(grant_writer_remove_all(ctx->uow->grants, GRANTEE_SHARE, share.key));
    principal_cache_end_session(ctx->services->principals, share.id, now);
    return OK;
}
COMMAND(revoke_share, .needs = SHARE_STUDIES, .doc = "Take a share back");
