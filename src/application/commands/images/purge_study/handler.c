/* The same on all levels. */
#include "application/commands/images/purge_study/command.h"

#include "application/models/purge.h"

SCHEMA(purge_study, FIELD(purge_study, id, .flags = KEY | REQUIRED),
       FIELD(purge_study, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA_EMPTY(purge_study_result);

static err purge_study_handle(struct command_ctx *ctx, const struct purge_study *cmd,
                              struct purge_study_result *out)
{
    (void)out;
    return purge_trashed(ctx, LEVEL_STUDY, cmd->id, cmd->if_match);
}
COMMAND(purge_study, .needs = WRITE_SETTINGS,
        .doc = "Remove a study that is in the trash for good");
