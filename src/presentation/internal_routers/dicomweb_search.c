/* QIDO-RS, PS3.18 10.6, and the search of non-patient objects, 12.6: the query, and the headers of
 * the answer. */
#include "presentation/internal_routers/dicomweb_search.h"

#include "application/queries/non_patient_objects/search_non_patient_objects/query.h"
#include "dicom/dictionary.h"

enum {
    IGNORED_COUNT_MAX = 8,      /* names that the warning tells of */
    IGNORED_NAME_SIZE_MAX = 64, /* bytes of one */
    LINK_SIZE_MAX = 2000        /* proxies take heads of 4 KiB and no more */
};

/* Parameters that may stand once, as bits. */
enum { LIMIT = 1, OFFSET = 2, CURSOR = 4, FUZZY = 8, EMPTY_VALUES = 16, MANY_VALUES = 32 };

/* NULL for what is no attribute, or in no column. */
static const struct image_attribute *read_attribute(const struct search *s, str name)
{
    struct attribute_path path;
    if (!attribute_path_read(name, &path))
        return NULL;
    if (search_is_of_objects(s)) {
        const struct non_patient_attribute *a =
            non_patient_attribute_at(s->query.filter.category, path.tags, path.depth);
        return a != NULL ? &a->key : NULL;
    }
    const struct image_attribute *found = image_attribute_at(path.tags, path.depth), *seen = NULL;
    if (found != NULL)
        seen = image_attribute_seen_from(found, s->query.filter.level);
    return seen != NULL ? seen : found; /* only what is below has it */
}

