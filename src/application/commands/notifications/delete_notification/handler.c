/* For good: it is a copy of what the trail knows. */
#include "application/commands/notifications/delete_notification/command.h"

#include "application/services/notification_service.h"

SCHEMA(delete_notification, FIELD(delete_notification, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_notification_result);

static err delete_notification_handle(struct command_ctx *ctx,
                                      const struct delete_notification *cmd,
                                      struct delete_notification_result *out)
{
    struct notification n;
    int64_t user_key;
    (void)out;
    TRY(notification_owner(ctx->principal, &user_key));
    TRY(notification_reader_get(ctx->readers->notifications, ctx->arena, user_key, cmd->id, &n));
    ctx->scope->subject_id = n.id;
    return notification_writer_remove(ctx->uow->notifications, user_key, n.key);
}
COMMAND(delete_notification, .needs = SIGNED_IN, .keeps_no_audit = true,
        .doc = "Delete a notification");
