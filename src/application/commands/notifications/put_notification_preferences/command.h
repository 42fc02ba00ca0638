/* Choose what to hear of, by which channel, and when. */
#ifndef APPLICATION_COMMANDS_NOTIFICATIONS_PUT_NOTIFICATION_PREFERENCES_COMMAND_H
#define APPLICATION_COMMANDS_NOTIFICATIONS_PUT_NOTIFICATION_PREFERENCES_COMMAND_H

#include "application/models/notification_choices.h"

struct notification_wish {
    str event;
    opt_bool in_app, mail; /* absent: the default */
};
DECLARE_SCHEMA(notification_wish);
SLICE(notification_wish);

/* All of it is replaced: what is absent has its default. */
struct put_notification_preferences {
    int64_t if_match;
    struct notification_wish_slice events;
    str time_zone;
    str quiet_from, quiet_to; /* both or none */
    str digest;
    opt_i64 digest_hour;
};
struct put_notification_preferences_result {
    struct notification_preferences preferences;
};
/* Errors: FORBIDDEN (no person), INVALID (also: what concerns security is switched off),
 * PRECONDITION_FAILED. */
DECLARE_USE_CASE(put_notification_preferences);

#endif
