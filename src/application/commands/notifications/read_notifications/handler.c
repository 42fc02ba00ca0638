/* What came after the list was looked at stays unread where the client says what it saw. */
#include "application/commands/notifications/read_notifications/command.h"

#include "application/services/notification_service.h"

SCHEMA(read_notifications,
       FIELD(read_notifications, up_to,
             .doc = "The newest that was seen: what came later stays unread. Absent: all"));
SCHEMA(read_notifications_result,
       FIELD(read_notifications_result, count, .doc = "That were not read before"));

static err read_notifications_handle(struct command_ctx *ctx, const struct read_notifications *cmd,
                                     struct read_notifications_result *out)
{
    struct notification last = {.key = INT64_MAX};
    int64_t user_key;
    TRY(notification_owner(ctx->principal, &user_key));
    if (uuid_is_set(cmd->up_to))
        TRY(notification_reader_get(ctx->readers->notifications, ctx->arena, user_key, cmd->up_to,
                                    &last));
    return notification_writer_mark_read(ctx->uow->notifications, user_key, 0, last.key,
                                         clock_now(ctx->clock), &out->count);
}
COMMAND(read_notifications, .needs = SIGNED_IN, .keeps_no_audit = true,
        .doc = "Mark all notifications as read");
