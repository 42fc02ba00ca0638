/* Without members. */
#include "application/commands/groups/create_group/command.h"

#include "application/models/made_often.h"

SCHEMA(create_group, FIELD(create_group, name, .flags = REQUIRED, .max = NAME_SIZE_MAX,
                           .example = "tumor board"));
SCHEMA(create_group_result, FIELD_EMBED_OF(create_group_result, group, user_group));

static err create_group_handle(struct command_ctx *ctx, const struct create_group *cmd,
                               struct create_group_result *out)
{
    instant now = clock_now(ctx->clock);
    TRY(made_often_check(ctx, "groups"));
    out->group = (struct user_group){.id = uuid_make(ctx->clock),
                                     .organization_key = ctx->principal->organization_key,
                                     .created_at = now,
                                     .updated_at = now,
                                     .name = cmd->name};
    ctx->scope->subject_id = out->group.id;
    err e = group_writer_add(ctx->uow->groups, &out->group);
    return e.code == ERR_CONFLICT ? ERR(CONFLICT, "a group of this name is there already") : e;
}
COMMAND(create_group, .needs = WRITE_USERS, .doc = "Make a group");
