/* Search, PS3.18 11.9, in the language of 8.3.4. */
#include "presentation/internal_routers/dicomweb_workitems.h"

#include "application/queries/work_items/search_work_items/query.h"
#include "dicom/dictionary.h"
#include "presentation/internal_routers/dicomweb_model.h"
#include "presentation/internal_routers/dicomweb_search.h"

enum { WORK_ITEM_PAGE_SIZE_MAX = 5000 };

/* Parameters that may stand once, as bits. */
enum { LIMIT = 1, OFFSET = 2, FUZZY = 4 };

struct work_item_search {
    struct request *r;
    struct search_work_items query;
    bool includes_all, is_fuzzy;
    uint32_t included[INCLUDE_COUNT_MAX];
    size_t included_count;
    struct ignored_names ignored;
    unsigned seen;
};

static void include(struct work_item_search *s, uint32_t tag)
{
    if (s->included_count < INCLUDE_COUNT_MAX)
        s->included[s->included_count++] = tag;
}

static err read_includes(struct work_item_search *s, str list)
{
    str part;
    while (str_cut(&list, ',', &part)) {
        uint32_t path[WORK_ITEM_PATH_DEPTH_MAX];
        size_t depth;
        part = str_trim(part);
        if (str_eq_nocase(part, STR("all")))
            s->includes_all = true;
        else if (tag_path_from_name(part, path, WORK_ITEM_PATH_DEPTH_MAX, &depth))
            include(s, path[0]); /* a sequence comes with all its items */
        else if (part.len != 0)
            ignored_names_add(&s->ignored, part);
    }
    return OK;
}

static err read_limit(struct work_item_search *s, str value)
{
    uint64_t number;
    TRY(search_read_number(value, WORK_ITEM_PAGE_SIZE_MAX, &number));
    s->query.limit = number == 0 ? SEARCH_LIMIT_DEFAULT : (uint32_t)number;
    return OK;
}

static err read_offset(struct work_item_search *s, str value)
{
    return search_read_number(value, INT32_MAX, &s->query.offset);
}

static err read_fuzzy(struct work_item_search *s, str value)
{
    return search_read_switch(value, &s->is_fuzzy);
}

static err read_accept(struct work_item_search *s, str value)
{
    (void)s, (void)value; /* has its say in the form of the results */
    return OK;
}

static const struct parameter {
    const char *name;
    unsigned once;
    err (*read)(struct work_item_search *s, str value);
} parameters[] = {{"limit", LIMIT, read_limit},
                  {"offset", OFFSET, read_offset},
                  {"includefield", 0, read_includes},
                  {"fuzzymatching", FUZZY, read_fuzzy},
                  {"accept", 0, read_accept}};

static const struct parameter *find_parameter(str name)
{
    for (size_t i = 0; i < COUNT_OF(parameters); i++)
        if (str_eq(name, str_of(parameters[i].name)))
            return &parameters[i];
    return NULL;
}

/* A key on a whole sequence asks for it. */
static err read_key(struct work_item_search *s, const struct query_pair *pair)
{
    uint32_t path[WORK_ITEM_PATH_DEPTH_MAX];
    size_t depth;
    struct work_item_condition condition;
    bool is_one;
    if (!tag_path_from_name(pair->name, path, WORK_ITEM_PATH_DEPTH_MAX, &depth) ||
        path[0] == TAG_TRANSACTION_UID) {
        ignored_names_add(&s->ignored, pair->name);
        return OK;
    }
    include(s, path[0]); /* what is matched is given */
    err e = work_item_condition_make(request_arena(s->r), path, depth, pair->value, s->is_fuzzy,
                                     &condition, &is_one);
    if (e.code == ERR_INVALID)
        return (err){ERR_MALFORMED, e.text, e.where};
    TRY(e);
    if (is_one && s->query.conditions.len == WORK_ITEM_KEY_COUNT_MAX)
        return ERR(MALFORMED, "too many matching keys");
    if (is_one)
        *SLICE_PUSH(request_arena(s->r), &s->query.conditions) = condition;
    return OK;
}

/* The parameters first: fuzzymatching may stand behind the names. */
static err read_search(struct work_item_search *s)
{
    const struct query_pair_slice *query = &s->r->query;
    s->query.limit = SEARCH_LIMIT_DEFAULT;
    for (size_t i = 0; i < query->len; i++) {
        const struct parameter *p = find_parameter(query->at[i].name);
        if (p == NULL)
            continue;
        if ((s->seen & p->once) != 0)
            return ERR(MALFORMED, "a parameter that may stand once stands there again");
        s->seen |= p->once;
        TRY(p->read(s, query->at[i].value));
    }
    for (size_t i = 0; i < query->len; i++)
        if (find_parameter(query->at[i].name) == NULL)
            TRY(read_key(s, &query->at[i]));
    return OK;
}

/* ---- results ---- */

static bool is_wanted(const struct work_item_search *s, str name)
{
    uint32_t tag;
    if (s->includes_all || !tag_from_text(name, &tag) || work_item_is_returned(tag))
        return true;
    for (size_t i = 0; i < s->included_count; i++)
        if (s->included[i] == tag)
            return true;
    return false;
}

static str row_of(const struct work_item_search *s, str data_set)
{
    struct json_member_slice all, wanted = {0};
    struct arena *a = request_arena(s->r);
    json_members_read(a, data_set, &all);
    for (size_t i = 0; i < all.len; i++)
        if (is_wanted(s, all.at[i].tag))
            *SLICE_PUSH(a, &wanted) = all.at[i];
    return json_members_write(a, &wanted);
}

static err respond(struct work_item_search *s, enum model_form form,
                   const struct search_work_items_result *result)
{
    struct request *r = s->r;
    struct buf all = BUF_IN(request_arena(r));
    buf_add_char(&all, '[');
    for (size_t i = 0; i < result->data_sets.len; i++) {
        if (i != 0)
            buf_add_char(&all, ',');
        buf_add(&all, row_of(s, result->data_sets.at[i]));
    }
    buf_add_char(&all, ']');
    if (form == MODEL_JSON) {
        request_respond_json(r, 200, STR("application/dicom+json"), buf_str(&all));
        return OK;
    }
    if (result->data_sets.len == 0) { /* a body has at least one part */
        http_respond(r->x, 204, STR(""), STR(""));
        return OK;
    }
    return dicomweb_respond_model(r, 200, MODEL_MULTIPART_XML, buf_str(&all), buf_str(&all));
}

err workitems_search(struct request *r)
{
    struct work_item_search s = {.r = r, .ignored = {.names = BUF_IN(request_arena(r))}};
    struct search_work_items_result result;
    enum model_form form = dicomweb_model_form(r);
    if (form == MODEL_NONE)
        return ERR(NOT_ACCEPTABLE,
                   "work items are application/dicom+json or application/dicom+xml");
    TRY(dicomweb_check_charset(r));
    TRY(read_search(&s));
    TRY(search_work_items_send(&r->scope, &s.query, &result));
    search_set_warning(r, &s.ignored, result.more, STR_NONE);
    http_set_header(r->x, "X-Total-Count",
                    str_format(request_arena(r), "%lld", (long long)result.total));
    http_set_header(r->x, "Cache-Control", STR("private, no-cache"));
    return respond(&s, form, &result);
}
