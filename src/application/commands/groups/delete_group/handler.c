/* Memberships and grants go with it. */
#include "application/commands/groups/delete_group/command.h"

SCHEMA(delete_group, FIELD(delete_group, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_group_result);

static err delete_group_handle(struct command_ctx *ctx, const struct delete_group *cmd,
                               struct delete_group_result *out)
{
    struct user_group group;
    (void)out;
    TRY(group_reader_get(ctx->readers->groups, ctx->arena, ctx->principal->organization_key,
                         cmd->id, &group));
    ctx->scope->subject_id = group.id;
    TRY(grant_writer_remove_all(ctx->uow->grants, GRANTEE_GROUP, group.key));
    return group_writer_remove(ctx->uow->groups, group.key);
}
COMMAND(delete_group, .needs = WRITE_USERS, .doc = "Delete a group and what was granted to it");
