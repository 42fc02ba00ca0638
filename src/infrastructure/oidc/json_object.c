#include "infrastructure/oidc/json_object.h"

#include "base/arena.h"
#include "base/json.h"

static err skip(struct json_cursor *c, unsigned depth)
{
    str ignored;
    bool first = true, more;
    char open = json_peek(c);
    if (open == '"')
        return json_take_text(c, &ignored);
    if (open != '{' && open != '[')
        return json_take_word(c, &ignored);
    if (depth >= JSON_DEPTH_MAX)
        return ERR(MALFORMED, "nested too deeply");
    TRY(json_expect(c, open));
    for (;;) {
        TRY(json_next(c, &first, open == '{' ? '}' : ']', &more));
        if (!more)
            return OK;
        if (open == '{') {
            TRY(json_take_text(c, &ignored));
            TRY(json_expect(c, ':'));
        }
        TRY(skip(c, depth + 1));
    }
}

static err take_value(struct json_cursor *c, str *out)
{
    (void)json_peek(c); /* passes over the space */
    size_t start = c->at;
    TRY(skip(c, 0));
    *out = str_sub(c->text, start, c->at);
    return OK;
}

static err read_members(struct json_cursor *c, struct json_pair_slice *out)
{
    bool first = true, more;
    TRY(json_expect(c, '{'));
    for (;;) {
        str name;
        TRY(json_next(c, &first, '}', &more));
        if (!more)
            return OK;
        TRY(json_take_text(c, &name));
        TRY(json_expect(c, ':'));
        if (json_object_value(out, name).ptr != NULL)
            return ERR(MALFORMED, "a member is repeated");
        if (out->len == JSON_OBJECT_MEMBER_COUNT_MAX)
            return ERR(TOO_LARGE, "too many members");
        struct json_pair *pair = SLICE_PUSH(c->arena, out);
        pair->name = name;
        TRY(take_value(c, &pair->value));
    }
}

err json_object_read(struct arena *a, str text, struct json_pair_slice *out)
{
    struct json_cursor c = {.arena = a, .text = text};
    struct json_pair_slice members = {0};
    if (!str_is_utf8(text))
        return ERR(MALFORMED, "not UTF-8");
    TRY(read_members(&c, &members));
    if (json_peek(&c) != '\0' || c.at != text.len)
        return ERR(MALFORMED, "something follows the object");
    *out = members;
    return OK;
}

str json_object_value(const struct json_pair_slice *o, str name)
{
    for (size_t i = 0; i < o->len; i++)
        if (str_eq(o->at[i].name, name))
            return o->at[i].value;
    return STR_NONE;
}

/* A text that names or shows something holds no NUL. */
static bool take_plain_text(struct json_cursor *c, str *out)
{
    return json_peek(c) == '"' && !failed(json_take_text(c, out)) &&
           (out->len == 0 || memchr(out->ptr, '\0', out->len) == NULL);
}

bool json_object_text(struct arena *a, const struct json_pair_slice *o, str name, str *out)
{
    struct json_cursor c = {.arena = a, .text = json_object_value(o, name)};
    return take_plain_text(&c, out);
}

bool json_object_number(struct arena *a, const struct json_pair_slice *o, str name, double *out)
{
    (void)a;
    return str_to_double(json_object_value(o, name), out);
}

bool json_object_list(struct arena *a, const struct json_pair_slice *o, str name, size_t len_max,
                      struct str_slice *out)
{
    struct json_cursor c = {.arena = a, .text = json_object_value(o, name)};
    bool first = true, more;
    *out = (struct str_slice){0};
    if (failed(json_expect(&c, '[')))
        return false;
    for (;;) {
        if (failed(json_next(&c, &first, ']', &more)))
            return false;
        if (!more)
            return true;
        if (out->len == len_max || failed(take_value(&c, SLICE_PUSH(a, out))))
            return false;
    }
}

bool json_object_texts(struct arena *a, const struct json_pair_slice *o, str name,
                       struct str_slice *out)
{
    str one;
    struct str_slice values;
    *out = (struct str_slice){0};
    if (json_object_text(a, o, name, &one)) {
        *SLICE_PUSH(a, out) = one;
        return true;
    }
    if (!json_object_list(a, o, name, JSON_OBJECT_LIST_LEN_MAX, &values))
        return false;
    for (size_t i = 0; i < values.len; i++) {
        struct json_cursor c = {.arena = a, .text = values.at[i]};
        if (!take_plain_text(&c, SLICE_PUSH(a, out)))
            return false;
    }
    return true;
}

bool json_object_is_true(struct arena *a, const struct json_pair_slice *o, str name)
{
    str text;
    return str_eq(json_object_value(o, name), STR("true")) ||
           (json_object_text(a, o, name, &text) && str_eq(text, STR("true")));
}
