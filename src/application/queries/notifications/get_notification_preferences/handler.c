/* Who has chosen nothing has the defaults. */
#include "application/queries/notifications/get_notification_preferences/query.h"

#include "application/services/notification_service.h"

SCHEMA_EMPTY(get_notification_preferences);
SCHEMA(get_notification_preferences_result,
       FIELD_EMBED_OF(get_notification_preferences_result, preferences, notification_preferences));

static err get_notification_preferences_handle(struct query_ctx *ctx,
                                               const struct get_notification_preferences *query,
                                               struct get_notification_preferences_result *out)
{
    struct notification_settings settings = notification_settings_default();
    int64_t user_key;
    (void)query;
    TRY(notification_owner(ctx->principal, &user_key));
    err e = notification_reader_get_settings(ctx->readers->notifications, ctx->arena, user_key,
                                             &settings);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    out->preferences = notification_preferences_of(ctx->arena, &settings);
    return OK;
}
QUERY(get_notification_preferences, .needs = SIGNED_IN,
      .doc = "What one has chosen to hear of, and how");
