/* QIDO-RS, PS3.18 10.6: the query, and the headers of the answer. */
#include "presentation/internal_routers/dicomweb_search.h"

#include "dicom/dictionary.h"

enum {
    TAG_PATH_DEPTH_MAX = 8,
    IGNORED_COUNT_MAX = 8,      /* names that the warning tells of */
    IGNORED_NAME_SIZE_MAX = 64, /* bytes of one */
    LINK_SIZE_MAX = 2000        /* proxies take heads of 4 KiB and no more */
};

/* Parameters that may stand once, as bits. */
enum { LIMIT = 1, OFFSET = 2, CURSOR = 4, FUZZY = 8, EMPTY_VALUES = 16, MANY_VALUES = 32 };

/* Keywords or tags, a path through sequences (PS3.18 8.3.4.1). False when it is none. */
static bool read_path(str name, uint32_t path[TAG_PATH_DEPTH_MAX], size_t *depth)
{
    str rest = name, part;
    for (*depth = 0; str_cut(&rest, '.', &part); ++*depth)
        if (*depth == TAG_PATH_DEPTH_MAX || !tag_from_name(part, &path[*depth]))
            return false;
    return true;
}

/* NULL for what is no attribute, or none that can be searched by there. */
static const struct image_attribute *read_attribute(const struct search *s, str name)
{
    uint32_t path[TAG_PATH_DEPTH_MAX];
    size_t depth;
    const struct image_attribute *found =
        read_path(name, path, &depth) ? image_attribute_at(path, depth) : NULL;
    return found == NULL ? NULL : image_attribute_seen_from(found, s->query.filter.level);
}

