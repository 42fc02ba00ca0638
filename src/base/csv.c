/* What begins with = + - @, their full-width forms, tab or CR is taken for a formula. */
#include "base/csv.h"

#include "base/err.h"

static bool begins_a_formula(str text)
{
    static const char *const beginnings[] = {"=",  "+",  "-",  "@",  "\t",
                                             "\r", "＝", "＋", "－", "＠"};
    for (size_t i = 0; i < COUNT_OF(beginnings); i++)
        if (str_starts(text, str_of(beginnings[i])))
            return true;
    return false;
}

void csv_add_cell(struct buf *out, str text, bool is_number)
{
    bool is_guarded = !is_number && begins_a_formula(text), is_quoted = false;
    for (size_t i = 0; i < text.len; i++)
        is_quoted = is_quoted || strchr(",\"\r\n", text.ptr[i]) != NULL;
    if (is_quoted)
        buf_add_char(out, '"');
    if (is_guarded)
        buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            buf_add_char(out, '"');
        buf_add_char(out, text.ptr[i]);
    }
    if (is_quoted)
        buf_add_char(out, '"');
}
