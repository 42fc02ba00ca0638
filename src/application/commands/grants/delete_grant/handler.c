/* It counts no more from the next request on. */
#include "application/commands/grants/delete_grant/command.h"

SCHEMA(delete_grant, FIELD(delete_grant, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_grant_result);

static err delete_grant_handle(struct command_ctx *ctx, const struct delete_grant *cmd,
                               struct delete_grant_result *out)
{
    struct grant grant;
    (void)out;
    TRY(grant_to_change(ctx, cmd->id, &grant));
    return grant_writer_remove(ctx->uow->grants, grant.key);
}
COMMAND(delete_grant, .needs = WRITE_GRANTS, .doc = "Take a grant back");
