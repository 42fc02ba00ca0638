/* Parts from the largest to the smallest; what is not said is filled in. */
#include "dicom/date_time.h"

#include "base/buf.h"
#include "base/err.h"

enum { OFFSET_MINUTES_MAX = 14 * 60, OFFSET_MINUTES_MIN = -12 * 60, PART_COUNT = 6 };

static bool take_digits(str *rest, size_t count, unsigned *out)
{
    *out = 0;
    if (rest->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rest->ptr[i] < '0' || rest->ptr[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(rest->ptr[i] - '0');
    }
    *rest = str_sub(*rest, count, rest->len);
    return true;
}

bool utc_offset_read(str text, int *minutes)
{
    unsigned hours, rest;
    str digits = str_sub(text, 1, text.len);
    if (text.len != 5 || (text.ptr[0] != '+' && text.ptr[0] != '-') ||
        !take_digits(&digits, 2, &hours) || !take_digits(&digits, 2, &rest) || rest > 59)
        return false;
    *minutes = (int)(hours * 60 + rest) * (text.ptr[0] == '-' ? -1 : 1);
    return *minutes >= OFFSET_MINUTES_MIN && *minutes <= OFFSET_MINUTES_MAX;
}

static bool moment(const unsigned parts[PART_COUNT], unsigned micro, instant *out)
{
    struct arena scratch = {0};
    bool is_one =
        instant_from_text(str_format(&scratch, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", parts[0],
                                     parts[1], parts[2], parts[3], parts[4], parts[5], micro),
                          out);
    arena_deinit(&scratch);
    return is_one;
}

/* How long what is said lasts, in microseconds; of a month and a year up to the next. */
static bool end_of(const unsigned parts[PART_COUNT], size_t said, int64_t fraction, instant first,
                   instant *out)
{
    static const int64_t lengths[] = {[3] = SECONDS(86400), [4] = SECONDS(3600), [5] = SECONDS(60)};
    if (said == PART_COUNT) {
        *out = instant_add(first, fraction - 1);
        return true;
    }
    if (said >= 3) {
        *out = instant_add(first, lengths[said] - 1);
        return true;
    }
    bool wraps = said == 1 || parts[1] == 12;
    const unsigned next[PART_COUNT] = {parts[0] + wraps, wraps ? 1 : parts[1] + 1, 1, 0, 0, 0};
    if (!moment(next, 0, out)) /* the last year there is */
        *out = instant_add(first, SECONDS(86400) * (said == 1 ? 365 : 31));
    *out = instant_add(*out, -1);
    return true;
}

/* ".5" is half a second, and lasts a tenth. */
static bool read_fraction(str *rest, unsigned *micro, int64_t *lasts)
{
    unsigned digit;
    *micro = 0;
    *lasts = 1000000;
    if (rest->len == 0 || rest->ptr[0] != '.')
        return true;
    *rest = str_sub(*rest, 1, rest->len);
    while (*lasts > 1 && take_digits(rest, 1, &digit)) {
        *lasts /= 10;
        *micro += digit * (unsigned)*lasts;
    }
    return *lasts != 1000000;
}

bool date_time_read(str text, int offset_minutes, instant *first, instant *last)
{
    unsigned parts[PART_COUNT] = {0, 1, 1, 0, 0, 0}, micro = 0;
    int64_t lasts = 0;
    size_t said = 0;
    str rest = str_trim(text);
    if (rest.len > 26)
        return false;
    while (said < PART_COUNT && rest.len != 0 && rest.ptr[0] >= '0' && rest.ptr[0] <= '9') {
        if (!take_digits(&rest, said == 0 ? 4 : 2, &parts[said]))
            return false;
        said++;
    }
    if (said == 0 || (said == PART_COUNT && !read_fraction(&rest, &micro, &lasts)) ||
        (rest.len != 0 && !utc_offset_read(rest, &offset_minutes)) ||
        !moment(parts, micro, first) || !end_of(parts, said, lasts, *first, last))
        return false;
    *first = instant_add(*first, -SECONDS(60) * offset_minutes);
    *last = instant_add(*last, -SECONDS(60) * offset_minutes);
    first->us += first->us == 0;
    last->us += last->us == 0;
    return true;
}

bool date_time_range_read(str text, int offset_minutes, instant *first, instant *last)
{
    instant ignored;
    text = str_trim(text);
    *first = (instant){INT64_MIN};
    *last = (instant){INT64_MAX};
    if (date_time_read(text, offset_minutes, first, last))
        return true;
    for (size_t at = 0; at < text.len; at++) {
        str low = str_sub(text, 0, at), high = str_sub(text, at + 1, text.len);
        if (text.ptr[at] != '-' || low.len + high.len == 0)
            continue;
        *first = (instant){INT64_MIN};
        *last = (instant){INT64_MAX};
        if ((low.len == 0 || date_time_read(low, offset_minutes, first, &ignored)) &&
            (high.len == 0 || date_time_read(high, offset_minutes, &ignored, last)))
            return true;
    }
    return false;
}

str date_time_text(struct arena *a, instant t)
{
    char text[INSTANT_TEXT_SIZE];
    struct buf out = BUF_IN(a);
    instant_write(t, text);
    for (size_t i = 0; i < sizeof text; i++)
        if ((text[i] >= '0' && text[i] <= '9') || text[i] == '.')
            buf_add_char(&out, text[i]);
    buf_add(&out, STR("+0000"));
    return buf_str(&out);
}
