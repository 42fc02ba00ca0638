/* What the group was granted is lost to them at once. */
#include "application/commands/groups/remove_group_member/command.h"

SCHEMA(remove_group_member, FIELD(remove_group_member, id, .flags = KEY | REQUIRED),
       FIELD(remove_group_member, user_id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(remove_group_member_result);

static err remove_group_member_handle(struct command_ctx *ctx,
                                      const struct remove_group_member *cmd,
                                      struct remove_group_member_result *out)
{
    struct user_group group;
    struct user user;
    int64_t organization_key = ctx->principal->organization_key;
    (void)out;
    TRY(group_reader_get(ctx->readers->groups, ctx->arena, organization_key, cmd->id, &group));
    TRY(user_reader_get(ctx->readers->users, ctx->arena, organization_key, cmd->user_id, &user));
    ctx->scope->subject_id = group.id;
    return group_writer_remove_member(ctx->uow->groups, group.key, user.key);
}
COMMAND(remove_group_member, .needs = WRITE_USERS, .doc = "Take a user out of a group");