void ignored_names_add(struct ignored_names *ignored, str name)
{
    if (ignored->count++ >= IGNORED_COUNT_MAX)
        return;
    if (ignored->count != 1)
        buf_add(&ignored->names, STR(", "));
    for (size_t i = 0; i < name.len && i < IGNORED_NAME_SIZE_MAX; i++) {
        char c = name.ptr[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
        buf_add_char(&ignored->names, is_plain ? c : '?');
    }
}

void search_include(struct search *s, uint32_t tag)
{
    if (s->included_count < INCLUDE_COUNT_MAX)
        s->included[s->included_count++] = tag;
}

static void read_include(struct search *s, str list)
{
    str part;
    while (str_cut(&list, ',', &part)) {
        struct attribute_path path;
        part = str_trim(part);
        if (str_eq_nocase(part, STR("all")))
            s->includes_all = true;
        else if (attribute_path_read(part, &path))
            search_include(s, path.tags[0]); /* a sequence comes with all its items */
        else if (part.len != 0)
            ignored_names_add(&s->ignored, part);
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

err search_read_number(str text, uint64_t max, uint64_t *out)
{
    if (!str_to_u64(text, out))
        return ERR(MALFORMED, "limit and offset must be whole numbers");
    if (*out > max)
        *out = max;
    return OK;
}

err search_read_switch(str value, bool *out)
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
    TRY(search_read_number(value, IMAGE_PAGE_SIZE_MAX, &number));
    s->query.filter.limit = number == 0 ? SEARCH_LIMIT_DEFAULT : (uint32_t)number;
    return OK;
}

static err read_offset(struct search *s, str value)
{
    return search_read_number(value, INT32_MAX, &s->query.filter.offset);
}

static err read_cursor(struct search *s, str value)
{
    s->query.filter.after = value;
    return OK;
}

static err read_fuzzy(struct search *s, str value)
{
    return search_read_switch(value, &s->is_fuzzy);
}

static err read_empty_values(struct search *s, str value)
{
    return search_read_switch(value, &s->matches_empty);
}

static err read_many_values(struct search *s, str value)
{
    return search_read_switch(value, &s->matches_any);
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
    struct query_parameter shown;
    unsigned once; /* its bit; 0: it may stand several times */
    err (*read)(struct search *s, str value);
} parameters[] = {
    {{"limit", "Results at most"}, LIMIT, read_limit},
    {{"offset", "Results to leave out"}, OFFSET, read_offset},
    {{"cursor", "X-Next-Cursor of the page before this one"}, CURSOR, read_cursor},
    {{"includefield", "Attributes to add, by keyword or tag, or `all`"}, 0, read_includes},
    {{"orderby", "Attributes to sort by; `-` in front: descending"}, 0, read_order},
    {{"fuzzymatching", "`true`: words of a name match by their beginning, in any order"},
     FUZZY,
     read_fuzzy},
    {{"emptyvaluematching", "`true`: `\"\"` finds what has no value"},
     EMPTY_VALUES,
     read_empty_values},
    {{"multiplevaluematching", "`true`: one of the values between `\\` is enough"},
     MANY_VALUES,
     read_many_values},
    {{"accept", "Media types; wins over the header Accept"}, 0, read_accept},
    {{"charset", "`utf-8`, which is what there is"}, 0, read_accept},
};

const struct query_parameter *search_parameter(size_t at)
{
    return at < COUNT_OF(parameters) ? &parameters[at].shown : NULL;
}

static err check_room(const struct search *s)
{
    return s->query.filter.matches.len + s->query.paths.len == MATCH_COUNT_MAX
               ? ERR(MALFORMED, "too many matching keys")
               : OK;
}

static err add_match(struct search *s, const struct image_attribute *attribute, str value)
{
    struct image_filter *f = &s->query.filter;
    TRY(check_room(s));
    *SLICE_PUSH(request_arena(s->r), &f->matches) =
        (struct image_match){.attribute = attribute, .value = value};
    return OK;
}

/* What is matched is given, PS3.18 10.6.3.3. */
static void include_matched(struct search *s, uint32_t tag)
{
    search_include(s, tag);
    if (s->matched_count < MATCH_COUNT_MAX)
        s->matched[s->matched_count++] = tag;
}

/* Columns above and below, other attributes by their metadata. Of patients all that is theirs. */
static err read_key(struct search *s, const struct query_pair *pair)
{
    struct attribute_path path;
    const struct image_attribute *attribute = read_attribute(s, pair->name);
    bool is_path = attribute_path_read(pair->name, &path), is_column = attribute != NULL;
    bool is_usable = is_path && (is_column || attribute_path_vr(&path) != VR_NONE);
    if (is_usable && search_is_of_patients(s))
        is_usable = path.tags[0] >> 16 == 0x0010;
    if (!is_usable || (!is_column && search_is_derived(path.tags[0]))) {
        ignored_names_add(&s->ignored, pair->name);
        return OK;
    }
    if (is_column && search_has_attribute(s, attribute))
        search_include(s, attribute->tag);
    else
        include_matched(s, path.tags[0]);
    if (is_column)
        return add_match(s, attribute, pair->value);
    TRY(check_room(s));
    *SLICE_PUSH(request_arena(s->r), &s->query.paths) =
        (struct path_match){.path = path, .value = pair->value};
    return OK;
}

/* Of non-patient objects columns alone are searched by; where one stands in a sequence, all of that
 * is given. */
static err read_object_key(struct search *s, const struct query_pair *pair)
{
    struct attribute_path path;
    const struct image_attribute *attribute = read_attribute(s, pair->name);
    if (attribute == NULL || !search_has_attribute(s, attribute) ||
        !attribute_path_read(pair->name, &path)) {
        ignored_names_add(&s->ignored, pair->name);
        return OK;
    }
    search_include(s, path.tags[0]);
    return add_match(s, attribute, pair->value);
}

static err read_pair(struct search *s, const struct query_pair *pair)
{
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        const struct parameter *p = &parameters[i];
        if (!str_eq(pair->name, str_of(p->shown.name)))
            continue;
        if ((s->seen & p->once) != 0)
            return ERR(MALFORMED, "a parameter that may stand once stands there again");
        s->seen |= p->once;
        return p->read(s, pair->value);
    }
    return search_is_of_objects(s) ? read_object_key(s, pair) : read_key(s, pair);
}

/* What the address says. A UID in it binds more than one in the query. */
static err read_address(struct search *s)
{
    struct image_filter *f = &s->query.filter;
    struct image_path path;
    str address = str_of(s->r->route->path);
    TRY(dicomweb_path(s->r, &path));
    f->category = dicomweb_category(s->r);
    if (f->category != NON_PATIENT_CATEGORY_COUNT) {
        f->level = LEVEL_NON_PATIENT;
        search_include_required(s);
        return OK;
    }
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

/* What is asked for besides the columns: metadata, and counts. */
static void ask_for_more(struct search *s)
{
    struct image_filter *f = &s->query.filter;
    bool beyond_columns = s->includes_all && f->level == LEVEL_INSTANCE;
    f->wants_patient_counts = f->one_per_patient;
    for (size_t i = 0; i < s->included_count; i++) {
        uint32_t tag = s->included[i];
        f->wants_patient_counts = f->wants_patient_counts || search_is_patient_count(tag);
        beyond_columns = beyond_columns || (image_attribute_find(tag) == NULL &&
                                            !search_is_derived(tag) && !search_is_of_patients(s));
    }
    s->query.with_metadata = beyond_columns || s->matched_count != 0;
}

/* The switches of their keys; those that ask for nothing go, what is given stays. */
static void settle_paths(struct search *s)
{
    struct path_match_slice *paths = &s->query.paths;
    size_t kept = 0;
    for (size_t i = 0; i < paths->len; i++) {
        struct path_match *m = &paths->at[i];
        m->switches = (struct value_switches){s->matches_empty && str_eq(m->value, STR("\"\"")),
                                              s->matches_any, s->is_fuzzy};
        if (!value_is_universal(m->value, &m->switches))
            paths->at[kept++] = *m;
    }
    paths->len = kept;
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
    settle_paths(s);
    ask_for_more(s);
    return OK;
}

static void add_warning(struct buf *out, str service)
{
    buf_addf(out, "%s299 %.*s: ", out->len == 0 ? "" : ", ", STR_ARG(service));
}

void search_set_warning(struct request *r, const struct ignored_names *ignored, bool more,
                        str building)
{
    struct buf out = BUF_IN(request_arena(r));
    str service = dicomweb_base_url(r);
    if (more) {
        add_warning(&out, service);
        buf_add(&out, STR("\"The number of results exceeded the maximum supported by the server. "
                          "Additional results can be requested.\""));
    }
    if (ignored->count != 0) {
        add_warning(&out, service);
        buf_addf(&out, "\"Parameters that are not supported here were ignored: %.*s%s\"",
                 STR_ARG(buf_str(&ignored->names)),
                 ignored->count > IGNORED_COUNT_MAX ? ", and more" : "");
    }
    if (building.len != 0) {
        add_warning(&out, service);
        buf_addf(&out, "\"The index of %.*s is not ready: metadata was read instead.\"",
                 STR_ARG(building));
    }
    if (out.len != 0)
        http_set_header(r->x, "Warning", buf_str(&out));
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

static err send(struct search *s, struct search_images_result *out)
{
    struct search_non_patient_objects query = {s->query.filter};
    struct search_non_patient_objects_result result;
    if (!search_is_of_objects(s))
        return search_images_send(&s->r->scope, &s->query, out);
    TRY(search_non_patient_objects_send(&s->r->scope, &query, &result));
    *out = result.found;
    return OK;
}

err dicomweb_search(struct request *r)
{
    struct search s = {.r = r, .ignored = {.names = BUF_IN(request_arena(r))}};
    struct search_images_result result;
    const struct result_form *form = result_form_choose(r);
    if (form == NULL)
        return ERR(NOT_ACCEPTABLE, "results are application/dicom+json, application/json, "
                                   "application/dicom+xml or text/csv");
    TRY(dicomweb_check_charset(r));
    TRY(read_search(&s));
    search_choose_attributes(&s);
    err e = send(&s, &result);
    if (e.code == ERR_INVALID)
        return (err){ERR_MALFORMED, e.text, e.where}; /* PS3.18 10.6.3: 400 */
    TRY(e);
    search_set_warning(r, &s.ignored, result.page.next.ptr != NULL, result.building);
    if (result.page.next.ptr != NULL)
        set_next(r, result.page.next);
    http_set_header(r->x, "X-Total-Count",
                    str_format(request_arena(r), "%lld", (long long)result.page.total));
    http_set_header(r->x, "Cache-Control", STR("private, no-cache"));
    return result_form_respond(form, &s, &result);
}
