/* Adds the organization; finds by columns and by kept values, by metadata where neither has the
 * attribute; adds the metadata when it is asked for. */
#include "application/queries/images/search_images/query.h"

#include "application/models/metadata_block.h"
#include "base/arena.h"
#include "dicom/data_set_match.h"

#include <stdlib.h>

SCHEMA_EMPTY(search_images);
SCHEMA_EMPTY(search_images_result);

/* A row that metadata found, and the instance it was found by. */
struct found_row {
    int64_t key, instance_key;
};
SLICE(found_row);

struct search {
    struct query_ctx *ctx;
    struct image_filter filter;     /* as asked, and with the kept values */
    struct data_set_key_slice all;  /* in the order of the paths */
    struct data_set_key_slice read; /* for which metadata has to be read */
    struct str_slice names;         /* of those that are in no index */
    struct found_row_slice found;   /* in the order of keys, when metadata was read */
};

static err compile(struct search *s, const struct path_match_slice *paths)
{
    for (size_t i = 0; i < paths->len; i++) {
        const struct path_match *m = &paths->at[i];
        struct data_set_key *key = SLICE_PUSH(s->ctx->arena, &s->all);
        key->path = m->path;
        key->vr = attribute_path_vr(&m->path);
        TRY(value_condition_make(s->ctx->arena, key->vr, m->value, &m->switches, &key->condition));
    }
    return OK;
}

static const struct indexed_attribute *find_index(struct arena *a,
                                                  const struct indexed_attribute_slice *indexes,
                                                  const struct attribute_path *path)
{
    str text = attribute_path_tags(a, path);
    for (size_t i = 0; i < indexes->len; i++)
        if (str_eq(indexes->at[i].path, text))
            return &indexes->at[i];
    return NULL;
}

/* Another key goes through the same sequence: the item has to be the same, which kept values and
 * columns do not tell. */
static bool shares_sequence(const struct search *s, const struct data_set_key *key)
{
    for (size_t i = 0; key->path.depth > 1 && i < s->all.len; i++)
        if (&s->all.at[i] != key && s->all.at[i].path.depth > 1 &&
            s->all.at[i].path.tags[0] == key->path.tags[0])
            return true;
    for (size_t i = 0; key->path.depth > 1 && i < s->filter.matches.len; i++)
        if (s->filter.matches.at[i].attribute->sequence == key->path.tags[0])
            return true;
    return false;
}

/* What is asked of columns of that sequence is asked of the metadata instead: a column has the
 * first item alone. */
static err read_columns_of(struct search *s, uint32_t sequence)
{
    struct image_match_slice kept = {0};
    for (size_t i = 0; i < s->filter.matches.len; i++) {
        const struct image_match *m = &s->filter.matches.at[i];
        struct value_switches switches = {m->matches_empty, m->matches_any, m->is_fuzzy};
        if (m->attribute->sequence != sequence) {
            *SLICE_PUSH(s->ctx->arena, &kept) = *m;
            continue;
        }
        if (value_is_universal(m->value, &switches))
            continue;
        struct data_set_key *key = SLICE_PUSH(s->ctx->arena, &s->read);
        key->path = (struct attribute_path){{sequence, m->attribute->tag}, 2};
        key->vr = m->attribute->vr;
        TRY(value_condition_make(s->ctx->arena, key->vr, m->value, &switches, &key->condition));
    }
    s->filter.matches = kept;
    return OK;
}

static void note_building(struct search *s, const struct data_set_key *key,
                          struct search_images_result *out)
{
    str name = attribute_path_keywords(s->ctx->arena, &key->path);
    out->building = out->building.len == 0 ? name
                                           : str_format(s->ctx->arena, "%.*s, %.*s",
                                                        STR_ARG(out->building), STR_ARG(name));
}

