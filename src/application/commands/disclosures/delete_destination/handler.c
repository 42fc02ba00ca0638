/* Tasks that are on their way to it fail. */
#include "application/commands/disclosures/delete_destination/command.h"

SCHEMA(delete_destination, FIELD(delete_destination, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_destination_result);

static err delete_destination_handle(struct command_ctx *ctx, const struct delete_destination *cmd,
                                     struct delete_destination_result *out)
{
    struct destination d;
    (void)out;
    TRY(disclosure_reader_get_destination(ctx->readers->disclosures, ctx->arena,
                                          ctx->principal->organization_key, cmd->id, &d));
    ctx->scope->subject_id = d.id;
    return disclosure_writer_remove_destination(ctx->uow->disclosures, d.key);
}
COMMAND(delete_destination, .needs = WRITE_SETTINGS, .doc = "Delete a destination");
