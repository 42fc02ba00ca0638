/* Results as CSV (RFC 4180).
 *
 * Values of one attribute stand with "\" between them, groups of a name with "=", a sequence as the
 * JSON of its items. */
#include "presentation/internal_routers/dicomweb_search.h"

#include "base/csv.h"
#include "dicom/dictionary.h"
#include "dicom/json_members.h"

static str member_of(str object, str wanted)
{
    str name, value;
    for (size_t at = 0; json_model_next_member(object, &at, &name, &value);)
        if (str_eq(name, wanted))
            return value;
    return STR_NONE;
}

static uint32_t hex_of(str digits)
{
    uint32_t number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.ptr[i];
        number = number << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return number;
}

/* The escape behind the backslash at at; gives the place behind it. */
static size_t add_escaped(struct buf *out, str text, size_t at)
{
    char c = text.ptr[at + 1];
    if (c != 'u') {
        buf_add_char(out, c == 'n'   ? '\n'
                          : c == 'r' ? '\r'
                          : c == 't' ? '\t'
                          : c == 'b' ? '\b'
                          : c == 'f' ? '\f'
                                     : c);
        return at + 2;
    }
    uint32_t unit = hex_of(str_sub(text, at + 2, at + 6));
    at += 6;
    if (unit >= 0xD800 && unit < 0xDC00 && at + 6 <= text.len) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (hex_of(str_sub(text, at + 2, at + 6)) - 0xDC00);
        at += 6;
    }
    buf_add_utf8(out, unit);
    return at;
}

static void add_string(struct buf *out, str quoted)
{
    str text = str_sub(quoted, 1, quoted.len - 1);
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == '\\' && at + 1 < text.len)
            at = add_escaped(out, text, at);
        else
            buf_add_char(out, text.ptr[at++]);
    }
}

static void add_name(struct buf *out, str object)
{
    static const char *const groups[] = {"Alphabetic", "Ideographic", "Phonetic"};
    unsigned missing = 0;
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        str group = member_of(object, str_of(groups[i]));
        if (i != 0)
            missing++;
        if (group.ptr == NULL)
            continue;
        for (; missing != 0; missing--)
            buf_add_char(out, '=');
        add_string(out, group);
    }
}

/* The text of an attribute; gives whether it is all numbers. */
static bool add_values(struct buf *out, str attribute)
{
    str values = member_of(attribute, STR("Value")), value;
    bool is_number = true, first = true;
    if (values.ptr == NULL) {
        str other = member_of(attribute, STR("BulkDataURI"));
        if (other.ptr == NULL)
            other = member_of(attribute, STR("InlineBinary"));
        if (other.ptr != NULL)
            add_string(out, other);
        return false;
    }
    if (str_eq(member_of(attribute, STR("vr")), STR("\"SQ\""))) {
        buf_add(out, values);
        return false;
    }
    for (size_t at = 0; json_model_next_value(values, &at, &value); first = false) {
        if (!first)
            buf_add_char(out, '\\');
        bool is_string = value.ptr[0] == '"', is_object = value.ptr[0] == '{';
        if (is_string)
            add_string(out, value);
        else if (is_object)
            add_name(out, value);
        else if (!str_eq(value, STR("null")))
            buf_add(out, value);
        is_number = is_number && !is_string && !is_object;
    }
    return is_number;
}

/* Where the tag is, or is to be. */
static size_t column_place(const struct tag_slice *columns, uint32_t tag)
{
    size_t low = 0, high = columns->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (columns->at[middle] < tag)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_column(struct arena *a, struct tag_slice *columns, uint32_t tag)
{
    size_t at = column_place(columns, tag);
    if (at < columns->len && columns->at[at] == tag)
        return;
    SLICE_PUSH(a, columns);
    for (size_t i = columns->len - 1; i > at; i--)
        columns->at[i] = columns->at[i - 1];
    columns->at[at] = tag;
}

static void add_header(struct buf *out, const struct tag_slice *columns)
{
    for (size_t i = 0; i < columns->len; i++) {
        const struct dictionary_entry *entry = dictionary_find(columns->at[i]);
        if (i != 0)
            buf_add_char(out, ',');
        if (entry != NULL && entry->keyword != NULL && entry->keyword[0] != '\0')
            buf_add(out, str_of(entry->keyword));
        else
            buf_addf(out, "%08X", (unsigned)columns->at[i]);
    }
    buf_add(out, STR("\r\n"));
}

/* Members need not stand in the order of tags. values: room for one of each column. */
static void add_row(struct buf *out, struct buf *cell, str row, const struct tag_slice *columns,
                    str *values)
{
    str name, value;
    memset(values, 0, columns->len * sizeof *values);
    for (size_t at = 0; json_model_next_member(row, &at, &name, &value);)
        values[column_place(columns, hex_of(name))] = value;
    for (size_t i = 0; i < columns->len; i++) {
        cell->len = 0;
        bool is_number = values[i].ptr != NULL && add_values(cell, values[i]);
        if (i != 0)
            buf_add_char(out, ',');
        csv_add_cell(out, buf_str(cell), is_number);
    }
    buf_add(out, STR("\r\n"));
}

void csv_write(struct buf *out, const struct str_slice *rows, const struct tag_slice *columns)
{
    struct tag_slice all = {0};
    struct buf cell = BUF_IN(out->arena);
    str name, value;
    for (size_t i = 0; i < columns->len; i++)
        add_column(out->arena, &all, columns->at[i]);
    for (size_t i = 0; i < rows->len; i++)
        for (size_t at = 0; json_model_next_member(rows->at[i], &at, &name, &value);)
            add_column(out->arena, &all, hex_of(name));
    add_header(out, &all);
    str *values = NEW_ARRAY(out->arena, str, all.len);
    for (size_t i = 0; i < rows->len; i++)
        add_row(out, &cell, rows->at[i], &all, values);
}