/* What the index has, and for what metadata has to be read. */
static err divide(struct search *s, struct search_images_result *out)
{
    struct indexed_attribute_slice indexes;
    struct arena *a = s->ctx->arena;
    if (s->all.len == 0)
        return OK;
    TRY(attribute_reader_list(s->ctx->readers->attributes, a, s->filter.access.organization_key,
                              &indexes));
    for (size_t i = 0; i < s->all.len; i++) {
        const struct data_set_key *key = &s->all.at[i];
        const struct indexed_attribute *index = find_index(a, &indexes, &key->path);
        bool is_ready = index != NULL && indexed_attribute_is_ready(index);
        bool is_shared = shares_sequence(s, key);
        if (is_ready)
            *SLICE_PUSH(a, &s->filter.values) =
                (struct value_match){index->key, &s->all.at[i].condition};
        if (index != NULL && !is_ready)
            note_building(s, key, out);
        if (is_ready && !is_shared)
            continue;
        *SLICE_PUSH(a, &s->read) = *key;
        *SLICE_PUSH(a, &s->names) = attribute_path_keywords(a, &key->path);
        if (is_shared)
            TRY(read_columns_of(s, key->path.tags[0]));
    }
    return OK;
}

struct matching_sink {
    struct image_sink base;
    struct search *search;
    struct arena scratch; /* of one instance */
    uint64_t until_ns;
};

static int64_t key_of(const struct instance *instance, enum image_level level)
{
    return level == LEVEL_STUDY    ? instance->study_key
           : level == LEVEL_SERIES ? instance->series_key
                                   : instance->key;
}

static err match_instance(struct image_sink *sink, const struct instance *instance,
                          const struct instance_blobs *blobs)
{
    struct matching_sink *m = container_of(sink, struct matching_sink, base);
    struct search *s = m->search;
    struct metadata_block block = {blobs->metadata, blobs->metadata_size, blobs->metadata_crc};
    if (monotonic_ns() > m->until_ns)
        return ERR(TIMED_OUT, "reading metadata takes too long");
    arena_reset(&m->scratch);
    struct buf document = BUF_IN(&m->scratch);
    TRY(metadata_block_text(&m->scratch, &block, &document));
    if (data_set_matches(&m->scratch, buf_str(&document), &s->read))
        *SLICE_PUSH(s->ctx->arena, &s->found) =
            (struct found_row){key_of(instance, s->filter.level), instance->key};
    return OK;
}

static int compare_keys(const void *one, const void *other)
{
    const struct found_row *a = one, *b = other;
    return (a->key > b->key) - (a->key < b->key);
}

static int compare_found(const void *one, const void *other)
{
    const struct found_row *a = one, *b = other;
    int order = compare_keys(one, other);
    return order != 0 ? order
                      : (a->instance_key > b->instance_key) - (a->instance_key < b->instance_key);
}

/* Each row once, with the first of its instances. */
static void settle_found(struct search *s)
{
    size_t kept = 0;
    if (s->found.len != 0)
        qsort(s->found.at, s->found.len, sizeof *s->found.at, compare_found);
    for (size_t i = 0; i < s->found.len; i++)
        if (i == 0 || s->found.at[i].key != s->found.at[i - 1].key)
            s->found.at[kept++] = s->found.at[i];
    s->found.len = kept;
}

static str joined(struct arena *a, const struct str_slice *names)
{
    str text = STR("");
    for (size_t i = 0; i < names->len; i++)
        text =
            str_format(a, "%.*s%s%.*s", STR_ARG(text), i == 0 ? "" : ", ", STR_ARG(names->at[i]));
    return text;
}

static err too_large(struct search *s, str limit)
{
    return ERRF(
        s->ctx->arena, TOO_LARGE,
        "to search by %.*s metadata has to be read, of more than %.*s: ask for less, as for "
        "one patient or one study, or have an administrator add the attribute to "
        "/api/v1/indexed-attributes",
        STR_ARG(joined(s->ctx->arena, &s->names)), STR_ARG(limit));
}

