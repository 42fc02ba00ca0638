/* Crontab expressions, intervals, and the clocks of real time zones. */
#include "infrastructure/time_zones_glib.h"
#include "tests/support/chance.h"
#include "tests/test.h"

#include <stdio.h>
#include <time.h>

TEST_MAIN("cron")

static struct time_zones_glib zones;

static const struct time_zone *zone_of(const char *name)
{
    const struct time_zone *zone;
    if (zones.base.ops == NULL)
        time_zones_glib_open(&zones);
    CHECK_OK(time_zones_find(&zones.base, str_of(name), &zone));
    return zone;
}

static struct cron cron_of(const char *text)
{
    struct cron cron;
    CHECK_OK(cron_parse(str_of(text), &cron));
    return cron;
}

static instant at(const char *text)
{
    instant t;
    CHECK(instant_from_text(str_of(text), &t));
    return t;
}

/* The times that follow from, one after the other, to the minute and in UTC, with commas. */
static void check_times(const char *expression, const char *zone, const char *from,
                        const char *expected)
{
    struct arena a = {0};
    struct cron cron = cron_of(expression);
    str rest = str_of(expected);
    instant t = at(from);
    while (rest.len != 0) {
        char text[INSTANT_TEXT_SIZE];
        CHECK_OK(cron_next(&cron, zone_of(zone), t, &t));
        instant_write(t, text);
        CHECK_STR(str_sub(rest, 0, 16), ((str){text, 16}));
        CHECK_STR(STR(":00.000000"), ((str){text + 16, 10}));
        rest = str_sub(rest, 17, rest.len);
    }
    arena_deinit(&a);
}

TEST(expressions_say_when)
{
    const char *from = "2026-01-30T23:58:30Z"; /* a Friday */
    check_times("* * * * *", "UTC", from, "2026-01-30T23:59,2026-01-31T00:00,2026-01-31T00:01");
    check_times("*/20 * * * *", "UTC", from, "2026-01-31T00:00,2026-01-31T00:20,2026-01-31T00:40");
    check_times("5/25 3 * * *", "UTC", from, "2026-01-31T03:05,2026-01-31T03:30,2026-01-31T03:55");
    check_times("30 9-17/4 * * mon-fri", "UTC", from, "2026-02-02T09:30,2026-02-02T13:30");
    check_times("0 0 1,15 * *", "UTC", from, "2026-02-01T00:00,2026-02-15T00:00,2026-03-01T00:00");
    check_times("0 12 13 * FRI", "UTC", from, "2026-02-06T12:00,2026-02-13T12:00,2026-02-20T12:00");
    check_times("0 0 */2 * 1", "UTC", from, "2026-02-09T00:00,2026-02-23T00:00");
    check_times("0 0 29 2 *", "UTC", from, "2028-02-29T00:00,2032-02-29T00:00");
    check_times("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00");
    check_times("15 6 * jan,jul sun", "UTC", from, "2026-07-05T06:15");
    check_times("0 0 * * 7", "UTC", from, "2026-02-01T00:00,2026-02-08T00:00");
    check_times("0 0 * * 5-7", "UTC", from, "2026-01-31T00:00,2026-02-01T00:00,2026-02-06T00:00");
    check_times(" @daily ", "UTC", from, "2026-01-31T00:00,2026-02-01T00:00");
    check_times("@monthly", "UTC", from, "2026-02-01T00:00,2026-03-01T00:00");
    check_times("@yearly", "UTC", from, "2027-01-01T00:00");
    check_times("@weekly", "UTC", from, "2026-02-01T00:00");
    check_times("@hourly", "UTC", from, "2026-01-31T00:00,2026-01-31T01:00");
}

