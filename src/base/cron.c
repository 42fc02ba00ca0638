/* Day after day that matches, every minute of it that matches, both ways a local time can be read.
 */
#include "base/cron.h"

enum { MINUTE_SECONDS = 60, DAY_SECONDS = 24 * 60 * 60 };

static int64_t utc_offset(const struct time_zone *z, instant t)
{
    (void)z, (void)t;
    return 0;
}
const struct time_zone time_zone_utc = {utc_offset};

/* ---- reading ---- */

struct field {
    const char *name;
    unsigned min, max;
    const char *const *words; /* of min and those after it; or NULL */
};

static const char *const month_words[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                          "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const weekday_words[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field fields[] = {
    {"the minute must be 0 to 59, *, a list, a range or a step", 0, 59, NULL},
    {"the hour must be 0 to 23, *, a list, a range or a step", 0, 23, NULL},
    {"the day of the month must be 1 to 31, *, a list, a range or a step", 1, 31, NULL},
    {"the month must be 1 to 12 or jan to dec, *, a list, a range or a step", 1, 12, month_words},
    {"the day of the week must be 0 to 7 or sun to sat, *, a list, a range or a step", 0, 7,
     weekday_words},
};

/* Takes what stands before the first of that character, and the character. */
static str take_until(str *rest, char end)
{
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] != end)
        len++;
    str taken = str_sub(*rest, 0, len);
    *rest = str_sub(*rest, len < rest->len ? len + 1 : len, rest->len);
    return taken;
}

static bool read_number(str text, int64_t max, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || *out > max)
            return false;
        *out = *out * 10 + (text.ptr[i] - '0');
    }
    return text.len != 0 && *out <= max;
}

static bool is_word(str text, const char *word)
{
    str other = str_of(word);
    bool same = text.len == other.len;
    for (size_t i = 0; same && i < text.len; i++)
        same = text.ptr[i] == other.ptr[i] ||
               (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' && (text.ptr[i] | 0x20) == other.ptr[i]);
    return same;
}

static bool read_value(const struct field *f, str text, int64_t *out)
{
    for (int i = 0; f->words != NULL && f->words[i] != NULL; i++)
        if (is_word(text, f->words[i])) {
            *out = (int64_t)f->min + i;
            return true;
        }
    return read_number(text, f->max, out) && *out >= f->min;
}

/* One of a list: *, a, a-b, each with /step. */
static bool read_part(const struct field *f, str part, uint64_t *bits)
{
    bool has_step = false;
    int64_t first = f->min, last = f->max, step = 1;
    for (size_t i = 0; i < part.len; i++)
        has_step = has_step || part.ptr[i] == '/';
    str range = take_until(&part, '/');
    if (has_step && (!read_number(part, f->max, &step) || step == 0))
        return false;
    if (!str_eq(range, STR("*"))) {
        str end = range, begin = take_until(&end, '-');
        bool is_range = begin.len != range.len;
        if (!read_value(f, begin, &first) || (is_range && !read_value(f, end, &last)))
            return false;
        last = is_range || has_step ? last : first;
    }
    for (int64_t i = first; i <= last; i += step)
        *bits |= UINT64_C(1) << i;
    return first <= last;
}

static bool read_field(const struct field *f, str text, uint64_t *bits)
{
    *bits = 0;
    if (text.len == 0 || text.ptr[text.len - 1] == ',')
        return false;
    while (text.len != 0)
        if (!read_part(f, take_until(&text, ','), bits))
            return false;
    return true;
}

static str skip_blanks(str text)
{
    while (text.len != 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = str_sub(text, 1, text.len);
    return text;
}

static err parse_interval(str text, struct cron *out)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', MINUTE_SECONDS}, {'h', 3600}, {'d', DAY_SECONDS}};
    int64_t count = 0, unit = 0;
    text = skip_blanks(text);
    for (size_t i = 0; text.len != 0 && i < COUNT_OF(units); i++)
        if (text.ptr[text.len - 1] == units[i].unit)
            unit = units[i].seconds;
    if (unit == 0 ||
        !read_number(str_sub(text, 0, text.len - 1), CRON_INTERVAL_SECONDS_MAX / unit, &count) ||
        count * unit < CRON_INTERVAL_SECONDS_MIN)
        return ERR(INVALID, "an interval is a number of s, m, h or d: a minute to a year");
    out->every_seconds = count * unit;
    return OK;
}

static err parse_fields(str text, struct cron *out)
{
    uint64_t bits[COUNT_OF(fields)];
    bool is_any[COUNT_OF(fields)];
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        size_t len = 0;
        text = skip_blanks(text);
        while (len < text.len && text.ptr[len] != ' ' && text.ptr[len] != '\t')
            len++;
        str field = str_sub(text, 0, len);
        text = str_sub(text, len, text.len);
        if (!read_field(&fields[i], field, &bits[i]))
            return (err){ERR_INVALID, fields[i].name, "base/cron.c"};
        is_any[i] = field.ptr[0] == '*';
    }
    if (skip_blanks(text).len != 0)
        return ERR(INVALID, "there are five fields: minute, hour, day, month, day of the week");
    out->minutes = bits[0];
    out->hours = (uint32_t)bits[1];
    out->days = (uint32_t)bits[2];
    out->months = (uint32_t)bits[3];
    out->weekdays = (uint32_t)(bits[4] | bits[4] >> 7); /* 7 is Sunday too */
    out->is_any_hour = is_any[1];
    out->is_any_day = is_any[2];
    out->is_any_weekday = is_any[4];
    return OK;
}

