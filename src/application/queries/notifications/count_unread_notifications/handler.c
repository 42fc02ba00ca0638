/* From an index of its own. */
#include "application/queries/notifications/count_unread_notifications/query.h"

#include "application/services/notification_service.h"

SCHEMA_EMPTY(count_unread_notifications);
SCHEMA(count_unread_notifications_result, FIELD(count_unread_notifications_result, count));

static err count_unread_notifications_handle(struct query_ctx *ctx,
                                             const struct count_unread_notifications *query,
                                             struct count_unread_notifications_result *out)
{
    int64_t user_key;
    (void)query;
    TRY(notification_owner(ctx->principal, &user_key));
    return notification_reader_count_unread(ctx->readers->notifications, user_key, &out->count);
}
QUERY(count_unread_notifications, .needs = SIGNED_IN,
      .doc = "How many of one's notifications were not read");
