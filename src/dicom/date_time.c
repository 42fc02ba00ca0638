/* Reading DT, and moving it along the calendar. */
#include "dicom/date_time.h"

#include "base/buf.h"
#include "base/err.h"
#include "dicom/matching.h"

enum { DATE_SIZE = 8, SECONDS_END = 14, OFFSET_SIZE = 5, FRACTION_SIZE_MAX = 6 };

bool utc_offset_read(str text, int *out)
{
    uint64_t number;
    if (text.len != OFFSET_SIZE || (text.ptr[0] != '+' && text.ptr[0] != '-') ||
        !str_to_u64(str_sub(text, 1, OFFSET_SIZE), &number) || number % 100 > 59)
        return false;
    int minutes = (int)(number / 100 * 60 + number % 100);
    if (minutes > (text.ptr[0] == '-' ? 12 : 14) * 60)
        return false;
    *out = text.ptr[0] == '-' ? -minutes : minutes;
    return true;
}

static bool is_day(const char day[DATE_SIZE])
{
    date ignored;
    return date_from_dicom((str){day, DATE_SIZE}, &ignored);
}

/* What is not written of the day. */
static bool fill_days(str digits, struct date_time *out)
{
    static const char first[] = "0101", last[] = "1231";
    static const char *const last_days[] = {"31", "30", "29", "28"};
    for (size_t i = digits.len; i < DATE_SIZE; i++) {
        out->first[i] = first[i - 4];
        out->last[i] = last[i - 4];
    }
    for (size_t i = 0; digits.len == 6 && i < COUNT_OF(last_days) && !is_day(out->last); i++)
        memcpy(&out->last[6], last_days[i], 2);
    return is_day(out->first) && is_day(out->last);
}

static void fill_times(str digits, str fraction, struct date_time *out)
{
    static const char last[] = "235959";
    for (size_t i = DATE_SIZE > digits.len ? DATE_SIZE : digits.len; i < SECONDS_END; i++) {
        out->first[i] = '0';
        out->last[i] = last[i - DATE_SIZE];
    }
    if (out->first[12] == '6')
        memcpy(&out->first[12], "59", 2);
    if (out->last[12] == '6')
        memcpy(&out->last[12], "59", 2);
    for (size_t i = 0; i < FRACTION_SIZE_MAX; i++) {
        out->first[SECONDS_END + i] = i < fraction.len ? fraction.ptr[i] : '0';
        out->last[SECONDS_END + i] = i < fraction.len ? fraction.ptr[i] : '9';
    }
}

bool date_time_read(str dt, struct date_time *out)
{
    size_t sign = str_find_char(dt, '+');
    if (sign == SIZE_MAX)
        sign = str_find_char(dt, '-');
    str written = str_sub(dt, 0, sign);
    size_t dot = str_find_char(written, '.');
    str digits = str_sub(written, 0, dot);
    str fraction = dot == SIZE_MAX ? STR("") : str_sub(written, dot + 1, written.len);
    uint64_t number;
    *out = (struct date_time){.has_offset = sign != SIZE_MAX};
    if (digits.len < 4 || digits.len > SECONDS_END || digits.len % 2 != 0 ||
        !str_to_u64(digits, &number))
        return false;
    memcpy(out->first, digits.ptr, digits.len);
    memcpy(out->last, digits.ptr, digits.len);
    if (!fill_days(digits, out) ||
        (digits.len > DATE_SIZE && !time_is_valid(str_sub(written, DATE_SIZE, written.len))) ||
        (digits.len <= DATE_SIZE && dot != SIZE_MAX))
        return false;
    fill_times(digits, fraction, out);
    return !out->has_offset || utc_offset_read(str_sub(dt, sign, dt.len), &out->offset);
}

/* "YYYY-MM-DDTHH:MM:SS.FFFFFFZ" has the digits in these places. */
static const unsigned char places[MOMENT_SIZE] = {0,  1,  2,  3,  5,  6,  8,  9,  11, 12,
                                                  14, 15, 17, 18, 20, 21, 22, 23, 24, 25};

static bool to_instant(const char moment[MOMENT_SIZE], instant *out)
{
    char text[INSTANT_TEXT_SIZE + 1] = "0000-00-00T00:00:00.000000Z";
    for (size_t i = 0; i < MOMENT_SIZE; i++)
        text[places[i]] = moment[i];
    return instant_from_text((str){text, INSTANT_TEXT_SIZE}, out);
}

void moment_add(const char moment[MOMENT_SIZE], int minutes, char out[MOMENT_SIZE])
{
    static const char earliest[] = "00010101000000000000", latest[] = "99991231235959999999";
    instant first, last, at;
    char text[INSTANT_TEXT_SIZE];
    memcpy(out, minutes < 0 ? earliest : latest, MOMENT_SIZE);
    if (!to_instant(earliest, &first) || !to_instant(latest, &last) || !to_instant(moment, &at))
        return;
    at = instant_add(at, SECONDS(60 * minutes));
    if (at.us < first.us || at.us > last.us)
        return;
    instant_write(at, text);
    for (size_t i = 0; i < MOMENT_SIZE; i++)
        out[i] = text[places[i]];
}

bool date_time_instants(str dt, int offset, instant *first, instant *last)
{
    struct date_time read;
    if (!date_time_read(str_trim(dt), &read) || !to_instant(read.first, first) ||
        !to_instant(read.last, last))
        return false;
    int64_t east = SECONDS(60) * (read.has_offset ? read.offset : offset);
    *first = instant_add(*first, -east);
    *last = instant_add(*last, -east);
    first->us += first->us == 0;
    last->us += last->us == 0;
    return true;
}

bool date_time_range_instants(str range, int offset, instant *first, instant *last)
{
    instant ignored;
    str text = str_trim(range);
    *first = (instant){INT64_MIN};
    *last = (instant){INT64_MAX};
    if (date_time_instants(text, offset, first, last))
        return true;
    for (size_t at = 0; at < text.len; at++) {
        str low = str_sub(text, 0, at), high = str_sub(text, at + 1, text.len);
        if (text.ptr[at] != '-' || low.len + high.len == 0)
            continue;
        *first = (instant){INT64_MIN};
        *last = (instant){INT64_MAX};
        if ((low.len == 0 || date_time_instants(low, offset, first, &ignored)) &&
            (high.len == 0 || date_time_instants(high, offset, &ignored, last)))
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
