/* One look for all streams. */
#include "application/queries/notifications/get_newest_notification/query.h"

SCHEMA_EMPTY(get_newest_notification);
SCHEMA(get_newest_notification_result, FIELD(get_newest_notification_result, key));

static err get_newest_notification_handle(struct query_ctx *ctx,
                                          const struct get_newest_notification *query,
                                          struct get_newest_notification_result *out)
{
    (void)query;
    return notification_reader_newest_key(ctx->readers->notifications, &out->key);
}
QUERY(get_newest_notification, .needs = SIGNED_IN, .doc = "The newest notification");
