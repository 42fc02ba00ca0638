/* What a person is told of: lists, marks, and a stream that lasts. */
#include "application/commands/notifications/delete_notification/command.h"
#include "application/commands/notifications/delete_notifications/command.h"
#include "application/commands/notifications/put_notification_preferences/command.h"
#include "application/commands/notifications/read_notification/command.h"
#include "application/commands/notifications/read_notifications/command.h"
#include "application/queries/notifications/count_unread_notifications/query.h"
#include "application/queries/notifications/get_newest_notification/query.h"
#include "application/queries/notifications/get_notification_preferences/query.h"
#include "application/queries/notifications/list_new_notifications/query.h"
#include "application/queries/notifications/list_notifications/query.h"
#include "application/queries/notifications/preview_notification_mail/query.h"
#include "base/arena.h"
#include "base/json.h"
#include "presentation/event_streams.h"
#include "presentation/internal_routers/routers.h"
#include "presentation/router.h"

static err newest(struct scope *scope, int64_t *key)
{
    struct get_newest_notification_result found;
    TRY(get_newest_notification_send(scope, &(struct get_newest_notification){0}, &found));
    *key = found.key;
    return OK;
}

/* One's own: the stream is its owner's, whatever the topic. */
static err page(struct scope *scope, str topic, int64_t after, uint32_t limit,
                struct feed_event_slice *out)
{
    const struct list_new_notifications query = {.after = after, .limit = limit};
    struct list_new_notifications_result found;
    (void)topic;
    TRY(list_new_notifications_send(scope, &query, &found));
    for (size_t i = 0; i < found.items.len; i++) {
        struct buf data = BUF_IN(scope->arena);
        json_write(&data, &notification_view_schema, &found.items.at[i], 0);
        *SLICE_PUSH(scope->arena, out) =
            (struct feed_event){found.items.at[i].notification.key, "notification", buf_str(&data)};
    }
    return OK;
}

static const struct event_feed notifications = {.newest = newest, .page = page};

/* From now on where the client has seen nothing yet: the list has what was before. */
static err stream(struct request *r)
{
    int64_t after, user_key;
    bool is_named;
    TRY(notification_owner(&r->principal, &user_key));
    TRY(event_streams_position(r, &is_named, &after));
    if (!is_named)
        TRY(newest(&r->scope, &after));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_set_header(r->x, "X-Accel-Buffering", STR("no")); /* proxies hand on what comes */
    return event_streams_respond(r->app->streams, r, &notifications, STR(""), after);
}

#define TAG .tag = "notifications"

const struct route notification_routes[] = {
    {"GET", "/notifications", &list_notifications_use_case, TAG},
    {"GET", "/notifications/unread-count", &count_unread_notifications_use_case, TAG},
    {"GET", "/notifications/stream", .handle = stream, .behind = &list_new_notifications_use_case,
     .needs = SIGNED_IN, .lane = LANE_DB, TAG, .takes_cookie = true, .answers = "text/event-stream",
     .doc = "One's notifications as they come; resumes behind Last-Event-ID"},
    {"GET", "/notifications/preferences", &get_notification_preferences_use_case, TAG},
    {"PUT", "/notifications/preferences", &put_notification_preferences_use_case,
     .body = HTTP_BODY_BUFFERED, TAG},
    {"GET", "/notifications/mail-preview", &preview_notification_mail_use_case, TAG},
    {"POST", "/notifications/read", &read_notifications_use_case, .body = HTTP_BODY_BUFFERED, TAG},
    {"POST", "/notifications/{id}/read", &read_notification_use_case, TAG},
    {"DELETE", "/notifications/{id}", &delete_notification_use_case, TAG},
    {"DELETE", "/notifications", &delete_notifications_use_case, TAG},
};
const size_t notification_route_count = COUNT_OF(notification_routes);
