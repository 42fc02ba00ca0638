/* A person's choices of notifications as the API shows them. */
#ifndef APPLICATION_MODELS_NOTIFICATION_CHOICES_H
#define APPLICATION_MODELS_NOTIFICATION_CHOICES_H

#include "application/models/base_model.h"
#include "domain/entities/notification_settings.h"

struct notification_choice {
    str event; /* a kind of notification */
    str title; /* what it tells */
    bool in_app, mail;
    bool is_fixed;      /* it concerns security: in the app whatever one chooses */
    bool is_mail_fixed; /* likewise by mail */
};
DECLARE_SCHEMA(notification_choice);
SLICE(notification_choice);

struct notification_preferences {
    struct notification_choice_slice events;
    str time_zone;
    str quiet_from, quiet_to; /* "22:00"; absent: never quiet */
    str digest;
    int64_t digest_hour;
    int64_t version; /* 0: nothing was chosen */
};
DECLARE_SCHEMA(notification_preferences);

struct notification_preferences
notification_preferences_of(struct arena *a, const struct notification_settings *settings);

#endif
