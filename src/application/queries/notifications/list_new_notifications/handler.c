/* In the order of their keys, which is that of commits. */
#include "application/queries/notifications/list_new_notifications/query.h"

#include "application/services/notification_service.h"

SCHEMA(list_new_notifications, FIELD(list_new_notifications, after),
       FIELD(list_new_notifications, limit, .min = 1, .max = 1000));
SCHEMA(list_new_notifications_result,
       FIELD_LIST_OF(list_new_notifications_result, items, notification_view));

static err list_new_notifications_handle(struct query_ctx *ctx,
                                         const struct list_new_notifications *query,
                                         struct list_new_notifications_result *out)
{
    struct notification_slice found;
    int64_t user_key;
    TRY(notification_owner(ctx->principal, &user_key));
    TRY(notification_reader_after(ctx->readers->notifications, ctx->arena, user_key, query->after,
                                  (uint32_t)query->limit, &found));
    return notification_views_of(ctx->arena, ctx->readers, ctx->principal, &found, &out->items);
}
QUERY(list_new_notifications, .needs = SIGNED_IN, .doc = "One's new notifications");
