/* QIDO-RS, PS3.18 10.6. */
#include "presentation/internal_routers/dicomweb.h"

#include "application/queries/images/search_images/query.h"
#include "base/json.h"
#include "dicom/dictionary.h"
#include "dicom/json.h"
#include "dicom/json_members.h"

#include <stdio.h>

enum { INCLUDE_COUNT_MAX = 128, TAG_PATH_DEPTH_MAX = 8, ATTRIBUTE_COUNT_MAX = 64 };

struct search {
    struct request *r;
    struct search_images query;
    bool includes_all;
    uint32_t included[INCLUDE_COUNT_MAX];
    size_t included_count;
    bool ignored_some; /* a parameter that is no attribute we search */
    bool in_study, in_series;
    bool matches_empty, matches_any; /* emptyvaluematching, multiplevaluematching */
    struct wanted_attribute {
        const struct image_attribute *attribute;
        const struct field *field;
        str head;                  /* "TTTTTTTT": */
    } wanted[ATTRIBUTE_COUNT_MAX]; /* in the order of tags */
    size_t wanted_count;
};

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
static const struct image_attribute *read_attribute(str name)
{
    uint32_t path[TAG_PATH_DEPTH_MAX];
    size_t depth;
    return read_path(name, path, &depth) ? image_attribute_at(path, depth) : NULL;
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
        else if (read_path(part, path, &depth) && s->included_count < INCLUDE_COUNT_MAX)
            s->included[s->included_count++] = path[0]; /* a sequence comes with all its items */
        else if (part.len != 0)
            s->ignored_some = true;
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
            read_attribute(str_sub(part, descending ? 1 : 0, part.len));
        if (attribute == NULL || attribute->level > f->level || f->sort_count == SORT_KEY_COUNT_MAX)
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
    *out = str_eq(value, STR("true"));
    return *out || str_eq(value, STR("false"))
               ? OK
               : ERR(MALFORMED, "emptyvaluematching and multiplevaluematching are true or false");
}

static err read_pair(struct search *s, const struct query_pair *pair)
{
    struct image_filter *f = &s->query.filter;
    uint64_t number;
    if (str_eq(pair->name, STR("limit"))) {
        TRY(read_number(pair->value, IMAGE_PAGE_SIZE_MAX, &number));
        f->limit = number == 0 ? SEARCH_LIMIT_DEFAULT : (uint32_t)number;
        return OK;
    }
    if (str_eq(pair->name, STR("offset")))
        return read_number(pair->value, INT32_MAX, &f->offset);
    if (str_eq(pair->name, STR("includefield"))) {
        read_include(s, pair->value);
        return OK;
    }
    if (str_eq(pair->name, STR("orderby")))
        return read_order(s, pair->value);
    if (str_eq(pair->name, STR("fuzzymatching")) || str_eq_nocase(pair->name, STR("accept")))
        return OK; /* names always match without case and accents */
    if (str_eq(pair->name, STR("emptyvaluematching")))
        return read_switch(pair->value, &s->matches_empty);
    if (str_eq(pair->name, STR("multiplevaluematching")))
        return read_switch(pair->value, &s->matches_any);
    const struct image_attribute *attribute = read_attribute(pair->name);
    if (attribute == NULL || attribute->level > f->level || f->matches.len == MATCH_COUNT_MAX) {
        s->ignored_some = true;
        return OK;
    }
    /* a UID in the address binds more than one in the query */
    *SLICE_PUSH(request_arena(s->r), &f->matches) =
        (struct image_match){.attribute = attribute, .value = pair->value};
    return OK;
}

static err read_search(struct search *s)
{
    struct request *r = s->r;
    struct image_filter *f = &s->query.filter;
    struct image_path path;
    TRY(dicomweb_path(r, &path));
    f->level = str_ends(str_of(r->route->path), STR("/instances")) ? LEVEL_INSTANCE
               : str_ends(str_of(r->route->path), STR("/series"))  ? LEVEL_SERIES
                                                                   : LEVEL_STUDY;
    f->limit = SEARCH_LIMIT_DEFAULT;
    f->wants_total = true;
    s->in_study = path.study_uid.ptr != NULL;
    s->in_series = path.series_uid.ptr != NULL;
    if (s->in_study)
        *SLICE_PUSH(request_arena(r), &f->matches) = (struct image_match){
            .attribute = image_attribute_find(0x0020000D), .value = path.study_uid};
    if (s->in_series)
        *SLICE_PUSH(request_arena(r), &f->matches) = (struct image_match){
            .attribute = image_attribute_find(0x0020000E), .value = path.series_uid};
    for (size_t i = 0; i < r->query.len; i++)
        TRY(read_pair(s, &r->query.at[i]));
    for (size_t i = 0; i < f->matches.len; i++) { /* the switches may stand behind the keys */
        f->matches.at[i].matches_any = s->matches_any;
        f->matches.at[i].matches_empty =
            s->matches_empty && str_eq(f->matches.at[i].value, STR("\"\""));
    }
    for (size_t i = 0; i < s->included_count; i++)
        if (image_attribute_find(s->included[i]) == NULL)
            s->query.with_metadata = true; /* only instances have what no column has */
    s->query.with_metadata =
        (s->query.with_metadata || s->includes_all) && f->level == LEVEL_INSTANCE;
    return OK;
}

