/* A cursor over the text for reading, a buf for writing; the schema is the only shape in between.
 */
#include "base/json.h"

#include "base/arena.h"

static err read_object(struct json_cursor *c, const struct schema *schema, void *out,
                       unsigned depth);

static err bad(struct json_cursor *c, const char *what)
{
    return ERRF(c->arena, MALFORMED, "not valid JSON: %s at byte %zu", what, c->at);
}

static void skip_space(struct json_cursor *c)
{
    while (c->at < c->text.len && memchr(" \t\r\n", c->text.ptr[c->at], 4) != NULL)
        c->at++;
}

char json_peek(struct json_cursor *c)
{
    skip_space(c);
    return c->at < c->text.len ? c->text.ptr[c->at] : '\0';
}

err json_expect(struct json_cursor *c, char wanted)
{
    if (json_peek(c) != wanted)
        return ERRF(c->arena, MALFORMED, "not valid JSON: '%c' expected at byte %zu", wanted,
                    c->at);
    c->at++;
    return OK;
}

err json_next(struct json_cursor *c, bool *first, char close, bool *more)
{
    *more = json_peek(c) != close;
    if (!*more)
        c->at++;
    else if (!*first)
        TRY(json_expect(c, ','));
    *first = false;
    return OK;
}

static bool hex4(struct json_cursor *c, uint32_t *out)
{
    uint32_t value = 0;
    if (c->text.len - c->at < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        char d = c->text.ptr[c->at + i];
        uint32_t digit = d >= '0' && d <= '9'   ? (uint32_t)(d - '0')
                         : d >= 'a' && d <= 'f' ? (uint32_t)(d - 'a' + 10)
                         : d >= 'A' && d <= 'F' ? (uint32_t)(d - 'A' + 10)
                                                : 16;
        if (digit == 16)
            return false;
        value = value << 4 | digit;
    }
    c->at += 4;
    *out = value;
    return true;
}

/* Behind "\u": one character, which may take a second escape (surrogates). */
static err read_unicode_escape(struct json_cursor *c, struct buf *out)
{
    uint32_t first, second;
    if (!hex4(c, &first))
        return bad(c, "bad \\u escape");
    if (first >= 0xDC00 && first <= 0xDFFF)
        return bad(c, "lone surrogate");
    if (first >= 0xD800 && first <= 0xDBFF) {
        if (c->text.len - c->at < 6 || c->text.ptr[c->at] != '\\' || c->text.ptr[c->at + 1] != 'u')
            return bad(c, "lone surrogate");
        c->at += 2;
        if (!hex4(c, &second) || second < 0xDC00 || second > 0xDFFF)
            return bad(c, "lone surrogate");
        first = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }
    buf_add_utf8(out, first);
    return OK;
}

static err read_escape(struct json_cursor *c, struct buf *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (c->at >= c->text.len)
        return bad(c, "text without end");
    char kind = c->text.ptr[c->at++];
    if (kind == 'u')
        return read_unicode_escape(c, out);
    const char *known = kind == '\0' ? NULL : strchr(from, kind);
    if (known == NULL)
        return bad(c, "unknown escape");
    buf_add_char(out, to[known - from]);
    return OK;
}

err json_take_text(struct json_cursor *c, str *out)
{
    TRY(json_expect(c, '"'));
    size_t start = c->at;
    struct buf copy = BUF_IN(c->arena);
    bool copied = false;
    for (;;) {
        size_t run = c->at;
        while (c->at < c->text.len && c->text.ptr[c->at] != '"' && c->text.ptr[c->at] != '\\' &&
               (unsigned char)c->text.ptr[c->at] >= 0x20)
            c->at++;
        if (c->at >= c->text.len || (unsigned char)c->text.ptr[c->at] < 0x20)
            return bad(c, "text without end or with a control character");
        if (copied || c->text.ptr[c->at] == '\\')
            buf_add(&copy, str_sub(c->text, run, c->at));
        if (c->text.ptr[c->at++] == '"')
            break;
        copied = true;
        TRY(read_escape(c, &copy));
    }
    *out = copied ? buf_str(&copy) : str_sub(c->text, start, c->at - 1);
    return OK;
}