static err read_metadata(struct search *s)
{
    struct matching_sink sink = {.base = {match_instance},
                                 .search = s,
                                 .until_ns =
                                     monotonic_ns() + METADATA_MATCH_MS * UINT64_C(1000000)};
    struct image_filter instances = s->filter;
    instances.level = LEVEL_INSTANCE;
    err e = image_reader_each_match(s->ctx->readers->images, s->ctx->arena, &instances,
                                    METADATA_MATCH_COUNT_MAX, &sink.base);
    arena_deinit(&sink.scratch);
    if (e.code == ERR_TOO_LARGE)
        return too_large(s, str_format(s->ctx->arena, "%d instances", METADATA_MATCH_COUNT_MAX));
    if (e.code == ERR_TIMED_OUT)
        return too_large(s, str_format(s->ctx->arena, "can be read in %d ms", METADATA_MATCH_MS));
    settle_found(s);
    return e;
}

/* The rows that metadata found are what the rest of the filter found and more, so that order, page
 * and number are all that is left to ask. The keys of its own level decide about the order. */
static void limit_to_found(struct search *s, struct image_filter *out)
{
    struct key_slice *only = NEW(s->ctx->arena, struct key_slice);
    *out = s->filter;
    out->matches = (struct image_match_slice){0};
    out->values = (struct value_match_slice){0};
    for (size_t i = 0; i < s->filter.matches.len; i++)
        if (s->filter.matches.at[i].attribute->level <= s->filter.level)
            *SLICE_PUSH(s->ctx->arena, &out->matches) = s->filter.matches.at[i];
    for (size_t i = 0; i < s->found.len; i++)
        *SLICE_PUSH(s->ctx->arena, only) = s->found.at[i].key;
    out->only = only;
}

/* The instance whose metadata stands for a row: the one it was found by, else the first of it that
 * is what was searched for. 0: there is none any more. */
static err representative(struct search *s, const struct image_row *row, int64_t *out)
{
    enum image_level level = s->filter.level;
    struct image_filter one = {.level = LEVEL_INSTANCE,
                               .access = s->filter.access,
                               .study_id = row->study.id,
                               .matches = s->filter.matches,
                               .values = s->filter.values,
                               .limit = 1};
    const struct found_row wanted = {level == LEVEL_STUDY ? row->study.key : row->series.key, 0};
    const struct found_row *found = s->found.len == 0 ? NULL
                                                      : bsearch(&wanted, s->found.at, s->found.len,
                                                                sizeof wanted, compare_keys);
    struct image_page page;
    *out = found != NULL ? found->instance_key : 0;
    if (found != NULL)
        return OK;
    if (level == LEVEL_SERIES)
        one.series_id = row->series.id;
    TRY(image_reader_find(s->ctx->readers->images, s->ctx->arena, &one, &page));
    *out = page.rows.len != 0 ? page.rows.at[0].instance.key : 0;
    return OK;
}

static err add_metadata(struct search *s, struct search_images_result *out)
{
    struct query_ctx *ctx = s->ctx;
    for (size_t i = 0; i < out->page.rows.len; i++) {
        const struct image_row *row = &out->page.rows.at[i];
        struct instance_blobs blobs;
        struct buf text = BUF_IN(ctx->arena);
        int64_t key = row->instance.key;
        str *metadata = SLICE_PUSH(ctx->arena, &out->metadata);
        if (s->filter.level != LEVEL_INSTANCE)
            TRY(representative(s, row, &key));
        if (key == 0)
            continue;
        TRY(image_reader_blobs(ctx->readers->images, ctx->arena, key, true, &blobs));
        struct metadata_block block = {blobs.metadata, blobs.metadata_size, blobs.metadata_crc};
        TRY(metadata_block_text(ctx->arena, &block, &text));
        *metadata = buf_str(&text);
    }
    return OK;
}

static err search_images_handle(struct query_ctx *ctx, const struct search_images *query,
                                struct search_images_result *out)
{
    struct search s = {.ctx = ctx, .filter = query->filter};
    struct image_filter found;
    s.filter.access = *ctx->access;
    TRY(compile(&s, &query->paths));
    TRY(divide(&s, out));
    if (s.read.len != 0) {
        TRY(read_metadata(&s));
        limit_to_found(&s, &found);
    }
    TRY(image_reader_find(ctx->readers->images, ctx->arena, s.read.len != 0 ? &found : &s.filter,
                          &out->page));
    return query->with_metadata ? add_metadata(&s, out) : OK;
}
QUERY(search_images, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "Search studies, series or instances");
