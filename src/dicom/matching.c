/* One pass with one place to come back to: the last "*". */
#include "dicom/matching.h"

#include "base/buf.h"
#include "base/clock.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Behind the character, not the byte, at at. */
static size_t next_character(str text, size_t at)
{
    at++;
    while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
        at++;
    return at;
}

/* begins: text need only begin as pattern says. */
static bool matches(str pattern, str text, bool begins)
{
    size_t t = 0, p = 0, star = SIZE_MAX, star_text = 0;
    while (t < text.len && !(begins && p == pattern.len)) {
        char c = p < pattern.len ? pattern.ptr[p] : '\0';
        if (c == '*') {
            star = p++;
            star_text = t;
        } else if (c == '?') {
            t = next_character(text, t);
            p++;
        } else if (p < pattern.len && lower(c) == lower(text.ptr[t])) {
            t++;
            p++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = star_text = next_character(text, star_text);
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

bool wildcard_matches(str pattern, str text)
{
    return matches(pattern, text, false);
}

bool has_wildcard(str value)
{
    return str_find_char(value, '*') != SIZE_MAX || str_find_char(value, '?') != SIZE_MAX;
}

static bool any_part_matches(str pattern, str parts, char separator)
{
    str part;
    while (str_cut(&parts, separator, &part))
        if (wildcard_matches(pattern, part))
            return true;
    return false;
}

bool value_set_matches(str pattern, str set)
{
    return any_part_matches(pattern, set, '\\');
}

bool person_name_matches(str pattern, str key)
{
    str wanted, group;
    if (str_find_char(pattern, '=') == SIZE_MAX)
        return any_part_matches(pattern, key, '=');
    while (str_cut(&pattern, '=', &wanted)) {
        if (!str_cut(&key, '=', &group))
            group = STR("");
        if (wanted.len != 0 && !wildcard_matches(wanted, group))
            return false;
    }
    return true;
}

bool person_name_has_word(str word, str key)
{
    for (size_t at = 0; at <= key.len; at++)
        if ((at == 0 || strchr(" =-", key.ptr[at - 1]) != NULL) &&
            matches(word, str_sub(key, at, key.len), true))
            return true;
    return false;
}

static bool two_digits_below(str s, size_t at, unsigned limit)
{
    if (at + 2 > s.len)
        return false;
    unsigned tens = (unsigned)(s.ptr[at] - '0'), ones = (unsigned)(s.ptr[at + 1] - '0');
    return tens < 10 && ones < 10 && tens * 10 + ones < limit;
}

bool time_is_valid(str tm)
{
    static const unsigned limits[] = {24, 60, 61}; /* seconds with a leap second */
    size_t at = 0;
    for (size_t i = 0; i < 3 && (at < tm.len || i == 0); i++, at += 2)
        if (!two_digits_below(tm, at, limits[i]))
            return false;
    if (at == tm.len)
        return true;
    if (at != 6 || tm.ptr[at] != '.' || tm.len == 7 || tm.len > 13)
        return false;
    for (at = 7; at < tm.len; at++)
        if (tm.ptr[at] < '0' || tm.ptr[at] > '9')
            return false;
    return true;
}

str date_normalized(struct arena *a, str da)
{
    date day;
    if (!date_from_dicom(str_trim(da), &day))
        return STR("");
    return str_format(a, "%08d", day.ymd);
}

str time_normalized(struct arena *a, str tm)
{
    struct buf plain = BUF_IN(a);
    str trimmed = str_trim(tm);
    for (size_t i = 0; i < trimmed.len; i++)
        if (trimmed.ptr[i] != ':')
            buf_add_char(&plain, trimmed.ptr[i]);
    return time_is_valid(buf_str(&plain)) ? buf_str(&plain) : STR("");
}
