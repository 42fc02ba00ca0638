/* The same on all levels. */
#include "application/commands/images/purge_instance/command.h"

#include "application/models/purge.h"

SCHEMA(purge_instance, FIELD(purge_instance, id, .flags = KEY | REQUIRED),
       FIELD(purge_instance, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA_EMPTY(purge_instance_result);

static err purge_instance_handle(struct command_ctx *ctx, const struct purge_instance *cmd,
                                 struct purge_instance_result *out)
{
    (void)out;
    return purge_trashed(ctx, LEVEL_INSTANCE, cmd->id, cmd->if_match);
}
COMMAND(purge_instance, .needs = WRITE_SETTINGS,
        .doc = "Remove an instance that is in the trash for good");