static bool is_included(const struct search *s, uint32_t tag)
{
    for (size_t i = 0; i < s->included_count; i++)
        if (s->included[i] == tag)
            return true;
    return s->includes_all;
}

static bool is_wanted(const struct search *s, const struct image_attribute *a)
{
    if (a->level > s->query.filter.level)
        return false;
    bool is_uid = a->tag == 0x0020000D || a->tag == 0x0020000E;
    bool parent_known =
        a->level == LEVEL_STUDY    ? s->in_study && s->query.filter.level != LEVEL_STUDY
        : a->level == LEVEL_SERIES ? s->in_series && s->query.filter.level != LEVEL_SERIES
                                   : false;
    return is_uid || (a->by_default && !parent_known) || is_included(s, a->tag);
}

static void write_member_name(struct buf *out, bool *first, uint32_t tag)
{
    buf_addf(out, "%s\"%08X\":", *first ? "" : ",", (unsigned)tag);
    *first = false;
}

/* What every row of this search holds, found once. */
static void choose_attributes(struct search *s)
{
    for (size_t i = 0; i < image_attribute_count && s->wanted_count < ATTRIBUTE_COUNT_MAX; i++) {
        const struct image_attribute *a = &image_attributes[i];
        if (!is_wanted(s, a))
            continue;
        s->wanted[s->wanted_count++] = (struct wanted_attribute){
            a, image_attribute_field(a),
            str_format(request_arena(s->r), "\"%08X\":", (unsigned)a->tag)};
    }
}

static void write_retrieve_url(struct search *s, struct buf *out, str base_url,
                               const struct image_row *row)
{
    enum image_level level = s->query.filter.level;
    const struct {
        str name, uid;
        enum image_level level;
    } steps[] = {{STR("/studies/"), row->study.study_instance_uid, LEVEL_STUDY},
                 {STR("/series/"), row->series.series_instance_uid, LEVEL_SERIES},
                 {STR("/instances/"), row->instance.sop_instance_uid, LEVEL_INSTANCE}};
    buf_add(out, STR("{\"vr\":\"UR\",\"Value\":[\""));
    buf_add(out, base_url);
    for (size_t i = 0; i < COUNT_OF(steps) && steps[i].level <= level; i++) {
        buf_add(out, steps[i].name);
        buf_add(out, steps[i].uid);
    }
    buf_add(out, STR("\"]}"));
}

static const void *object_of(const struct image_row *row, enum image_level level)
{
    return level == LEVEL_STUDY    ? (const void *)&row->study
           : level == LEVEL_SERIES ? (const void *)&row->series
                                   : &row->instance;
}

/* The constant members between which the attributes stand, in the order of tags. */
static const uint32_t constants[] = {0x00080005, 0x00080056, 0x00081190};

static void write_constant(struct search *s, struct buf *out, bool *first, uint32_t tag,
                           str base_url, const struct image_row *row)
{
    write_member_name(out, first, tag);
    if (tag == 0x00080005)
        buf_add(out, STR("{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]}"));
    else if (tag == 0x00080056)
        buf_add(out, STR("{\"vr\":\"CS\",\"Value\":[\"ONLINE\"]}"));
    else
        write_retrieve_url(s, out, base_url, row);
}

/* One item with the attributes that have a value; without any there is no sequence. */
static void write_sequence(struct search *s, struct buf *out, bool *first, uint32_t sequence,
                           const struct image_row *row)
{
    bool first_inside = true;
    for (size_t i = 0; i < s->wanted_count; i++) {
        const struct wanted_attribute *w = &s->wanted[i];
        const struct image_attribute *a = w->attribute;
        str text = a->sequence == sequence
                       ? field_text(w->field, out->arena, object_of(row, a->level))
                       : STR_NONE;
        if (text.len == 0)
            continue;
        if (first_inside) {
            write_member_name(out, first, sequence);
            buf_add(out, STR("{\"vr\":\"SQ\",\"Value\":[{"));
        } else {
            buf_add_char(out, ',');
        }
        first_inside = false;
        buf_add(out, w->head);
        json_model_write_text(out, a->vr, text);
    }
    if (!first_inside)
        buf_add(out, STR("}]}"));
}

static void write_attribute(struct buf *out, bool *first, const struct wanted_attribute *w,
                            const struct image_row *row)
{
    const void *object = object_of(row, w->attribute->level);
    if (!*first)
        buf_add_char(out, ',');
    *first = false;
    buf_add(out, w->head);
    json_model_write_text(out, w->attribute->vr, field_text(w->field, out->arena, object));
}

