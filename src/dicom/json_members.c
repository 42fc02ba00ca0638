/* A scan over strings and braces. */
#include "dicom/json_members.h"

#include "base/buf.h"
#include "dicom/dictionary.h"

#include <stdio.h>

/* The place behind the string that begins at i. */
static size_t behind_string(str text, size_t i)
{
    for (i++; i < text.len && text.ptr[i] != '"'; i++)
        i += text.ptr[i] == '\\';
    return i + 1;
}

str json_model_member(str document, uint32_t tag)
{
    unsigned depth = 0;
    size_t start = SIZE_MAX;
    char wanted[16];
    snprintf(wanted, sizeof wanted, "\"%08X\":", (unsigned)tag);
    for (size_t i = 0; i < document.len; i++) {
        char c = document.ptr[i];
        if (c == '"') {
            if (depth == 1 && start == SIZE_MAX &&
                str_starts(str_sub(document, i, document.len), str_of(wanted)))
                start = i;
            i = behind_string(document, i) - 1;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
            if (depth == 1 && start != SIZE_MAX)
                return str_sub(document, start, i + 1);
        }
    }
    return STR_NONE;
}

static void add_escaped(struct buf *out, str text, size_t *i)
{
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    char c = text.ptr[*i];
    const char *at = strchr(letters, c);
    uint32_t code = 0;
    if (c != 'u') {
        buf_add_char(out, at != NULL && c != '\0' ? meant[at - letters] : c);
        return;
    }
    for (unsigned n = 0; n < 4 && *i + 1 < text.len; n++) {
        char digit = text.ptr[++*i];
        code = code << 4 | (uint32_t)((digit & 0x0F) + (digit > '9' ? 9 : 0));
    }
    buf_add_utf8(out, code); /* our writer needs no surrogates */
}

/* The string that begins at i, without quotes and escapes. */
static void add_string(struct buf *out, str text, size_t i)
{
    for (i++; i < text.len && text.ptr[i] != '"'; i++) {
        if (text.ptr[i] != '\\')
            buf_add_char(out, text.ptr[i]);
        else if (++i < text.len)
            add_escaped(out, text, &i);
    }
}

/* What stands behind `"Value":` in a member; "" when it has none. */
static str values_of(str member)
{
    size_t at = str_find(member, STR("\"Value\":["));
    return at == SIZE_MAX ? STR("") : str_sub(member, at + 9, member.len);
}

/* The groups of a name, the object at i. Gives the place behind it. */
static size_t add_name(struct buf *out, str text, size_t i)
{
    static const char *const groups[] = {"\"Alphabetic\":", "\"Ideographic\":", "\"Phonetic\":"};
    size_t end = i, written = 0;
    while (end < text.len && text.ptr[end] != '}')
        end = text.ptr[end] == '"' ? behind_string(text, end) : end + 1;
    str object = str_sub(text, i, end);
    for (size_t g = 0; g < 3; g++) {
        size_t at = str_find(object, str_of(groups[g]));
        if (at == SIZE_MAX)
            continue;
        for (; written < g; written++)
            buf_add_char(out, '=');
        add_string(out, object, at + strlen(groups[g]));
    }
    return end + 1;
}

void json_model_values(struct arena *a, str document, uint32_t tag, struct str_slice *out)
{
    str member = json_model_member(document, tag), text = values_of(member);
    *out = (struct str_slice){0};
    if (str_starts(str_sub(member, 11, member.len), STR("{\"vr\":\"SQ\"")))
        return;
    for (size_t i = 0; i < text.len && text.ptr[i] != ']'; i++) {
        struct buf value = BUF_IN(a);
        char c = text.ptr[i];
        if (c == '"') {
            add_string(&value, text, i);
            i = behind_string(text, i);
        } else if (c == '{') {
            i = add_name(&value, text, i);
        } else {
            for (; i < text.len && text.ptr[i] != ',' && text.ptr[i] != ']'; i++)
                if (c != 'n') /* null: a value that is empty */
                    buf_add_char(&value, text.ptr[i]);
        }
        *SLICE_PUSH(a, out) = buf_str(&value);
        if (i < text.len && text.ptr[i] == ']')
            return;
    }
}

void json_model_items(struct arena *a, str document, uint32_t tag, struct str_slice *out)
{
    str member = json_model_member(document, tag), text = values_of(member);
    unsigned depth = 0;
    *out = (struct str_slice){0};
    if (!str_starts(str_sub(member, 11, member.len), STR("{\"vr\":\"SQ\"")))
        return;
    for (size_t i = 0, start = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"') {
            i = behind_string(text, i) - 1;
        } else if (c == '{' || c == '[') {
            start = depth++ == 0 ? i : start;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return;
            if (--depth == 0)
                *SLICE_PUSH(a, out) = str_sub(text, start, i + 1);
        }
    }
}

