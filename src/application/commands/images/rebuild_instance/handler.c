/* The bytes were read before; here it is seen whether they are still what is served. */
#include "application/commands/images/rebuild_instance/command.h"

#include "application/models/instance_versions.h"

SCHEMA_EMPTY(rebuild_instance);
SCHEMA_EMPTY(rebuild_instance_result);

static err rebuild_instance_handle(struct command_ctx *ctx, const struct rebuild_instance *cmd,
                                   struct rebuild_instance_result *out)
{
    struct image_row row;
    (void)out;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_INSTANCE, cmd->id, &row));
    if (!str_eq(row.instance.object_name, cmd->content.object_name))
        return ERR(PRECONDITION_FAILED, "the instance has other bytes by now");
    return instance_describe_again(ctx, &row, &cmd->content);
}
COMMAND(rebuild_instance, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Derive an instance's metadata from its bytes again");
