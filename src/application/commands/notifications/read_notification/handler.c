/* One that was read already stays as it is. */
#include "application/commands/notifications/read_notification/command.h"

#include "application/services/notification_service.h"
#include "base/arena.h"

SCHEMA(read_notification, FIELD(read_notification, id, .flags = KEY | REQUIRED));
SCHEMA(read_notification_result,
       FIELD_EMBED_OF(read_notification_result, notification, notification_view));

static err read_notification_handle(struct command_ctx *ctx, const struct read_notification *cmd,
                                    struct read_notification_result *out)
{
    struct notification_slice one = {0};
    struct notification_view_slice shown = {0};
    struct notification *n = SLICE_PUSH(ctx->arena, &one);
    int64_t user_key, count;
    TRY(notification_owner(ctx->principal, &user_key));
    TRY(notification_reader_get(ctx->readers->notifications, ctx->arena, user_key, cmd->id, n));
    ctx->scope->subject_id = n->id;
    if (n->read_at.us == 0) {
        TRY(notification_writer_mark_read(ctx->uow->notifications, user_key, n->key, n->key,
                                          clock_now(ctx->clock), &count));
        TRY(notification_reader_get(ctx->readers->notifications, ctx->arena, user_key, cmd->id, n));
    }
    TRY(notification_views_of(ctx->arena, ctx->readers, ctx->principal, &one, &shown));
    out->notification = shown.at[0];
    return OK;
}
COMMAND(read_notification, .needs = SIGNED_IN, .keeps_no_audit = true,
        .doc = "Mark a notification as read");
