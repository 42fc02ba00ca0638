/* Schemas, and when a mail may go. */
#include "domain/entities/notification_settings.h"

const char *const notification_digest_names[] = {"at_once", "hourly", "daily", NULL};
_Static_assert(COUNT_OF(notification_digest_names) == NOTIFICATION_DIGEST_COUNT + 1,
               "a digest without a name");

SCHEMA(notification_settings, ENTITY_FIELDS(notification_settings),
       FIELD(notification_settings, user_key, .flags = INTERNAL, .doc = "Whose"),
       FIELD(notification_settings, choices, .flags = INTERNAL, .doc = "Kinds and channels"),
       FIELD(notification_settings, time_zone, .doc = "Whose clock quiet hours and digests go by"),
       FIELD(notification_settings, quiet_from, .flags = INTERNAL, .doc = "Minute of the day"),
       FIELD(notification_settings, quiet_to, .flags = INTERNAL, .doc = "Minute of the day"),
       FIELD_ENUM_OF(notification_settings, digest, notification_digest_names,
                     .doc = "at_once, hourly, daily"),
       FIELD(notification_settings, digest_hour, .doc = "Of a daily digest: 0 to 23"));

SCHEMA(notification_mail, ENTITY_FIELDS(notification_mail),
       FIELD(notification_mail, user_key, .flags = INTERNAL), FIELD(notification_mail, kind),
       FIELD(notification_mail, event_sequence), FIELD(notification_mail, subject_kind),
       FIELD(notification_mail, subject_id), FIELD(notification_mail, detail),
       FIELD(notification_mail, happened_at), FIELD(notification_mail, due_at));

bool notification_choice_find(str choices, str kind, struct notification_channels *out)
{
    str rest = choices, choice, name;
    while (str_cut(&rest, ' ', &choice)) {
        if (!str_cut(&choice, ':', &name) || !str_eq(name, kind))
            continue;
        *out = (struct notification_channels){str_find(choice, STR("app")) != SIZE_MAX,
                                              str_find(choice, STR("mail")) != SIZE_MAX};
        return true;
    }
    return false;
}

void notification_choice_add(struct buf *choices, str kind, struct notification_channels channels)
{
    buf_addf(choices, "%s%.*s:%s", choices->len == 0 ? "" : " ", STR_ARG(kind),
             channels.in_app && channels.mail ? "app,mail"
             : channels.in_app                ? "app"
             : channels.mail                  ? "mail"
                                              : "none");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool notification_minutes_read(str text, int64_t *out)
{
    if (text.len != 5 || text.ptr[2] != ':' || !is_digit(text.ptr[0]) || !is_digit(text.ptr[1]) ||
        !is_digit(text.ptr[3]) || !is_digit(text.ptr[4]))
        return false;
    int64_t hour = (text.ptr[0] - '0') * 10 + text.ptr[1] - '0',
            minute = (text.ptr[3] - '0') * 10 + text.ptr[4] - '0';
    *out = hour * 60 + minute;
    return hour < 24 && minute < 60;
}

/* The next time at which the clock of the zone shows it. */
static err next_at(const struct time_zone *zone, int64_t minutes, instant after, instant *out)
{
    const struct cron daily = {.minutes = UINT64_C(1) << (minutes % 60),
                               .hours = UINT32_C(1) << (minutes / 60),
                               .days = UINT32_MAX,
                               .months = UINT32_MAX,
                               .weekdays = UINT32_MAX,
                               .is_any_day = true,
                               .is_any_weekday = true};
    return cron_next(&daily, zone, after, out);
}

static bool is_quiet(const struct notification_settings *s, const struct time_zone *zone, instant t)
{
    int64_t local = t.us / SECONDS(1) + zone->offset_at(zone, t);
    int64_t minute = (local % 86400 + 86400) % 86400 / 60;
    if (s->quiet_from == NOTIFICATION_NO_QUIET || s->quiet_from == s->quiet_to)
        return false;
    return s->quiet_from < s->quiet_to ? minute >= s->quiet_from && minute < s->quiet_to
                                       : minute >= s->quiet_from || minute < s->quiet_to;
}

err notification_mail_time(const struct notification_settings *settings,
                           const struct time_zone *zone, instant now, instant *out)
{
    const struct cron hourly = {.minutes = 1,
                                .hours = UINT32_MAX,
                                .days = UINT32_MAX,
                                .months = UINT32_MAX,
                                .weekdays = UINT32_MAX,
                                .is_any_hour = true,
                                .is_any_day = true,
                                .is_any_weekday = true};
    instant due = now;
    if (settings->digest == DIGEST_HOURLY)
        TRY(cron_next(&hourly, zone, now, &due));
    else if (settings->digest == DIGEST_DAILY)
        TRY(next_at(zone, settings->digest_hour * 60, now, &due));
    if (is_quiet(settings, zone, due))
        TRY(next_at(zone, settings->quiet_to, due, &due));
    *out = due;
    return OK;
}