/* For the warning: by its name, as far as that is one. */
static void ignore(struct search *s, str name)
{
    if (s->ignored_count++ >= IGNORED_COUNT_MAX)
        return;
    if (s->ignored_count != 1)
        buf_add(&s->ignored, STR(", "));
    for (size_t i = 0; i < name.len && i < IGNORED_NAME_SIZE_MAX; i++) {
        char c = name.ptr[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
        buf_add_char(&s->ignored, is_plain ? c : '?');
    }
}

static void include(struct search *s, uint32_t tag)
{
    if (s->included_count < INCLUDE_COUNT_MAX)
        s->included[s->included_count++] = tag;
}

static void read_include(struct search *s, str list)
{
    str part;
    while (str_cut(&list, ',', &part)) {
        uint32_t path[TAG_PATH_DEPTH_MAX];
        size_t depth;
        part = str_trim(part);
        if (str_eq_nocase(part, STR("all")))
            s->includes_all = true;
        else if (read_path(part, path, &depth) && depth != 0)
            include(s, path[0]); /* a sequence comes with all its items */
        else if (part.len != 0)
            ignore(s, part);
    }
}

static err read_order(struct search *s, str list)
{
    struct image_filter *f = &s->query.filter;
    str part;
    while (str_cut(&list, ',', &part)) {
        part = str_trim(part);
        bool descending = part.len != 0 && part.ptr[0] == '-';
        const struct image_attribute *attribute =
            read_attribute(s, str_sub(part, descending ? 1 : 0, part.len));
        if (attribute == NULL || !search_has_attribute(s, attribute) ||
            f->sort_count == SORT_KEY_COUNT_MAX)
            return ERR(MALFORMED, "orderby names something that cannot be sorted by");
        f->sort[f->sort_count++] = (struct image_sort){attribute, descending};
    }
    return OK;
}

static err read_number(str text, uint64_t max, uint64_t *out)
{
    if (!str_to_u64(text, out))
        return ERR(MALFORMED, "limit and offset must be whole numbers");
    if (*out > max)
        *out = max;
    return OK;
}

static err read_switch(str value, bool *out)
{
    *out = str_eq_nocase(value, STR("true"));
    return *out || str_eq_nocase(value, STR("false"))
               ? OK
               : ERR(MALFORMED, "fuzzymatching, emptyvaluematching and multiplevaluematching are "
                                "true or false");
}

static err read_limit(struct search *s, str value)
{
    uint64_t number;
    TRY(read_number(value, IMAGE_PAGE_SIZE_MAX, &number));
    s->query.filter.limit = number == 0 ? SEARCH_LIMIT_DEFAULT : (uint32_t)number;
    return OK;
}

static err read_offset(struct search *s, str value)
{
    return read_number(value, INT32_MAX, &s->query.filter.offset);
}

static err read_cursor(struct search *s, str value)
{
    s->query.filter.after = value;
    return OK;
}

static err read_fuzzy(struct search *s, str value)
{
    return read_switch(value, &s->is_fuzzy);
}

static err read_empty_values(struct search *s, str value)
{
    return read_switch(value, &s->matches_empty);
}

static err read_many_values(struct search *s, str value)
{
    return read_switch(value, &s->matches_any);
}

static err read_includes(struct search *s, str value)
{
    read_include(s, value);
    return OK;
}

static err read_accept(struct search *s, str value)
{
    (void)s, (void)value; /* has its say in the form of the results */
    return OK;
}

static const struct parameter {
    const char *name;
    unsigned once; /* its bit; 0: it may stand several times */
    err (*read)(struct search *s, str value);
} parameters[] = {{"limit", LIMIT, read_limit},
                  {"offset", OFFSET, read_offset},
                  {"cursor", CURSOR, read_cursor},
                  {"includefield", 0, read_includes},
                  {"orderby", 0, read_order},
                  {"fuzzymatching", FUZZY, read_fuzzy},
                  {"emptyvaluematching", EMPTY_VALUES, read_empty_values},
                  {"multiplevaluematching", MANY_VALUES, read_many_values},
                  {"accept", 0, read_accept}};

static err add_match(struct search *s, const struct image_attribute *attribute, str value)
{
    struct image_filter *f = &s->query.filter;
    if (f->matches.len == MATCH_COUNT_MAX)
        return ERR(MALFORMED, "too many matching keys");
    *SLICE_PUSH(request_arena(s->r), &f->matches) =
        (struct image_match){.attribute = attribute, .value = value};
    return OK;
}

static err read_pair(struct search *s, const struct query_pair *pair)
{
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        const struct parameter *p = &parameters[i];
        if (!str_eq(pair->name, str_of(p->name)))
            continue;
        if ((s->seen & p->once) != 0)
            return ERR(MALFORMED, "a parameter that may stand once stands there again");
        s->seen |= p->once;
        return p->read(s, pair->value);
    }
    const struct image_attribute *attribute = read_attribute(s, pair->name);
    if (attribute == NULL || !search_has_attribute(s, attribute)) {
        ignore(s, pair->name);
        return OK;
    }
    include(s, attribute->tag); /* what is matched is given, PS3.18 10.6.3.3 */
    return add_match(s, attribute, pair->value);
}

/* What the address says. A UID in it binds more than one in the query. */
static err read_address(struct search *s)
{
    struct image_filter *f = &s->query.filter;
    struct image_path path;
    str address = str_of(s->r->route->path);
    TRY(dicomweb_path(s->r, &path));
    f->level = str_ends(address, STR("/instances")) ? LEVEL_INSTANCE
               : str_ends(address, STR("/series"))  ? LEVEL_SERIES
                                                    : LEVEL_STUDY;
    f->one_per_patient = str_ends(address, STR("/patients"));
    s->in_study = path.study_uid.ptr != NULL;
    s->in_series = path.series_uid.ptr != NULL;
    if (s->in_study)
        TRY(add_match(s, image_attribute_find(0x0020000D), path.study_uid));
    if (s->in_series)
        TRY(add_match(s, image_attribute_find(0x0020000E), path.series_uid));
    return OK;
}

/* What is asked for besides the columns: metadata, which only instances have, and counts. */
static void ask_for_more(struct search *s)
{
    struct image_filter *f = &s->query.filter;
    bool beyond_columns = s->includes_all;
    f->wants_patient_counts = f->one_per_patient;
    for (size_t i = 0; i < s->included_count; i++) {
        uint32_t tag = s->included[i];
        f->wants_patient_counts = f->wants_patient_counts || search_is_patient_count(tag);
        beyond_columns =
            beyond_columns || (image_attribute_find(tag) == NULL && !search_is_derived(tag));
    }
    s->query.with_metadata = beyond_columns && f->level == LEVEL_INSTANCE;
}