err json_take_word(struct json_cursor *c, str *out)
{
    skip_space(c);
    size_t start = c->at;
    while (c->at < c->text.len && memchr(" \t\r\n,]}:[{\"", c->text.ptr[c->at], 11) == NULL)
        c->at++;
    *out = str_sub(c->text, start, c->at);
    double number;
    if (str_eq(*out, STR("true")) || str_eq(*out, STR("false")) || str_eq(*out, STR("null")))
        return OK;
    if (!str_to_double(*out, &number))
        return bad(c, "unexpected token");
    return OK;
}

/* Passes over a value of whatever shape: under a key that is not known, or of the wrong kind. */
static err skip_value(struct json_cursor *c, unsigned depth)
{
    str ignored;
    char open = json_peek(c);
    if (open == '"')
        return json_take_text(c, &ignored);
    if (open != '{' && open != '[')
        return json_take_word(c, &ignored);
    if (depth >= JSON_DEPTH_MAX)
        return bad(c, "nested too deeply");
    char close = open == '{' ? '}' : ']';
    c->at++;
    if (json_peek(c) == close) {
        c->at++;
        return OK;
    }
    for (;;) {
        if (open == '{') {
            TRY(json_take_text(c, &ignored));
            TRY(json_expect(c, ':'));
        }
        TRY(skip_value(c, depth + 1));
        if (json_peek(c) != ',')
            break;
        c->at++;
    }
    return json_expect(c, close);
}

static err read_list(struct json_cursor *c, const struct field *f, void *at, unsigned depth)
{
    struct str_slice *texts = at; /* every slice has the same two members */
    size_t room = 0;
    *texts = (struct str_slice){0};
    TRY(json_expect(c, '['));
    if (json_peek(c) == ']') {
        texts->at = arena_alloc(c->arena, 1, 16);
        c->at++;
        return OK;
    }
    size_t size = f->kind == FIELD_STR_LIST ? sizeof(str) : f->of->size;
    for (;;) {
        if (texts->len >= FIELD_LIST_LEN_MAX)
            return bad(c, "list too long");
        if (texts->len == room) {
            texts->at = arena_grow(c->arena, texts->at, room * size, (room * 2 + 4) * size, 16);
            room = room * 2 + 4;
        }
        char *element = (char *)(void *)texts->at + texts->len * size;
        memset(element, 0, size);
        if (f->kind == FIELD_LIST) {
            TRY(read_object(c, f->of, element, depth + 1));
        } else if (json_peek(c) == '"') {
            TRY(json_take_text(c, (str *)(void *)element));
        } else {
            issues_add(c->issues, str_of(f->name), "must be a list of texts");
            TRY(skip_value(c, depth + 1));
        }
        texts->len++;
        if (json_peek(c) != ',')
            break;
        c->at++;
    }
    return json_expect(c, ']');
}

static bool takes_text(enum field_kind kind)
{
    return kind == FIELD_STR || kind == FIELD_UUID || kind == FIELD_DATE || kind == FIELD_INSTANT ||
           kind == FIELD_ENUM;
}

static err read_scalar(struct json_cursor *c, const struct field *f, void *object)
{
    str text;
    bool quoted = json_peek(c) == '"';
    TRY(quoted ? json_take_text(c, &text) : json_take_word(c, &text));
    if (!quoted && str_eq(text, STR("null"))) {
        if ((f->flags & REQUIRED) != 0)
            issues_add(c->issues, str_of(f->name), "must not be null");
        return OK;
    }
    bool is_bool = f->kind == FIELD_BOOL || f->kind == FIELD_OPT_BOOL;
    bool fits = quoted
                    ? takes_text(f->kind)
                    : !takes_text(f->kind) && is_bool == (text.ptr[0] == 't' || text.ptr[0] == 'f');
    if (fits)
        field_read_text(f, c->arena, text, object, c->issues);
    else
        issues_add(c->issues, str_of(f->name), "is of the wrong type");
    return OK;
}

