/* The members and what they have stay. */
#include "application/commands/groups/update_group/command.h"

SCHEMA(update_group, FIELD(update_group, id, .flags = KEY | REQUIRED),
       FIELD(update_group, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_group, name, .flags = REQUIRED, .max = NAME_SIZE_MAX,
             .example = "tumor board"));
SCHEMA(update_group_result, FIELD_EMBED_OF(update_group_result, group, user_group));

static err update_group_handle(struct command_ctx *ctx, const struct update_group *cmd,
                               struct update_group_result *out)
{
    TRY(group_reader_get(ctx->readers->groups, ctx->arena, ctx->principal->organization_key,
                         cmd->id, &out->group));
    ctx->scope->subject_id = out->group.id;
    if (cmd->if_match != 0 && cmd->if_match != out->group.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the group");
    out->group.name = cmd->name;
    out->group.updated_at = clock_now(ctx->clock);
    err e = group_writer_save(ctx->uow->groups, &out->group);
    return e.code == ERR_CONFLICT ? ERR(CONFLICT, "a group of this name is there already") : e;
}
COMMAND(update_group, .needs = WRITE_USERS, .doc = "Rename a group");
