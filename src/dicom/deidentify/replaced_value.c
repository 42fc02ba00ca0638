/* By VR; by the calendar; by a table of words. */
#include "dicom/deidentify/replaced_value.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "dicom/date_time.h"
#include "dicom/part10/values.h"

enum { DATE_SIZE = 8, MEASURE_DIGIT_COUNT_MAX = 3, WORD_SIZE_MAX = 24, ZERO_COUNT = 8 };

str dummy_value(enum dicom_vr vr)
{
    static const char zeros[ZERO_COUNT];
    switch (vr) {
    case VR_DA:
    case VR_DT:
        return STR("19000101");
    case VR_TM:
        return STR("000000");
    case VR_AS:
        return STR("000Y");
    case VR_DS:
    case VR_IS:
        return STR("0");
    case VR_UI:
        return STR("2.25.0");
    case VR_UR:
        return STR("urn:anonymized");
    case VR_PN:
        return STR("Anonymized");
    case VR_AT:
        return (str){zeros, 4};
    default:
        break;
    }
    if (vr_kind(vr) == VR_KIND_ASCII || vr_kind(vr) == VR_KIND_TEXT)
        return STR(DUMMY_TEXT);
    return (str){zeros, vr_word_size(vr) > 1 ? vr_word_size(vr) : 2};
}

/* Days of the Gregorian calendar since 0000-03-01, and back: years that begin in March have the
 * day that comes and goes at their end. */
static int64_t days_of(date d)
{
    int64_t year = d.ymd / 10000, month = d.ymd / 100 % 100, day = d.ymd % 100;
    year -= month <= 2;
    return 365 * year + year / 4 - year / 100 + year / 400 +
           (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
}

static date date_of(int64_t days)
{
    int64_t era = days / 146097, rest = days % 146097;
    int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t day = rest - (365 * year + year / 4 - year / 100), march = (5 * day + 2) / 153;
    int64_t month = march < 10 ? march + 3 : march - 9;
    return (date){(int32_t)((era * 400 + year + (month <= 2)) * 10000 + month * 100 + day -
                            (153 * march + 2) / 5 + 1)};
}

static bool shift_day(date from, int days, char out[DATE_SIZE + 1])
{
    int64_t to = days_of(from) - days;
    if (to < days_of((date){10101}))
        return false;
    int32_t ymd = date_of(to).ymd;
    for (size_t i = DATE_SIZE; i-- != 0; ymd /= 10)
        out[i] = (char)('0' + ymd % 10);
    return true;
}

static bool shift_da(struct buf *out, str value, int days)
{
    date read;
    char shifted[DATE_SIZE + 1];
    if (!date_from_dicom(value, &read) || !shift_day(read, days, shifted))
        return false;
    buf_add_bytes(out, shifted, DATE_SIZE);
    return true;
}

static bool shift_dt(struct buf *out, str value, int days)
{
    struct date_time read;
    date day;
    char shifted[DATE_SIZE + 1];
    size_t written = 0;
    if (!date_time_read(value, &read) || !date_from_dicom((str){read.first, DATE_SIZE}, &day) ||
        !shift_day(day, days, shifted))
        return false;
    while (written < DATE_SIZE && written < value.len && value.ptr[written] >= '0' &&
           value.ptr[written] <= '9')
        written++;
    buf_add_bytes(out, shifted, written);
    buf_add(out, str_sub(value, written, value.len));
    return true;
}

bool dates_shift(struct arena *a, enum dicom_vr vr, str values, int days, str *out)
{
    struct buf text = BUF_IN(a);
    str rest = values, part;
    for (bool first = true; str_cut(&rest, '\\', &part); first = false) {
        str value = value_trim_both(part);
        if (!first)
            buf_add_char(&text, '\\');
        if (value.len != 0 &&
            !(vr == VR_DA ? shift_da(&text, value, days) : shift_dt(&text, value, days)))
            return false;
    }
    *out = buf_str(&text);
    return true;
}

static const char *const safe_words[] = {
#define W(word) #word,
#include "dicom/tables/safe_words.inc"
#undef W
};

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static bool is_safe_word(str word)
{
    char lower[WORD_SIZE_MAX];
    size_t low = 0, high = COUNT_OF(safe_words);
    if (word.len > sizeof lower)
        return false;
    for (size_t i = 0; i < word.len; i++)
        lower[i] =
            word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? (char)(word.ptr[i] | 0x20) : word.ptr[i];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(str_of(safe_words[middle]), (str){lower, word.len});
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* "5mm", "120kV": a number of a few digits with its unit. */
static bool is_measure(str word)
{
    static const char *const units[] = {"mm", "cm", "ms", "kv", "ma", "mas", "hz", "t"};
    size_t digits = 0;
    while (digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9')
        digits++;
    str unit = str_sub(word, digits, word.len);
    for (size_t i = 0; digits != 0 && digits <= MEASURE_DIGIT_COUNT_MAX && i < COUNT_OF(units); i++)
        if (str_eq_nocase(unit, str_of(units[i])))
            return true;
    return false;
}

static void clean_one(struct buf *out, str text)
{
    bool first = true;
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        while (at < text.len && is_letter_or_digit(text.ptr[at]))
            at++;
        str word = str_sub(text, start, at);
        if (is_safe_word(word) || is_measure(word)) {
            if (!first)
                buf_add_char(out, ' ');
            first = false;
            buf_add(out, word);
        }
        at += at < text.len;
    }
}

str text_clean(struct arena *a, enum dicom_vr vr, str text)
{
    struct buf out = BUF_IN(a);
    str rest = text, part;
    size_t separators = 0;
    if (!vr_is_multi_valued(vr)) {
        clean_one(&out, text);
        return buf_str(&out);
    }
    for (bool first = true; str_cut(&rest, '\\', &part); first = false) {
        if (!first) {
            buf_add_char(&out, '\\');
            separators++;
        }
        clean_one(&out, part);
    }
    return out.len == separators ? STR("") : buf_str(&out);
}

bool time_is_plain(str values)
{
    for (size_t i = 0; i < values.len; i++)
        if (values.ptr[i] == '\0' ? i + 1 != values.len
                                  : strchr("0123456789.:+- \\", values.ptr[i]) == NULL)
            return false;
    return true;
}
