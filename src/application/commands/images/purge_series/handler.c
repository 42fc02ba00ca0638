/* The same on all levels. */
#include "application/commands/images/purge_series/command.h"

#include "application/models/purge.h"

SCHEMA(purge_series, FIELD(purge_series, id, .flags = KEY | REQUIRED),
       FIELD(purge_series, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA_EMPTY(purge_series_result);

static err purge_series_handle(struct command_ctx *ctx, const struct purge_series *cmd,
                               struct purge_series_result *out)
{
    (void)out;
    return purge_trashed(ctx, LEVEL_SERIES, cmd->id, cmd->if_match);
}
COMMAND(purge_series, .needs = WRITE_SETTINGS,
        .doc = "Remove a series that is in the trash for good");