err cron_parse(str text, struct cron *out)
{
    static const struct {
        const char *name, *fields;
    } names[] = {{"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
                 {"@weekly", "0 0 * * 0"},  {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
                 {"@annually", "0 0 1 1 *"}};
    *out = (struct cron){0};
    text = str_trim(text);
    if (text.len > CRON_TEXT_SIZE_MAX)
        return ERR(INVALID, "it is too long");
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (is_word(text, names[i].name))
            return parse_fields(str_of(names[i].fields), out);
    str rest = text;
    if (is_word(take_until(&rest, ' '), "every"))
        return parse_interval(rest, out);
    return parse_fields(text, out);
}

/* ---- the next time ---- */

static bool has_bit(uint64_t bits, int64_t at)
{
    return (bits >> at & 1) != 0;
}

static bool day_matches(const struct cron *c, int64_t days)
{
    unsigned year, month, day;
    civil_from_days(days, &year, &month, &day);
    bool by_day = has_bit(c->days, day), by_weekday = has_bit(c->weekdays, (days + 4) % 7);
    if (!has_bit(c->months, month))
        return false;
    return c->is_any_day || c->is_any_weekday ? by_day && by_weekday : by_day || by_weekday;
}

static int64_t offset_at(const struct time_zone *zone, int64_t seconds)
{
    return zone->offset_at(zone, (instant){SECONDS(seconds)});
}

/* The first second of the new offset, where before has another one than after. */
static int64_t change_between(const struct time_zone *zone, int64_t before, int64_t after)
{
    int64_t old = offset_at(zone, before);
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        if (offset_at(zone, middle) == old)
            before = middle;
        else
            after = middle;
    }
    return after;
}

/* The times at which clocks show that local one: none, one or two, the earlier first. */
static int read_local(const struct time_zone *zone, int64_t local, int64_t out[2])
{
    int64_t early = offset_at(zone, local - DAY_SECONDS),
            late = offset_at(zone, local + DAY_SECONDS);
    int count = 0;
    if (early == late) {
        out[0] = local - early;
        return 1;
    }
    if (offset_at(zone, local - early) == early)
        out[count++] = local - early;
    if (offset_at(zone, local - late) == late)
        out[count++] = local - late;
    return count;
}

struct search {
    const struct cron *cron;
    const struct time_zone *zone;
    int64_t after, best; /* seconds; best 0: none yet */
};

static void consider(struct search *s, int64_t at)
{
    if (at > s->after && (s->best == 0 || at < s->best))
        s->best = at;
}

static void consider_local(struct search *s, int64_t local)
{
    int64_t at[2];
    int count = read_local(s->zone, local, at);
    if (count == 0 && !s->cron->is_any_hour)
        consider(s, change_between(s->zone, local - DAY_SECONDS, local + DAY_SECONDS));
    for (int i = 0; i < count && (i == 0 || s->cron->is_any_hour); i++)
        consider(s, at[i]);
}

static void consider_day(struct search *s, int64_t day)
{
    for (int64_t hour = 0; hour < 24; hour++)
        for (int64_t minute = 0; has_bit(s->cron->hours, hour) && minute < 60; minute++)
            if (has_bit(s->cron->minutes, minute))
                consider_local(s, day * DAY_SECONDS + (hour * 60 + minute) * MINUTE_SECONDS);
}

err cron_next(const struct cron *c, const struct time_zone *zone, instant after, instant *out)
{
    if (c->every_seconds != 0) {
        *out = instant_add(after, SECONDS(c->every_seconds));
        return OK;
    }
    struct search s = {.cron = c, .zone = zone, .after = after.us / SECONDS(1)};
    /* A clock set back may bring a part of the day before again, so one more day is looked at. */
    int64_t first = (s.after + offset_at(zone, s.after)) / DAY_SECONDS - 1;
    int64_t end = first + CRON_YEARS * 366, found = end;
    for (int64_t day = first; day < end && day <= found + 1; day++) {
        if (!day_matches(c, day))
            continue;
        consider_day(&s, day);
        if (s.best != 0 && found == end)
            found = day;
    }
    if (s.best == 0)
        return ERR(NOT_FOUND, "there is no such time");
    *out = (instant){SECONDS(s.best)};
    return OK;
}
