/* When something comes again: the five fields of crontab(5) in a time zone, or an interval.
 *
 * Minute 0-59, hour 0-23, day of the month 1-31, month 1-12 or jan-dec, day of the week 0-7 or
 * sun-sat (0 and 7 are Sunday). Each is any (an asterisk), a value, a range 9-17, a list 1,15, and
 * may have a step after a slash. Names for the usual ones: @hourly, @daily, @weekly, @monthly,
 * @yearly. Intervals: "every 90s", "every 15m", "every 6h", "every 2d", from the last time on.
 *
 * Where both days are restricted, either will do. A local time that a clock set forward leaves out
 * comes as soon as the clock has been set; one that a clock set back brings twice comes once, the
 * first time. Where the hour is any, nothing is made up for: the times are those of the clock,
 * however often it shows them. */
#ifndef BASE_CRON_H
#define BASE_CRON_H

#include "base/clock.h"
#include "base/err.h"

enum {
    CRON_TEXT_SIZE_MAX = 120,
    CRON_INTERVAL_SECONDS_MIN = 60,
    CRON_INTERVAL_SECONDS_MAX = 366 * 24 * 60 * 60,
    CRON_YEARS = 12 /* looked ahead: 29 February is eight years from the next at most */
};

struct time_zone {
    /* Seconds by which local time is ahead of UTC. */
    int64_t (*offset_at)(const struct time_zone *z, instant t);
};
extern const struct time_zone time_zone_utc;

struct cron {
    int64_t every_seconds; /* 0: the fields say when */
    uint64_t minutes;      /* bits */
    uint32_t hours, days, months, weekdays;
    bool is_any_hour, is_any_day, is_any_weekday;
};

/* Errors: INVALID, with words for the person who wrote it. */
err cron_parse(str text, struct cron *out);
/* The first time after that. Errors: NOT_FOUND (there is none, as for 30 February). */
err cron_next(const struct cron *c, const struct time_zone *zone, instant after, instant *out);

#endif