static err read_search(struct search *s)
{
    struct request *r = s->r;
    struct image_filter *f = &s->query.filter;
    f->limit = SEARCH_LIMIT_DEFAULT;
    f->wants_total = true;
    TRY(read_address(s));
    for (size_t i = 0; i < r->query.len; i++)
        TRY(read_pair(s, &r->query.at[i]));
    if ((s->seen & OFFSET) != 0 && (s->seen & CURSOR) != 0)
        return ERR(MALFORMED, "a cursor and an offset are two places to go on from");
    for (size_t i = 0; i < f->matches.len; i++) { /* the switches may stand behind the keys */
        struct image_match *m = &f->matches.at[i];
        m->matches_any = s->matches_any;
        m->is_fuzzy = s->is_fuzzy;
        m->matches_empty = s->matches_empty && str_eq(m->value, STR("\"\""));
    }
    ask_for_more(s);
    return OK;
}

static void add_warning(struct buf *out, str service)
{
    buf_addf(out, "%s299 %.*s: ", out->len == 0 ? "" : ", ", STR_ARG(service));
}

/* PS3.18 8.3.4.4 and 10.6.3.1. */
static void set_warning(struct search *s, bool more)
{
    struct buf out = BUF_IN(request_arena(s->r));
    str service = dicomweb_base_url(s->r);
    if (more) {
        add_warning(&out, service);
        buf_add(&out, STR("\"The number of results exceeded the maximum supported by the server. "
                          "Additional results can be requested.\""));
    }
    if (s->ignored_count != 0) {
        add_warning(&out, service);
        buf_addf(&out, "\"Parameters that are not supported here were ignored: %.*s%s\"",
                 STR_ARG(buf_str(&s->ignored)),
                 s->ignored_count > IGNORED_COUNT_MAX ? ", and more" : "");
    }
    if (out.len != 0)
        http_set_header(s->r->x, "Warning", buf_str(&out));
}

/* The cursor, and the same search from it on (RFC 8288), unless that is too long. */
static void set_next(struct request *r, str cursor)
{
    struct buf out = BUF_IN(request_arena(r));
    str rest = r->x->query, pair;
    buf_add(&out, STR("<?"));
    while (str_cut(&rest, '&', &pair)) {
        if (pair.len == 0 || str_starts(pair, STR("cursor=")) || str_starts(pair, STR("offset=")))
            continue;
        for (size_t i = 0; i < pair.len; i++)
            if (strchr("<>\" ", pair.ptr[i]) != NULL)
                buf_addf(&out, "%%%02X", (unsigned char)pair.ptr[i]);
            else
                buf_add_char(&out, pair.ptr[i]);
        buf_add_char(&out, '&');
    }
    buf_addf(&out, "cursor=%.*s>; rel=\"next\"", STR_ARG(cursor));
    http_set_header(r->x, "X-Next-Cursor", cursor);
    if (out.len <= LINK_SIZE_MAX)
        http_set_header(r->x, "Link", buf_str(&out));
}

err dicomweb_search(struct request *r)
{
    struct search s = {.r = r, .ignored = BUF_IN(request_arena(r))};
    struct search_images_result result;
    const struct result_form *form = result_form_choose(r);
    if (form == NULL)
        return ERR(NOT_ACCEPTABLE, "results are application/dicom+json, application/json, "
                                   "application/dicom+xml or text/csv");
    TRY(read_search(&s));
    search_choose_attributes(&s);
    err e = search_images_send(&r->scope, &s.query, &result);
    if (e.code == ERR_INVALID)
        return (err){ERR_MALFORMED, e.text, e.where}; /* PS3.18 10.6.3: 400 */
    TRY(e);
    set_warning(&s, result.page.next.ptr != NULL);
    if (result.page.next.ptr != NULL)
        set_next(r, result.page.next);
    http_set_header(r->x, "X-Total-Count",
                    str_format(request_arena(r), "%lld", (long long)result.page.total));
    http_set_header(r->x, "Cache-Control", STR("private, no-cache"));
    return result_form_respond(form, &s, &result);
}
