/* Counted onto what came of the study before. */
#include "application/commands/events/note_arrival/command.h"

SCHEMA(note_arrival, FIELD_EMBED_OF(note_arrival, event, event_envelope),
       FIELD(note_arrival, study_id, .flags = REQUIRED));
SCHEMA_EMPTY(note_arrival_result);

static err note_arrival_handle(struct command_ctx *ctx, const struct note_arrival *cmd,
                               struct note_arrival_result *out)
{
    (void)out;
    return event_writer_note_arrival(
        ctx->uow->events,
        &(struct study_arrival){.organization_key = ctx->principal->organization_key,
                                .study_id = cmd->study_id,
                                .first_at = cmd->event.event_time,
                                .last_at = cmd->event.event_time,
                                .instance_count = 1});
}
COMMAND(note_arrival, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Note that an instance of a study came in");
