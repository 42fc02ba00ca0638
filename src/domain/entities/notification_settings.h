/* What a person has chosen about notifications: by which channel they hear of which kind, when
 * mails may come, and how many at once. Who has no row has chosen nothing. */
#ifndef DOMAIN_ENTITIES_NOTIFICATION_SETTINGS_H
#define DOMAIN_ENTITIES_NOTIFICATION_SETTINGS_H

#include "base/cron.h"
#include "domain/entities/entity.h"
#include "domain/entities/notification.h"

enum {
    NOTIFICATION_CHOICE_COUNT_MAX = 64,
    NOTIFICATION_NO_QUIET = -1,
    NOTIFICATION_DIGEST_HOUR = 7,
    NOTIFICATION_DIGEST_COUNT_MAX = 500 /* of one mail; it shows fewer and counts the others */
};

/* Kept as numbers. */
enum notification_digest {
    DIGEST_NONE, /* a mail for each, at once */
    DIGEST_HOURLY,
    DIGEST_DAILY, /* at digest_hour */
    NOTIFICATION_DIGEST_COUNT
};
extern const char *const notification_digest_names[]; /* NULL-terminated */

struct notification_settings {
    ENTITY_MEMBERS;
    int64_t user_key;
    str choices;   /* "task_failed:app,mail study_received:none", those chosen alone */
    str time_zone; /* of the IANA database */
    int64_t quiet_from, quiet_to; /* minutes of the day, to is not in it; NOTIFICATION_NO_QUIET */
    enum notification_digest digest;
    int64_t digest_hour;
};
DECLARE_SCHEMA(notification_settings);
SLICE(notification_settings);

/* What of a notification goes by mail, and waits for its time. */
struct notification_mail {
    ENTITY_MEMBERS;
    int64_t user_key;
    str kind;
    int64_t event_sequence; /* a receiver has one mail of each event */
    str subject_kind;       /* may be absent, as in the notification */
    uuid subject_id;
    str detail;
    instant happened_at;
    instant due_at;
};
DECLARE_SCHEMA(notification_mail);
SLICE(notification_mail);

struct notification_channels {
    bool in_app, mail;
};
/* False: nothing was chosen of the kind. */
bool notification_choice_find(str choices, str kind, struct notification_channels *out);
void notification_choice_add(struct buf *choices, str kind, struct notification_channels channels);

/* "22:30" in minutes of the day. */
bool notification_minutes_read(str text, int64_t *out);

/* When a mail about something that happened now may go: now, or with the next digest, and not while
 * it shall be quiet. Errors: NOT_FOUND (no time zone has such a time). */
err notification_mail_time(const struct notification_settings *settings,
                           const struct time_zone *zone, instant now, instant *out);

#endif