static void write_row(struct search *s, struct buf *out, str base_url, const struct image_row *row)
{
    bool first = true;
    size_t next = 0;
    uint32_t written_sequence = 0; /* its attributes need not stand together in the table */
    buf_add_char(out, '{');
    for (size_t i = 0; i < s->wanted_count; i++) {
        const struct image_attribute *a = s->wanted[i].attribute;
        while (next < COUNT_OF(constants) && constants[next] < a->tag)
            write_constant(s, out, &first, constants[next++], base_url, row);
        if (a->sequence == 0) {
            write_attribute(out, &first, &s->wanted[i], row);
        } else if (a->sequence != written_sequence) {
            write_sequence(s, out, &first, a->sequence, row);
            written_sequence = a->sequence;
        }
    }
    while (next < COUNT_OF(constants))
        write_constant(s, out, &first, constants[next++], base_url, row);
    buf_add_char(out, '}');
}

/* What is asked for and stands in no column comes from the instance's metadata; "all" is the
 * metadata itself. */
static void write_with_metadata(struct search *s, struct buf *out, str base_url,
                                const struct image_row *row, str metadata)
{
    size_t start = out->len;
    if (s->includes_all && metadata.len > 2) {
        struct buf url = BUF_IN(out->arena);
        write_retrieve_url(s, &url, base_url, row);
        buf_addf(out, "{\"00080056\":{\"vr\":\"CS\",\"Value\":[\"ONLINE\"]},\"00081190\":%.*s,",
                 STR_ARG(buf_str(&url)));
        buf_add(out, str_sub(metadata, 1, metadata.len));
        return;
    }
    write_row(s, out, base_url, row);
    for (size_t i = 0; i < s->included_count; i++) {
        str member = image_attribute_find(s->included[i]) == NULL
                         ? json_model_member(metadata, s->included[i])
                         : STR_NONE;
        if (member.len == 0 || /* a sequence that the row has written already */
            json_model_member(str_sub(buf_str(out), start, out->len), s->included[i]).len != 0)
            continue;
        out->len--; /* the closing brace */
        if (out->len > start + 1)
            buf_add_char(out, ',');
        buf_add(out, member);
        buf_add_char(out, '}');
    }
}

static str media_type_of(struct request *r)
{
    struct accept_item_slice accept;
    dicomweb_accept(r, &accept);
    for (size_t i = 0; i < accept.len; i++) {
        str type = accept.at[i].media_type;
        if (str_eq(type, STR("application/json")))
            return STR("application/json");
        if (str_eq(type, STR("application/dicom+json")) || str_eq(type, STR("*/*")) ||
            str_eq(type, STR("application/*")))
            return STR("application/dicom+json");
    }
    return STR_NONE;
}

err dicomweb_search(struct request *r)
{
    struct search s = {.r = r};
    struct search_images_result result;
    str media_type = media_type_of(r);
    if (media_type.ptr == NULL)
        return ERR(NOT_ACCEPTABLE, "results are application/dicom+json");
    TRY(read_search(&s));
    choose_attributes(&s);
    err e = search_images_send(&r->scope, &s.query, &result);
    if (e.code == ERR_INVALID)
        return (err){ERR_MALFORMED, e.text, e.where}; /* PS3.18 10.6.3: 400 */
    TRY(e);
    struct buf out = BUF_IN(request_arena(r));
    str base_url = dicomweb_base_url(r);
    buf_add_char(&out, '[');
    for (size_t i = 0; i < result.page.rows.len; i++) {
        if (i != 0)
            buf_add_char(&out, ',');
        if (i < result.metadata.len)
            write_with_metadata(&s, &out, base_url, &result.page.rows.at[i], result.metadata.at[i]);
        else
            write_row(&s, &out, base_url, &result.page.rows.at[i]);
    }
    buf_add_char(&out, ']');
    int64_t rest =
        result.page.total - (int64_t)s.query.filter.offset - (int64_t)result.page.rows.len;
    if (rest > 0)
        http_set_header(
            r->x, "Warning",
            str_format(request_arena(r),
                       "299 gantry \"There are %lld additional results that can be requested\"",
                       (long long)rest));
    else if (s.ignored_some)
        http_set_header(
            r->x, "Warning",
            STR("299 gantry \"Some parameters were ignored: they are not searchable here\""));
    http_set_header(r->x, "X-Total-Count",
                    str_format(request_arena(r), "%lld", (long long)result.page.total));
    http_set_header(r->x, "Cache-Control", STR("private, no-cache"));
    str etag = str_format(request_arena(r), "%016llx", (unsigned long long)str_hash(buf_str(&out)));
    http_set_header(r->x, "ETag", str_format(request_arena(r), "W/\"%.*s\"", STR_ARG(etag)));
    if (!request_is_unchanged(r, etag))
        request_respond_json(r, 200, media_type, buf_str(&out));
    return OK;
}
