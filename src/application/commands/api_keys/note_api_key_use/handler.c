/* The repository keeps to once a minute, whichever node asks. */
#include "application/commands/api_keys/note_api_key_use/command.h"

SCHEMA(note_api_key_use, FIELD(note_api_key_use, key, .flags = INTERNAL),
       FIELD(note_api_key_use, from, .flags = INTERNAL));
SCHEMA_EMPTY(note_api_key_use_result);

static err note_api_key_use_handle(struct command_ctx *ctx, const struct note_api_key_use *cmd,
                                   struct note_api_key_use_result *out)
{
    (void)out;
    return api_key_writer_note_use(ctx->uow->api_keys, cmd->key, clock_now(ctx->clock), cmd->from);
}
COMMAND(note_api_key_use, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Note that an API key is used");