static err read_member(struct json_cursor *c, const struct field *f, void *object, unsigned depth)
{
    void *at = (char *)object + f->offset;
    char next = json_peek(c);
    if (f->kind == FIELD_OBJECT && next == '{')
        return read_object(c, f->of, at, depth + 1);
    if ((f->kind == FIELD_LIST || f->kind == FIELD_STR_LIST) && next == '[')
        return read_list(c, f, at, depth);
    if (f->kind == FIELD_OBJECT || f->kind == FIELD_LIST || f->kind == FIELD_STR_LIST ||
        next == '{' || next == '[') {
        size_t start = c->at;
        TRY(skip_value(c, depth));
        if (!str_eq(str_sub(c->text, start, c->at), STR("null")) || (f->flags & REQUIRED) != 0)
            issues_add(c->issues, str_of(f->name), "is of the wrong type");
        return OK;
    }
    return read_scalar(c, f, object);
}

static err read_pair(struct json_cursor *c, const struct schema *schema, void *out,
                     struct str_slice *seen, unsigned depth)
{
    str name;
    void *object = out;
    TRY(json_take_text(c, &name));
    TRY(json_expect(c, ':'));
    const struct field *f = schema_find(schema, name, &object);
    for (size_t i = 0; i < seen->len; i++)
        if (str_eq(seen->at[i], name))
            return bad(c, "a member is repeated");
    if (f == NULL || (f->flags & (INTERNAL | STORED_ONLY | FROM_HEADER)) != 0) {
        if (c->issues->list.len < SCHEMA_FIELD_COUNT_MAX)
            issues_add(c->issues, str_sub(name, 0, 64), "is not a known member");
        return skip_value(c, depth);
    }
    *SLICE_PUSH(c->arena, seen) = name;
    return read_member(c, f, object, depth);
}

static err read_object(struct json_cursor *c, const struct schema *schema, void *out,
                       unsigned depth)
{
    struct str_slice seen = {0};
    if (depth >= JSON_DEPTH_MAX)
        return bad(c, "nested too deeply");
    TRY(json_expect(c, '{'));
    if (json_peek(c) == '}') {
        c->at++;
        return OK;
    }
    for (;;) {
        TRY(read_pair(c, schema, out, &seen, depth));
        if (json_peek(c) != ',')
            break;
        c->at++;
    }
    return json_expect(c, '}');
}

static err check_end(struct json_cursor *c)
{
    skip_space(c);
    return c->at == c->text.len ? OK : bad(c, "something follows the value");
}

err json_read(struct arena *a, str text, const struct schema *schema, void *out,
              struct issues *issues)
{
    struct json_cursor c = {.arena = a, .text = text, .issues = issues};
    if (!str_is_utf8(text))
        return ERR(MALFORMED, "not valid JSON: not UTF-8");
    if (json_peek(&c) != '{')
        return bad(&c, "an object is expected");
    TRY(read_object(&c, schema, out, 0));
    return check_end(&c);
}

err json_check(str text)
{
    struct arena scratch;
    arena_init(&scratch);
    struct json_cursor c = {.arena = &scratch, .text = text};
    err e = str_is_utf8(text) ? skip_value(&c, 0) : ERR(MALFORMED, "not UTF-8");
    if (!failed(e))
        e = check_end(&c);
    if (failed(e))
        e = ERR(MALFORMED, "not valid JSON");
    arena_deinit(&scratch);
    return e;
}

/* Any byte of the eight that is a control character, a quotation mark, a backslash or not ASCII. */
static bool has_special(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\';
    return ((eight | (eight - ones * 0x20) | (quote - ones) | (backslash - ones)) & highs) != 0;
}

/* Behind the characters that stand for themselves. */
static size_t skip_plain(str text, size_t at)
{
    uint64_t eight;
    for (; text.len - at >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, text.ptr + at, sizeof eight);
        if (has_special(eight))
            break;
    }
    while (at < text.len) {
        unsigned char c = (unsigned char)text.ptr[at];
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
            break;
        at++;
    }
    return at;
}

