/* Pages by number. */
#include "application/queries/notifications/list_notifications/query.h"

#include "application/services/notification_service.h"

SCHEMA(list_notifications, FIELD_EMBED_OF(list_notifications, page, paged_query),
       FIELD(list_notifications, unread, .doc = "true: only those that were not read"),
       FIELD(list_notifications, kind, .max = NOTIFICATION_KIND_SIZE_MAX,
             .doc = "Only of that kind"));
SCHEMA(list_notifications_result,
       FIELD_LIST_OF(list_notifications_result, items, notification_view),
       FIELD_EMBED_OF(list_notifications_result, page, paged_result),
       FIELD(list_notifications_result, unread_count, .doc = "Of all kinds"));

static err list_notifications_handle(struct query_ctx *ctx, const struct list_notifications *query,
                                     struct list_notifications_result *out)
{
    struct notification_filter filter = {.only_unread = query->unread.is_set && query->unread.value,
                                         .kind = query->kind,
                                         .offset = paged_query_offset(&query->page),
                                         .limit = paged_query_size(&query->page)};
    struct notification_slice found;
    int64_t total;
    TRY(notification_owner(ctx->principal, &filter.user_key));
    TRY(notification_reader_find(ctx->readers->notifications, ctx->arena, &filter, &found, &total));
    TRY(notification_reader_count_unread(ctx->readers->notifications, filter.user_key,
                                         &out->unread_count));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return notification_views_of(ctx->arena, ctx->readers, ctx->principal, &found, &out->items);
}
QUERY(list_notifications, .needs = SIGNED_IN, .doc = "List one's notifications");
