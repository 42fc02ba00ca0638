/* What was not read stays. */
#include "application/commands/notifications/delete_notifications/command.h"

#include "application/services/notification_service.h"

SCHEMA_EMPTY(delete_notifications);
SCHEMA(delete_notifications_result, FIELD(delete_notifications_result, count));

static err delete_notifications_handle(struct command_ctx *ctx,
                                       const struct delete_notifications *cmd,
                                       struct delete_notifications_result *out)
{
    int64_t user_key;
    (void)cmd;
    TRY(notification_owner(ctx->principal, &user_key));
    return notification_writer_remove_read(ctx->uow->notifications, user_key, &out->count);
}
COMMAND(delete_notifications, .needs = SIGNED_IN, .keeps_no_audit = true,
        .doc = "Delete the notifications that were read");
