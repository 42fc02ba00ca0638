/* A row for each receiver. */
#include "application/commands/notifications/notify/command.h"

#include "application/services/notification_service.h"

SCHEMA(notify, FIELD_EMBED_OF(notify, event, event_envelope));
SCHEMA(notify_result, FIELD(notify_result, count));

static err notify_handle(struct command_ctx *ctx, const struct notify *cmd,
                         struct notify_result *out)
{
    return notification_tell(ctx, &cmd->event, &out->count);
}
COMMAND(notify, .needs = RUN_SYSTEM, .keeps_no_audit = true, .doc = "Tell people of an event");
