/* The position passes over it. It stays in the outbox like any other. */
#include "application/commands/events/skip_event/command.h"

SCHEMA(skip_event, FIELD(skip_event, subscriber, .flags = REQUIRED, .max = 64),
       FIELD(skip_event, reason, .max = 500));
SCHEMA(skip_event_result, FIELD(skip_event_result, position), FIELD(skip_event_result, event_type));

static err skip_event_handle(struct command_ctx *ctx, const struct skip_event *cmd,
                             struct skip_event_result *out)
{
    struct outbox_event_slice events;
    int64_t from;
    TRY(event_reader_get_position(ctx->readers->events, cmd->subscriber, &from));
    TRY(event_reader_find(ctx->readers->events, ctx->arena, from, 1, &events));
    if (events.len == 0)
        return OK;
    out->position = events.at[0].key;
    out->event_type = events.at[0].type;
    ctx->scope->subject_id = events.at[0].aggregate;
    return event_writer_move_position(ctx->uow->events, cmd->subscriber, from, out->position);
}
COMMAND(skip_event, .needs = RUN_SYSTEM, .doc = "Leave out an event that cannot be delivered");
