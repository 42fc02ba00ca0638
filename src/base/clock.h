/* Time, injectable: everything that asks for the time asks a struct clock, so tests own it. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

/* Microseconds since 1970-01-01T00:00:00Z. 0 means absent. */
typedef struct instant {
    int64_t us;
} instant;

/* A calendar day as the number YYYYMMDD. 0 means absent. */
typedef struct date {
    int32_t ymd;
} date;

#define SECONDS(n_) ((int64_t)(n_)*1000000)

struct clock {
    instant (*now)(struct clock *c);
};
struct manual_clock {
    struct clock base;
    instant time;
};

static inline instant clock_now(struct clock *c)
{
    return c->now(c);
}
static inline instant instant_add(instant t, int64_t us)
{
    return (instant){t.us + us};
}

/* The machine's clock; one for the process. */
struct clock *clock_system(void);
/* Stands still until the test moves it. */
void manual_clock_init(struct manual_clock *c, instant start);

/* For durations: nanoseconds of a clock that never goes back. */
uint64_t monotonic_ns(void);

/* RFC 3339 in UTC: "2026-01-31T12:34:56.789012Z"; reading takes any offset and 0 to 9 decimals.
 * Years 1 to 9999. */
enum { INSTANT_TEXT_SIZE = 27 };
void instant_write(instant t, char out[INSTANT_TEXT_SIZE]);
str instant_text(struct arena *a, instant t); /* absent for an absent one */
bool instant_from_text(str text, instant *out);
/* RFC 3339 full-date, "2026-01-31". */
str date_text(struct arena *a, date d);
bool date_from_text(str text, date *out);
/* DICOM DA, "20260131", and the older "2026.01.31" (PS3.5 6.2). False when it is no day of the
 * calendar. */
bool date_from_dicom(str text, date *out);

/* Days since 1970-01-01 of a day of the calendar, and back. */
int64_t days_from_civil(int64_t year, int month, int day);
void civil_from_days(int64_t days, unsigned *year, unsigned *month, unsigned *day);

#endif
