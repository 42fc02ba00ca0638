/* Whoever asks sees to it that it is told once. */
#include "application/commands/system/tell_storage_low/command.h"

#include "application/events/storage_low.h"

SCHEMA_EMPTY(tell_storage_low);
SCHEMA_EMPTY(tell_storage_low_result);

static err tell_storage_low_handle(struct command_ctx *ctx, const struct tell_storage_low *cmd,
                                   struct tell_storage_low_result *out)
{
    (void)cmd;
    (void)out;
    return mediator_publish(ctx->uow->outbox, ctx->arena, &storage_low_event,
                            ctx->principal->organization_key, (uuid){0},
                            &(struct storage_low){ctx->services->audit_source});
}
COMMAND(tell_storage_low, .needs = RUN_SYSTEM, .doc = "Tell that there is no room for new objects");