TEST(days_are_those_of_the_time_zone)
{
    check_times("0 8 * * *", "Asia/Tokyo", "2026-01-30T22:59:00Z",
                "2026-01-30T23:00,2026-01-31T23:00");
    check_times("0 0 1 * *", "America/Los_Angeles", "2026-01-30T00:00:00Z",
                "2026-02-01T08:00,2026-03-01T08:00,2026-04-01T07:00");
    check_times("45 5 * * *", "Asia/Kathmandu", "2026-01-30T00:00:00Z", "2026-01-31T00:00");
    check_times("0 12 * * *", "Pacific/Kiritimati", "2026-01-30T00:00:00Z", "2026-01-30T22:00");
}

TEST(a_clock_that_is_set_forward)
{
    /* Berlin, 29 March 2026: 02:00 becomes 03:00, at 01:00 UTC. */
    const char *from = "2026-03-28T12:00:00Z";
    check_times("30 2 * * *", "Europe/Berlin", from,
                "2026-03-29T01:00,2026-03-30T00:30,2026-03-31T00:30");
    check_times("0 2 * * *", "Europe/Berlin", from, "2026-03-29T01:00,2026-03-30T00:00");
    check_times("0 3 * * *", "Europe/Berlin", from, "2026-03-29T01:00,2026-03-30T01:00");
    check_times("0,30 2 * * *", "Europe/Berlin", from, "2026-03-29T01:00,2026-03-30T00:00");
    check_times("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15:00Z",
                "2026-03-29T00:30,2026-03-29T01:00,2026-03-29T01:30");
    /* Half an hour at Lord Howe; at midnight in Asunción (2024). */
    check_times("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
                "2026-10-03T15:30,2026-10-04T15:15");
    check_times("0 0 * * *", "America/Asuncion", "2024-10-05T12:00:00Z",
                "2024-10-06T04:00,2024-10-07T03:00");
}

TEST(a_clock_that_is_set_back)
{
    /* Berlin, 25 October 2026: 03:00 becomes 02:00, at 01:00 UTC. */
    const char *from = "2026-10-24T12:00:00Z";
    check_times("30 2 * * *", "Europe/Berlin", from,
                "2026-10-25T00:30,2026-10-26T01:30,2026-10-27T01:30");
    check_times("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:15:00Z",
                "2026-10-25T00:30,2026-10-25T01:00,2026-10-25T01:30,2026-10-25T02:00");
    check_times("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z",
                "2026-10-25T00:30,2026-10-25T01:30,2026-10-25T02:30");
    check_times("0 3 * * *", "Europe/Berlin", from, "2026-10-25T02:00,2026-10-26T02:00");
    check_times("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z",
                "2026-11-01T05:30,2026-11-02T06:30");
}

TEST(intervals_go_on_from_the_last_time)
{
    check_times("every 90s", "UTC", "2026-01-30T23:58:30Z", "2026-01-31T00:00");
    check_times("every 6h", "Europe/Berlin", "2026-03-28T21:00:00Z",
                "2026-03-29T03:00,2026-03-29T09:00");
    check_times("every 2d", "UTC", "2026-01-30T10:00:00Z", "2026-02-01T10:00");
    CHECK_INT(900, cron_of("every 15m").every_seconds);
}

TEST(what_is_no_expression)
{
    static const char *const wrong[] = {"",
                                        "* * * *",
                                        "* * * * * *",
                                        "60 * * * *",
                                        "* 24 * * *",
                                        "* * 0 * *",
                                        "* * 32 * *",
                                        "* * * 13 *",
                                        "* * * * 8",
                                        "5-1 * * * *",
                                        "*/0 * * * *",
                                        "1, * * * *",
                                        ",1 * * * *",
                                        "1-2-3 * * * *",
                                        "1/2/3 * * * *",
                                        "-1 * * * *",
                                        "a * * * *",
                                        "* * * foo *",
                                        "@reboot",
                                        "every",
                                        "every 59s",
                                        "every 0m",
                                        "every 15",
                                        "every m",
                                        "every 400d",
                                        "every 99999999999999999999s",
                                        "99999999999999999999 * * * *",
                                        "*/99999999999999999999 * * * *"};
    struct cron cron;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        if (cron_parse(str_of(wrong[i]), &cron).code != ERR_INVALID)
            fail_msg("%s is taken", wrong[i]);
    char long_text[CRON_TEXT_SIZE_MAX + 2];
    memset(long_text, '1', sizeof long_text);
    CHECK_ERR(INVALID, cron_parse((str){long_text, sizeof long_text}, &cron));
    instant t;
    cron = cron_of("0 0 30 2 *");
    CHECK_ERR(NOT_FOUND, cron_next(&cron, &time_zone_utc, at("2026-01-01T00:00:00Z"), &t));
}

