/* To prolong is to give once more. Nobody prolongs what they have themselves. */
#include "application/commands/grants/update_grant/command.h"

SCHEMA(update_grant, FIELD(update_grant, id, .flags = KEY | REQUIRED),
       FIELD(update_grant, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_grant, expires_at, .doc = "When it ends"),
       FIELD(update_grant, is_endless, .doc = "It does not end"));
SCHEMA(update_grant_result, FIELD_EMBED_OF(update_grant_result, view, grant_view));

static err check_time(struct command_ctx *ctx, const struct update_grant *cmd, instant now)
{
    if ((cmd->expires_at.us != 0) != cmd->is_endless && cmd->expires_at.us != 0 &&
        cmd->expires_at.us <= now.us)
        issues_add(&ctx->scope->issues, STR("expires_at"), "has passed already");
    if ((cmd->expires_at.us != 0) == cmd->is_endless)
        issues_add(&ctx->scope->issues, STR("expires_at"), "or is_endless is needed");
    return ctx->scope->issues.list.len == 0 ? OK : ERR(INVALID, "some fields are not valid");
}

static err update_grant_handle(struct command_ctx *ctx, const struct update_grant *cmd,
                               struct update_grant_result *out)
{
    struct grant grant;
    instant now = clock_now(ctx->clock);
    TRY(grant_to_change(ctx, cmd->id, &grant));
    if (cmd->if_match != 0 && cmd->if_match != grant.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the grant");
    if (uuid_eq(grant.grantee_id, ctx->principal->user_id))
        return ERR(FORBIDDEN, "nobody prolongs what they have themselves");
    TRY(check_time(ctx, cmd, now));
    grant.expires_at = cmd->expires_at;
    TRY(grant_check_giver(ctx, &grant));
    grant.updated_at = now;
    TRY(grant_writer_save(ctx->uow->grants, &grant));
    grant_view_of(ctx->arena, &grant, &out->view);
    return OK;
}
COMMAND(update_grant, .needs = WRITE_GRANTS, .doc = "Change when a grant ends");