void json_write_str(struct buf *out, str text)
{
    static const char digits[] = "0123456789abcdef";
    buf_add_char(out, '"');
    size_t run = 0, at = 0;
    while ((at = skip_plain(text, at)) < text.len) {
        unsigned char c = (unsigned char)text.ptr[at];
        buf_add(out, str_sub(text, run, at));
        if (c >= 0x80) {
            buf_add_utf8(out, str_utf8_next(text, &at));
        } else {
            const char *known = strchr("\"\\\b\f\n\r\t", c);
            char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
            if (known != NULL && c != 0) {
                escape[1] = "\"\\bfnrt"[known - "\"\\\b\f\n\r\t"];
                buf_add_bytes(out, escape, 2);
            } else {
                buf_add_bytes(out, escape, 6);
            }
            at++;
        }
        run = at;
    }
    buf_add(out, str_sub(text, run, text.len));
    buf_add_char(out, '"');
}

void json_write_member(struct buf *out, bool *first, str name)
{
    if (!*first)
        buf_add_char(out, ',');
    *first = false;
    json_write_str(out, name);
    buf_add_char(out, ':');
}

static void write_str_list(struct buf *out, const struct str_slice *list)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < list->len; i++) {
        if (i != 0)
            buf_add_char(out, ',');
        json_write_str(out, list->at[i]);
    }
    buf_add_char(out, ']');
}

static void write_value(struct buf *out, const struct field *f, const void *object, unsigned flags)
{
    const void *at = (const char *)object + f->offset;
    if ((flags & JSON_REDACT) != 0 && (f->flags & (PHI | SECRET)) != 0) {
        buf_add(out, STR("\"***\""));
        return;
    }
    switch (f->kind) {
    case FIELD_OBJECT:
        json_write(out, f->of, at, flags);
        return;
    case FIELD_STR_LIST:
        write_str_list(out, at);
        return;
    case FIELD_LIST: {
        const struct str_slice *list = at;
        buf_add_char(out, '[');
        for (size_t i = 0; i < list->len; i++) {
            if (i != 0)
                buf_add_char(out, ',');
            json_write(out, f->of, (const char *)(const void *)list->at + i * f->of->size, flags);
        }
        buf_add_char(out, ']');
        return;
    }
    case FIELD_STR:
        json_write_str(out, *(const str *)at);
        return;
    default:
        break;
    }
    bool quoted = takes_text(f->kind); /* what is no str has nothing to escape */
    if (quoted)
        buf_add_char(out, '"');
    field_add_text(out, f, object);
    if (quoted)
        buf_add_char(out, '"');
}

/* Names of members are C identifiers. */
static void write_name(struct buf *out, bool *first, const char *name)
{
    size_t len = strlen(name);
    char *p = buf_reserve(out, len + 4), *start = p;
    if (!*first)
        *p++ = ',';
    *first = false;
    *p++ = '"';
    memcpy(p, name, len);
    p += len;
    *p++ = '"';
    *p++ = ':';
    buf_added(out, (size_t)(p - start));
}

static void write_members(struct buf *out, bool *first, const struct schema *schema,
                          const void *object, unsigned flags)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if ((f->flags & INTERNAL) != 0 && (flags & JSON_INTERNAL) == 0)
            continue;
        if (f->kind == FIELD_EMBED) {
            write_members(out, first, f->of, (const char *)object + f->offset, flags);
            continue;
        }
        bool is_list = f->kind == FIELD_LIST || f->kind == FIELD_STR_LIST;
        if (!field_is_set(f, object) && !is_list) {
            if ((f->flags & NULLABLE) == 0)
                continue;
            write_name(out, first, f->name);
            buf_add(out, STR("null"));
            continue;
        }
        write_name(out, first, f->name);
        write_value(out, f, object, flags);
    }
}

void json_write(struct buf *out, const struct schema *schema, const void *object, unsigned flags)
{
    bool first = true;
    buf_add_char(out, '{');
    write_members(out, &first, schema, object, flags);
    buf_add_char(out, '}');
}
