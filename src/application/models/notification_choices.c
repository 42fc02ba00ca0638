/* The table of rules with the choices laid over it. */
#include "application/models/notification_choices.h"

#include "application/events/notification_rules.h"
#include "base/arena.h"

SCHEMA(notification_choice,
       FIELD(notification_choice, event, .doc = "Kind of notification", .example = "task_failed"),
       FIELD(notification_choice, title, .doc = "What it tells"),
       FIELD(notification_choice, in_app, .doc = "It is listed and streamed"),
       FIELD(notification_choice, mail, .doc = "It is mailed"),
       FIELD(notification_choice, is_fixed, .doc = "It is shown whatever one chooses"),
       FIELD(notification_choice, is_mail_fixed, .doc = "It is mailed whatever one chooses"));
SCHEMA(notification_preferences,
       FIELD_LIST_OF(notification_preferences, events, notification_choice, .flags = REQUIRED,
                     .doc = "Each kind there is"),
       FIELD(notification_preferences, time_zone, .flags = REQUIRED,
             .doc = "Whose clock quiet hours and digests go by", .example = "Europe/Berlin"),
       FIELD(notification_preferences, quiet_from, .flags = NULLABLE,
             .doc = "Mails wait from then on; null: never", .example = "22:00"),
       FIELD(notification_preferences, quiet_to, .flags = NULLABLE, .doc = "Until then",
             .example = "07:00"),
       FIELD(notification_preferences, digest, .flags = REQUIRED, .doc = "at_once, hourly, daily"),
       FIELD(notification_preferences, digest_hour, .doc = "Of a daily digest"),
       FIELD(notification_preferences, version,
             .doc = "Counts the changes; 0: nothing was chosen"));

static str minutes_text(struct arena *a, int64_t minutes)
{
    return minutes == NOTIFICATION_NO_QUIET
               ? STR_NONE
               : str_format(a, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

struct notification_preferences
notification_preferences_of(struct arena *a, const struct notification_settings *settings)
{
    struct notification_preferences out = {.time_zone = settings->time_zone,
                                           .quiet_from = minutes_text(a, settings->quiet_from),
                                           .quiet_to = minutes_text(a, settings->quiet_to),
                                           .digest =
                                               str_of(notification_digest_names[settings->digest]),
                                           .digest_hour = settings->digest_hour,
                                           .version = settings->version};
    for (size_t i = 0; i < notification_rule_count; i++) {
        const struct notification_rule *rule = &notification_rules[i];
        struct notification_channels channels = notification_channels_of(rule, settings->choices);
        *SLICE_PUSH(a, &out.events) =
            (struct notification_choice){.event = str_of(rule->kind),
                                         .title = str_of(rule->doc),
                                         .in_app = channels.in_app,
                                         .mail = channels.mail,
                                         .is_fixed = rule->is_security,
                                         .is_mail_fixed = notification_mail_is_fixed(rule)};
    }
    return out;
}
