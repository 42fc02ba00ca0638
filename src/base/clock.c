/* Clocks, and the texts of days and instants. */
#include "base/clock.h"

#include "base/arena.h"
#include "base/err.h"

#include <time.h>

static instant system_now(struct clock *c)
{
    (void)c;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (instant){(int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000};
}

struct clock *clock_system(void)
{
    static struct clock system = {.now = system_now};
    return &system;
}

static instant manual_now(struct clock *c)
{
    return container_of(c, struct manual_clock, base)->time;
}

void manual_clock_init(struct manual_clock *c, instant start)
{
    *c = (struct manual_clock){.base = {.now = manual_now}, .time = start};
}

uint64_t monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool date_is_valid(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar, counted in eras of 400 years that
 * begin in March. */
int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* n decimal digits at s[at], or -1. */
static int digits_at(str s, size_t at, size_t n)
{
    int value = 0;
    if (at + n > s.len)
        return -1;
    for (size_t i = at; i < at + n; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return -1;
        value = value * 10 + (s.ptr[i] - '0');
    }
    return value;
}

static bool read_date(str s, size_t gap, date *out)
{
    int year = digits_at(s, 0, 4), month = digits_at(s, 4 + gap, 2),
        day = digits_at(s, 6 + 2 * gap, 2);
    if (!date_is_valid(year, month, day))
        return false;
    out->ymd = year * 10000 + month * 100 + day;
    return true;
}

bool date_from_text(str s, date *out)
{
    return s.len == 10 && s.ptr[4] == '-' && s.ptr[7] == '-' && read_date(s, 1, out);
}

bool date_from_dicom(str s, date *out)
{
    if (s.len == 10 && s.ptr[4] == '.' && s.ptr[7] == '.')
        return read_date(s, 1, out);
    return s.len == 8 && read_date(s, 0, out);
}

str date_text(struct arena *a, date d)
{
    return d.ymd == 0
               ? STR_NONE
               : str_format(a, "%04d-%02d-%02d", d.ymd / 10000, d.ymd / 100 % 100, d.ymd % 100);
}

static char *put_digits(char *at, unsigned value, unsigned count)
{
    for (unsigned i = count; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + count;
}

void civil_from_days(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned of_era = (unsigned)(days - era * 146097);
    unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted = (5 * of_year + 2) / 153; /* from March */
    *day = of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = (unsigned)(era * 400 + year_of_era) + (*month <= 2);
}

void instant_write(instant t, char out[INSTANT_TEXT_SIZE])
{
    const int64_t day_us = (int64_t)86400 * 1000000;
    int64_t days = t.us / day_us, rest = t.us % day_us;
    unsigned year, month, day;
    if (rest < 0) {
        rest += day_us;
        days--;
    }
    civil_from_days(days, &year, &month, &day);
    unsigned seconds = (unsigned)(rest / 1000000), micro = (unsigned)(rest % 1000000);
    char *at = put_digits(out, year, 4);
    *at++ = '-';
    at = put_digits(at, month, 2);
    *at++ = '-';
    at = put_digits(at, day, 2);
    *at++ = 'T';
    at = put_digits(at, seconds / 3600, 2);
    *at++ = ':';
    at = put_digits(at, seconds / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, seconds % 60, 2);
    *at++ = '.';
    at = put_digits(at, micro, 6);
    *at = 'Z';
}

str instant_text(struct arena *a, instant t)
{
    char text[INSTANT_TEXT_SIZE];
    if (t.us == 0)
        return STR_NONE;
    instant_write(t, text);
    return (str){arena_strndup(a, text, sizeof text), sizeof text};
}

/* "Z", "+hh:mm" or "-hh:mm" as minutes east. */
static bool read_offset(str s, int *minutes)
{
    if (s.len == 1 && (s.ptr[0] == 'Z' || s.ptr[0] == 'z')) {
        *minutes = 0;
        return true;
    }
    if (s.len != 6 || (s.ptr[0] != '+' && s.ptr[0] != '-') || s.ptr[3] != ':')
        return false;
    int hours = digits_at(s, 1, 2), rest = digits_at(s, 4, 2);
    if (hours < 0 || hours > 23 || rest < 0 || rest > 59)
        return false;
    *minutes = (hours * 60 + rest) * (s.ptr[0] == '-' ? -1 : 1);
    return true;
}

bool instant_from_text(str s, instant *out)
{
    date day;
    if (s.len < 20 || !date_from_text(str_sub(s, 0, 10), &day) ||
        (s.ptr[10] != 'T' && s.ptr[10] != 't') || s.ptr[13] != ':' || s.ptr[16] != ':')
        return false;
    int hour = digits_at(s, 11, 2), minute = digits_at(s, 14, 2), second = digits_at(s, 17, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    size_t at = 19;
    int64_t micro = 0, scale = 100000;
    if (s.ptr[at] == '.') {
        size_t first = ++at;
        for (; at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9'; at++, scale /= 10)
            micro += (s.ptr[at] - '0') * scale;
        if (at == first || at - first > 9)
            return false;
    }
    int offset;
    if (!read_offset(str_sub(s, at, s.len), &offset))
        return false;
    int64_t days = days_from_civil(day.ymd / 10000, day.ymd / 100 % 100, day.ymd % 100);
    out->us =
        (days * 86400 + hour * INT64_C(3600) + (minute - offset) * INT64_C(60) + second) * 1000000 +
        micro;
    return true;
}
