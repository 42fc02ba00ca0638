/* One pass over the text with a stack of names. */
#include "infrastructure/s3/xml.h"

#include "base/buf.h"

struct xml_reader {
    struct arena *arena;
    str rest;
    struct xml_sink *sink;
    str names[XML_DEPTH_MAX + 1]; /* [0]: around the root */
    bool has_children[XML_DEPTH_MAX + 1];
    unsigned depth;
    struct buf text;
};

static err malformed(void)
{
    return ERR(MALFORMED, "an answer that is not the expected XML");
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

static void skip(struct xml_reader *r, size_t size)
{
    r->rest = str_sub(r->rest, size, r->rest.len);
}

static void skip_spaces(struct xml_reader *r)
{
    while (r->rest.len != 0 && is_space(r->rest.ptr[0]))
        skip(r, 1);
}

static err read_name(struct xml_reader *r, str *out)
{
    size_t len = 0;
    while (len < r->rest.len && is_name_char(r->rest.ptr[len]))
        len++;
    if (len == 0 || len > XML_NAME_SIZE_MAX)
        return malformed();
    *out = str_sub(r->rest, 0, len);
    skip(r, len);
    return OK;
}

static err read_attributes(struct xml_reader *r)
{
    for (;;) {
        str name;
        skip_spaces(r);
        if (r->rest.len == 0)
            return malformed();
        if (!is_name_char(r->rest.ptr[0]))
            return OK;
        TRY(read_name(r, &name));
        if (r->rest.len < 2 || r->rest.ptr[0] != '=')
            return malformed();
        char quote = r->rest.ptr[1];
        if (quote != '"' && quote != '\'')
            return malformed();
        skip(r, 2);
        size_t end = str_find_char(r->rest, quote);
        if (end == SIZE_MAX || str_find_char(str_sub(r->rest, 0, end), '<') != SIZE_MAX)
            return malformed();
        skip(r, end + 1);
    }
}

static bool is_allowed_character(uint64_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

static bool read_reference(str digits, unsigned base, uint64_t *out)
{
    *out = 0;
    if (digits.len == 0 || digits.len > 7)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.ptr[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 99;
        if (digit >= base)
            return false;
        *out = *out * base + digit;
    }
    return is_allowed_character(*out);
}

/* At "&". */
static err read_entity(struct xml_reader *r)
{
    static const struct {
        str name;
        char value;
    } named[] = {{STR_INIT("amp"), '&'},
                 {STR_INIT("lt"), '<'},
                 {STR_INIT("gt"), '>'},
                 {STR_INIT("quot"), '"'},
                 {STR_INIT("apos"), '\''}};
    size_t end = str_find_char(str_sub(r->rest, 0, 12), ';');
    uint64_t value;
    if (end == SIZE_MAX)
        return malformed();
    str name = str_sub(r->rest, 1, end);
    skip(r, end + 1);
    for (size_t i = 0; i < COUNT_OF(named); i++) {
        if (str_eq(name, named[i].name)) {
            buf_add_char(&r->text, named[i].value);
            return OK;
        }
    }
    bool hexadecimal = str_starts(name, STR("#x"));
    if (!str_starts(name, STR("#")) || !read_reference(str_sub(name, hexadecimal ? 2 : 1, name.len),
                                                       hexadecimal ? 16 : 10, &value))
        return malformed();
    buf_add_utf8(&r->text, (uint32_t)value);
    return OK;
}

static err read_text(struct xml_reader *r)
{
    while (r->rest.len != 0 && r->rest.ptr[0] != '<') {
        unsigned char c = (unsigned char)r->rest.ptr[0];
        if (r->text.len >= XML_TEXT_SIZE_MAX)
            return malformed();
        if (c == '&') {
            TRY(read_entity(r));
            continue;
        }
        if (c < 0x20 && !is_space((char)c))
            return malformed();
        buf_add_char(&r->text, (char)c);
        skip(r, 1);
    }
    return OK;
}

static err end_element(struct xml_reader *r)
{
    str text = r->has_children[r->depth] ? STR_NONE : str_copy(r->arena, buf_str(&r->text));
    unsigned depth = r->depth--;
    r->text.len = 0;
    return r->sink->end(r->sink, depth, r->names[depth], r->names[depth - 1], text);
}

static err read_end_tag(struct xml_reader *r)
{
    str name;
    skip(r, 2);
    TRY(read_name(r, &name));
    skip_spaces(r);
    if (r->rest.len == 0 || r->rest.ptr[0] != '>' || r->depth == 0 ||
        !str_eq(name, r->names[r->depth]))
        return malformed();
    skip(r, 1);
    return end_element(r);
}

static err read_start_tag(struct xml_reader *r)
{
    str name;
    skip(r, 1);
    TRY(read_name(r, &name));
    TRY(read_attributes(r));
    bool is_empty = str_starts(r->rest, STR("/>"));
    if (!is_empty && !str_starts(r->rest, STR(">")))
        return malformed();
    skip(r, is_empty ? 2 : 1);
    if (r->depth == XML_DEPTH_MAX)
        return malformed();
    r->has_children[r->depth++] = true;
    r->names[r->depth] = name;
    r->has_children[r->depth] = false;
    r->text.len = 0;
    TRY(r->sink->begin(r->sink, r->depth, name));
    return is_empty ? end_element(r) : OK;
}

static err skip_comment(struct xml_reader *r)
{
    size_t end = str_find(r->rest, STR("-->"));
    if (end == SIZE_MAX)
        return malformed();
    skip(r, end + 3);
    return OK;
}

static err read_declaration(struct xml_reader *r)
{
    if (str_starts(r->rest, STR("\xef\xbb\xbf")))
        skip(r, 3);
    skip_spaces(r);
    if (!str_starts(r->rest, STR("<?xml ")))
        return OK;
    size_t end = str_find(r->rest, STR("?>"));
    if (end == SIZE_MAX)
        return malformed();
    skip(r, end + 2);
    return OK;
}

err xml_read(struct arena *a, str document, struct xml_sink *sink)
{
    struct xml_reader r = {.arena = a, .rest = document, .sink = sink, .text = BUF_IN(a)};
    bool has_root = false;
    if (!str_is_utf8(document))
        return malformed();
    TRY(read_declaration(&r));
    for (;;) {
        if (r.depth == 0)
            skip_spaces(&r);
        if (r.rest.len == 0)
            return r.depth == 0 && has_root ? OK : malformed();
        if (r.rest.ptr[0] != '<') {
            if (r.depth == 0)
                return malformed();
            TRY(read_text(&r));
        } else if (str_starts(r.rest, STR("<!--"))) {
            TRY(skip_comment(&r));
        } else if (str_starts(r.rest, STR("</"))) {
            TRY(read_end_tag(&r));
        } else {
            if (r.depth == 0 && has_root)
                return malformed();
            has_root = true;
            TRY(read_start_tag(&r));
        }
    }
}

struct list_reader {
    struct xml_sink base;
    struct arena *arena;
    struct s3_list *list;
};

static bool is_entry(str name)
{
    return str_eq(name, STR("Contents")) || str_eq(name, STR("Upload"));
}

static err list_begin(struct xml_sink *sink, unsigned depth, str name)
{
    struct list_reader *r = container_of(sink, struct list_reader, base);
    if (depth == 1 && !str_eq(name, STR("ListBucketResult")) &&
        !str_eq(name, STR("ListMultipartUploadsResult")))
        return malformed();
    if (depth != 2 || !is_entry(name))
        return OK;
    if (r->list->entries.len == S3_LIST_LEN_MAX)
        return malformed();
    SLICE_PUSH(r->arena, &r->list->entries);
    return OK;
}

/* Once each, and never empty. */
static err take_text(str text, str *out)
{
    if (out->ptr != NULL || text.len == 0)
        return malformed();
    *out = text;
    return OK;
}

static err take_entry_member(struct s3_entry *entry, str name, str text)
{
    if (str_eq(name, STR("Key")))
        return take_text(text, &entry->key);
    if (str_eq(name, STR("UploadId")))
        return take_text(text, &entry->upload_id);
    if (str_eq(name, STR("Size")))
        return str_to_u64(text, &entry->size) ? OK : malformed();
    if (str_eq(name, STR("LastModified")) || str_eq(name, STR("Initiated")))
        return instant_from_text(text, &entry->since) ? OK : malformed();
    return OK;
}

static err take_list_member(struct s3_list *list, str name, str text)
{
    if (str_eq(name, STR("IsTruncated"))) {
        list->is_truncated = str_eq(text, STR("true"));
        return list->is_truncated || str_eq(text, STR("false")) ? OK : malformed();
    }
    if (str_eq(name, STR("NextContinuationToken")))
        return take_text(text, &list->next_token);
    if (str_eq(name, STR("NextKeyMarker")))
        list->next_key = text;
    if (str_eq(name, STR("NextUploadIdMarker")))
        list->next_upload = text;
    return OK;
}

static err list_end(struct xml_sink *sink, unsigned depth, str name, str parent, str text)
{
    struct list_reader *r = container_of(sink, struct list_reader, base);
    struct s3_entry_slice *entries = &r->list->entries;
    if (depth == 3 && is_entry(parent))
        return take_entry_member(&entries->at[entries->len - 1], name, text);
    if (depth == 2 && is_entry(name))
        return entries->at[entries->len - 1].key.len != 0 ? OK : malformed();
    return depth == 2 ? take_list_member(r->list, name, text) : OK;
}

err s3_list_read(struct arena *a, str document, struct s3_list *out)
{
    struct s3_list list = {0};
    struct list_reader r = {{list_begin, list_end}, a, &list};
    TRY(xml_read(a, document, &r.base));
    if (list.is_truncated && list.next_token.len == 0 && list.next_key.len == 0)
        return malformed();
    *out = list;
    return OK;
}

struct statement_reader {
    struct xml_sink base;
    struct s3_statement *out;
};

static err statement_begin(struct xml_sink *sink, unsigned depth, str name)
{
    struct statement_reader *r = container_of(sink, struct statement_reader, base);
    if (depth == 1)
        r->out->root = name;
    return OK;
}

static err statement_end(struct xml_sink *sink, unsigned depth, str name, str parent, str text)
{
    struct statement_reader *r = container_of(sink, struct statement_reader, base);
    (void)parent;
    if (depth != 2)
        return OK;
    const struct {
        str name;
        str *to;
    } members[] = {{STR("Code"), &r->out->code},
                   {STR("Message"), &r->out->message},
                   {STR("UploadId"), &r->out->upload_id},
                   {STR("ETag"), &r->out->etag}};
    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (str_eq(name, members[i].name))
            *members[i].to = text;
    return OK;
}

err s3_statement_read(struct arena *a, str document, struct s3_statement *out)
{
    struct s3_statement statement = {0};
    struct statement_reader r = {{statement_begin, statement_end}, &statement};
    TRY(xml_read(a, document, &r.base));
    *out = statement;
    return OK;
}
