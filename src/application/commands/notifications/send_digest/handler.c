/* The mail is queued in the unit of work in which what it tells stops waiting: a process that is
 * killed leaves both as they were, or both done. */
#include "application/commands/notifications/send_digest/command.h"

#include "application/services/notification_service.h"

SCHEMA(send_digest, FIELD(send_digest, user_key));
SCHEMA(send_digest_result, FIELD(send_digest_result, count));

static err send_digest_handle(struct command_ctx *ctx, const struct send_digest *cmd,
                              struct send_digest_result *out)
{
    return notification_digest_queue(ctx, cmd->user_key, &out->count);
}
COMMAND(send_digest, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Mail somebody what has waited for its time");