str json_model_member_text(struct arena *a, str document, uint32_t tag)
{
    struct str_slice values;
    struct buf out = BUF_IN(a);
    json_model_values(a, document, tag, &values);
    for (size_t i = 0; i < values.len; i++) {
        if (i != 0)
            buf_add_char(&out, '\\');
        buf_add(&out, values.at[i]);
    }
    return buf_str(&out);
}

str json_model_member_concept(struct arena *a, str document, uint32_t tag)
{
    str item = values_of(json_model_member(document, tag));
    if (item.len == 0 || item.ptr[0] != '{')
        return STR("");
    str value = json_model_member_text(a, item, 0x00080100),
        scheme = json_model_member_text(a, item, 0x00080102),
        meaning = json_model_member_text(a, item, 0x00080104);
    if (value.len == 0)
        return STR("");
    return str_format(a, "%.*s\\%.*s\\%.*s", STR_ARG(value), STR_ARG(scheme), STR_ARG(meaning));
}

/* Behind the value that begins at at. */
static size_t behind_value(str text, size_t at)
{
    unsigned depth = 0;
    while (at < text.len) {
        char c = text.ptr[at];
        if ((c == '}' || c == ']' || c == ',') && depth == 0)
            return at; /* of what the value stands in */
        at = c == '"' ? behind_string(text, at) : at + 1;
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
    }
    return text.len;
}

bool json_model_next_value(str array, size_t *at, str *out)
{
    size_t start = *at + 1;
    *at = behind_value(array, start); /* at "," or "]" */
    *out = str_sub(array, start, *at);
    return out->len != 0;
}

bool json_model_next_member(str object, size_t *at, str *tag, str *value)
{
    size_t start = *at + 1;
    if (start >= object.len || object.ptr[start] != '"')
        return false;
    size_t colon = behind_string(object, start);
    *at = behind_value(object, colon + 1);
    *tag = str_sub(object, start + 1, colon - 1);
    *value = str_sub(object, colon + 1, *at);
    return true;
}

str json_model_value_array(str attribute)
{
    size_t at = str_find(attribute, STR("\"Value\":["));
    return at == SIZE_MAX ? STR_NONE : str_sub(attribute, at + 8, attribute.len - 1);
}

void json_members_read(struct arena *a, str object, struct json_member_slice *out)
{
    struct json_member member;
    *out = (struct json_member_slice){0};
    for (size_t at = 0; json_model_next_member(object, &at, &member.tag, &member.value);)
        *SLICE_PUSH(a, out) = member;
}

str json_members_write(struct arena *a, const struct json_member_slice *members)
{
    struct buf out = BUF_IN(a);
    buf_add_char(&out, '{');
    for (size_t i = 0; i < members->len; i++) {
        buf_add(&out, i == 0 ? STR("\"") : STR(",\""));
        buf_add(&out, members->at[i].tag);
        buf_add(&out, STR("\":"));
        buf_add(&out, members->at[i].value);
    }
    buf_add_char(&out, '}');
    return buf_str(&out);
}

/* Where it is, or would be. */
static size_t place_of(const struct json_member_slice *members, uint32_t tag, bool *found)
{
    uint32_t here = 0;
    size_t i = 0;
    while (i < members->len && tag_from_text(members->at[i].tag, &here) && here < tag)
        i++;
    *found = i < members->len && here == tag;
    return i;
}

str json_members_find(const struct json_member_slice *members, uint32_t tag)
{
    bool found;
    size_t at = place_of(members, tag, &found);
    return found ? members->at[at].value : STR_NONE;
}

void json_members_set(struct arena *a, struct json_member_slice *members, uint32_t tag, str value)
{
    bool found;
    size_t at = place_of(members, tag, &found);
    if (!found) {
        SLICE_PUSH(a, members);
        memmove(&members->at[at + 1], &members->at[at],
                (members->len - 1 - at) * sizeof *members->at);
        members->at[at].tag = str_format(a, "%08X", (unsigned)tag);
    }
    members->at[at].value = value;
}

void json_members_remove(struct json_member_slice *members, uint32_t tag)
{
    bool found;
    size_t at = place_of(members, tag, &found);
    if (!found)
        return;
    memmove(&members->at[at], &members->at[at + 1], (members->len - 1 - at) * sizeof *members->at);
    members->len--;
}