TEST(what_is_no_time_zone)
{
    static const char *const wrong[] = {"",
                                        "Mars/Olympus",
                                        "../../etc/passwd",
                                        "/etc/localtime",
                                        "Europe/../UTC",
                                        "Europe/Berlin ",
                                        "EST5EDT,M3.2.0",
                                        "posixrules\n",
                                        "Europe"};
    const struct time_zone *zone;
    zone_of("UTC");
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        if (time_zones_find(&zones.base, str_of(wrong[i]), &zone).code != ERR_NOT_FOUND)
            fail_msg("%s is taken", wrong[i]);
    CHECK(zone_of("Europe/Berlin") == zone_of("Europe/Berlin"));
}

/* Against looking at every minute, by the C library's own calendar. */
static bool matches(const struct cron *c, int64_t minute)
{
    struct tm tm;
    time_t seconds = minute * 60;
    gmtime_r(&seconds, &tm);
    bool day = (c->days >> tm.tm_mday & 1) != 0, weekday = (c->weekdays >> tm.tm_wday & 1) != 0;
    return (c->minutes >> tm.tm_min & 1) != 0 && (c->hours >> tm.tm_hour & 1) != 0 &&
           (c->months >> (tm.tm_mon + 1) & 1) != 0 &&
           (c->is_any_day || c->is_any_weekday ? day && weekday : day || weekday);
}

TEST(any_expression_agrees_with_looking_at_every_minute)
{
    uint64_t chance = chance_seed() | 1;
    char text[64];
    for (int i = 0; i < 300 / CHANCE_DIVISOR; i++) {
        int minute = (int)chance_roll(&chance, 60), hour = (int)chance_roll(&chance, 24);
        int day = 1 + (int)chance_roll(&chance, 28), month = 1 + (int)chance_roll(&chance, 12);
        static const char *const forms[] = {"%d * * * *",    "*/%d %d * * *",    "%d %d %d * *",
                                            "%d %d %d * %d", "%d-59 */%d * * *", "%d %d * * 1-5",
                                            "%d %d %d %d *"};
        static const char *const safe = "%d %d %d %d *";
        const char *form = forms[chance_roll(&chance, COUNT_OF(forms))];
        if (str_eq(str_of(form), STR("*/%d %d * * *")))
            minute = minute + 1 > 59 ? 59 : minute + 1;
        if (str_eq(str_of(form), STR("%d-59 */%d * * *")))
            hour += hour == 0;
        int last = str_eq(str_of(form), str_of(safe)) ? month : month % 7;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
        snprintf(text, sizeof text, form, minute, hour, day, last);
#pragma GCC diagnostic pop
        struct cron cron = cron_of(text);
        instant next, from = {SECONDS((int64_t)(1700000000 + chance_roll(&chance, 400000000)))};
        CHECK_OK(cron_next(&cron, &time_zone_utc, from, &next));
        int64_t expected = from.us / SECONDS(60) + 1;
        while (!matches(&cron, expected))
            expected++;
        if (next.us != expected * SECONDS(60))
            fail_msg("%s after %lld: %lld, expected %lld", text, (long long)(from.us / SECONDS(1)),
                     (long long)(next.us / SECONDS(1)), (long long)expected * 60);
    }
}
