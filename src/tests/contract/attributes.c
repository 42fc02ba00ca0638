/* Indexed attributes, the values kept of them, and lists by both. */
#include "tests/contract/find_support.h"

static struct indexed_attribute add_attribute(struct contract_db *c, int64_t organization_key,
                                              const char *path)
{
    struct db_session *s = contract_begin(c);
    struct indexed_attribute attribute = indexed_attribute_of(c, organization_key, path);
    CHECK_OK(attribute_writer_add(s->uow.attributes, &attribute));
    CHECK(attribute.key != 0 && attribute.version == 1);
    contract_commit(s);
    return attribute;
}

static str listed(struct contract_db *c, int64_t organization_key)
{
    struct db_session *s = contract_begin(c);
    struct indexed_attribute_slice all;
    struct buf text = BUF_IN(&c->arena);
    CHECK_OK(attribute_reader_list(s->readers.attributes, &c->arena, organization_key, &all));
    for (size_t i = 0; i < all.len; i++)
        buf_addf(&text, "%s%.*s", i == 0 ? "" : " ", STR_ARG(all.at[i].path));
    db_session_end(s);
    return buf_str(&text);
}

CONTRACT(an_organization_has_its_own_indexed_attributes)
{
    struct indexed_attribute one = add_attribute(c, c->organization_key, "00180060"), read;
    struct indexed_attribute other = add_attribute(c, c->other_key, "00180060");
    add_attribute(c, c->organization_key, "00080070");
    CHECK_STR(STR("00180060 00080070"), listed(c, c->organization_key));
    CHECK_STR(STR("00180060"), listed(c, c->other_key));
    struct db_session *s = contract_begin(c);
    CHECK_OK(
        attribute_reader_get(s->readers.attributes, &c->arena, c->organization_key, one.id, &read));
    CHECK(read.key == one.key && read.state == INDEX_READY && !read.is_incomplete);
    CHECK_ERR(NOT_FOUND, attribute_reader_get(s->readers.attributes, &c->arena, c->organization_key,
                                              other.id, &read));
    db_session_end(s);
    s = contract_begin(c);
    struct indexed_attribute again = indexed_attribute_of(c, c->organization_key, "00180060");
    err e = attribute_writer_add(s->uow.attributes, &again);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
}

CONTRACT(a_removed_attribute_is_nobodys)
{
    struct indexed_attribute one = add_attribute(c, c->organization_key, "00180060"), read;
    struct indexed_attribute_slice unfinished;
    struct db_session *s = contract_begin(c);
    one.state = INDEX_REMOVED;
    one.path = STR("-1");
    CHECK_OK(attribute_writer_save(s->uow.attributes, &one));
    CHECK_INT(2, one.version);
    contract_commit(s);
    CHECK_STR(STR(""), listed(c, c->organization_key));
    struct indexed_attribute next = add_attribute(c, c->organization_key, "00180060");
    CHECK(next.key > one.key);
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, attribute_reader_get(s->readers.attributes, &c->arena, c->organization_key,
                                              one.id, &read));
    CHECK_OK(attribute_reader_unfinished(s->readers.attributes, &c->arena, &unfinished));
    CHECK(unfinished.len == 1 && unfinished.at[0].key == one.key);
    CHECK_OK(attribute_writer_remove(s->uow.attributes, one.key));
    CHECK_OK(attribute_writer_remove(s->uow.attributes, one.key));
    CHECK_OK(attribute_reader_unfinished(s->readers.attributes, &c->arena, &unfinished));
    CHECK_INT(0, unfinished.len);
    contract_commit(s);
    /* the key of what is gone is not given again, since values may still come for it */
    s = contract_begin(c);
    CHECK_OK(attribute_writer_remove(s->uow.attributes, next.key));
    contract_commit(s);
    CHECK(add_attribute(c, c->organization_key, "00080070").key > next.key);
}

CONTRACT(an_attribute_is_incomplete_once)
{
    struct indexed_attribute one = add_attribute(c, c->organization_key, "00180060"), read;
    struct db_session *s = contract_begin(c);
    CHECK_OK(attribute_writer_mark_incomplete(s->uow.attributes, one.key));
    CHECK_OK(attribute_writer_mark_incomplete(s->uow.attributes, one.key));
    CHECK_OK(attribute_writer_mark_incomplete(s->uow.attributes, one.key + 1000));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(
        attribute_reader_get(s->readers.attributes, &c->arena, c->organization_key, one.id, &read));
    CHECK(read.is_incomplete && read.version == 2 && !indexed_attribute_is_ready(&read));
    CHECK_ERR(PRECONDITION_FAILED, attribute_writer_save(s->uow.attributes, &one));
    db_session_end(s);
}

static struct image_filter by_value(struct contract_db *c, enum image_level level, size_t attribute,
                                    const char *text)
{
    struct image_filter f = {.level = level,
                             .access.organization_key = c->organization_key,
                             .limit = 500,
                             .wants_total = true};
    struct value_condition *condition = NEW(&c->arena, struct value_condition);
    struct value_switches switches = {.matches_empty = text == NULL};
    CHECK_OK(value_condition_make(&c->arena, kept_attributes[attribute].vr, str_of(text), &switches,
                                  condition));
    *SLICE_PUSH(&c->arena, &f.values) = (struct value_match){(int64_t)attribute + 1, condition};
    return f;
}

static str found(struct contract_db *c, const struct image_filter *f)
{
    struct image_page page;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, f, &page));
    db_session_end(s);
    CHECK_INT(page.rows.len, page.total);
    return rows_text(&c->arena, f->level, &page);
}

/* Of each instance, what the sample values say themselves. */
static str expected(struct contract_db *c, const struct image_filter *f)
{
    struct image_filter all = {
        .level = LEVEL_INSTANCE, .access.organization_key = c->organization_key, .limit = 1000};
    struct image_page page, out = {0};
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &all, &page));
    for (size_t i = 0; i < page.rows.len; i++) {
        const uuid id = page.rows.at[i].instance.id;
        size_t holding = 0;
        for (size_t n = 0; n < f->values.len; n++) {
            struct attribute_value_slice values;
            bool holds = false;
            kept_values_of(&c->arena, &kept_attributes[f->values.at[n].attribute_key - 1],
                           (struct sample_place){0, id.at[3], id.at[5], id.at[7]}, &values);
            for (size_t v = 0; v < values.len; v++)
                holds = holds || value_condition_holds(f->values.at[n].condition, &values.at[v]);
            holding += holds;
        }
        if (holding == f->values.len)
            *SLICE_PUSH(&c->arena, &out.rows) = page.rows.at[i];
    }
    db_session_end(s);
    return rows_text(&c->arena, LEVEL_INSTANCE, &out);
}

CONTRACT(instances_are_found_by_kept_values)
{
    static const struct {
        size_t attribute;
        const char *text;
    } keys[] = {{0, "GE"},
                {0, "ge*"},
                {0, "*"
                    "100%"},
                {0, "M?ller*"},
                {0, "*ünit*"},
                {0, NULL},
                {0, "a text*two of two"},
                {1, "weber*"},
                {1, "佐藤*"},
                {1, "=佐藤^健"},
                {1, NULL},
                {2, "2020"},
                {2, "20200101-20200131"},
                {2, "20200101083000+0000"},
                {2, "-20200101+0000"},
                {2, NULL},
                {3, "1.5"},
                {3, "100"},
                {3, NULL},
                {4, "PRIMARY,AXIAL"},
                {5, "knee*"},
                {5, "Thorax"}};
    samples_store(c);
    values_store(c);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct image_filter f = by_value(c, LEVEL_INSTANCE, keys[i].attribute, keys[i].text);
        str want = expected(c, &f);
        if (want.len == 0)
            fail_msg("nothing for \"%s\"", keys[i].text);
        CHECK_STR(want, found(c, &f));
    }
}

/* Study 28 has instances of its own; what it has of both is in different ones. */
CONTRACT(all_keys_hold_for_one_instance)
{
    samples_store(c);
    values_store(c);
    struct image_filter one = by_value(c, LEVEL_INSTANCE, 0, "ge*"),
                        two = by_value(c, LEVEL_INSTANCE, 4, "DERIVED");
    str ones = found(c, &one), twos = found(c, &two);
    CHECK(ones.len != 0 && twos.len != 0);
    one.values =
        (struct value_match_slice){(struct value_match[]){one.values.at[0], two.values.at[0]}, 2};
    str want = expected(c, &one);
    CHECK_STR(want, found(c, &one));
    /* the studies of these instances and no others */
    struct buf studies = BUF_IN(&c->arena);
    struct image_filter of_studies = one;
    of_studies.level = LEVEL_STUDY;
    of_studies.sort[0] = (struct image_sort){image_attribute_find(0x00080050), false};
    of_studies.sort_count = 1; /* "A001" to "A029", then "a023", which is 24 */
    str rest = found(c, &of_studies), study;
    while (rest.len != 0 && str_cut(&rest, ' ', &study)) {
        str with_dot = str_format(&c->arena, "%.*s.", STR_ARG(study));
        CHECK(str_starts(want, with_dot) ||
              str_find(want, str_format(&c->arena, " %.*s", STR_ARG(with_dot))) != SIZE_MAX);
        buf_add(&studies, with_dot);
    }
    CHECK(studies.len != 0);
    /* with a column below */
    struct image_match ct = {.attribute = image_attribute_find(0x00080060), .value = STR("CT")};
    of_studies.matches = (struct image_match_slice){&ct, 1};
    str with_ct = found(c, &of_studies);
    CHECK(with_ct.len != 0 && with_ct.len < studies.len);
}

CONTRACT(studies_are_found_by_what_is_below)
{
    struct image_match keys[] = {
        {.attribute = image_attribute_find(0x00080060), .value = STR("SR")},
        {.attribute = image_attribute_find(0x00200013), .value = STR("4")}};
    struct image_filter f = {.level = LEVEL_STUDY,
                             .access.organization_key = c->organization_key,
                             .limit = 500,
                             .wants_total = true,
                             .matches = {keys, 1}};
    samples_store(c);
    CHECK_STR(STR("31 28 2"), found(c, &f));
    f.matches.len = 2; /* an instance of that series */
    str both = found(c, &f);
    f.matches = (struct image_match_slice){&keys[1], 1};
    CHECK(found(c, &f).len > both.len);
    f.level = LEVEL_SERIES;
    CHECK(found(c, &f).len != 0);
    f.only = &(struct key_slice){0};
    CHECK_STR(STR(""), found(c, &f));
}

struct counting_sink {
    struct image_sink base;
    size_t count;
    int64_t last_key, organization_key, stop_at;
};

static err count_one(struct image_sink *sink, const struct instance *instance,
                     const struct instance_blobs *blobs)
{
    struct counting_sink *s = container_of(sink, struct counting_sink, base);
    CHECK(instance->key != 0 && instance->series_key != 0 && instance->study_key != 0);
    CHECK(str_starts(blobs->metadata, STR("1.2.40.")) && blobs->metadata_size > 10 &&
          blobs->metadata_crc == 4000000000);
    s->count++;
    s->last_key = instance->key;
    s->organization_key = instance->organization_key;
    return (int64_t)s->count == s->stop_at ? ERR(GONE, "enough") : OK;
}

CONTRACT(matches_are_given_with_their_metadata_up_to_a_number)
{
    struct counting_sink sink = {.base = {count_one}};
    samples_store(c);
    values_store(c);
    sample_trash(c, 28);
    struct image_filter f = by_value(c, LEVEL_INSTANCE, 0, "ge*");
    struct db_session *s = contract_begin(c);
    struct image_page page;
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    CHECK(page.total > 3);
    CHECK_OK(image_reader_each_match(s->readers.images, &c->arena, &f, (uint32_t)page.total,
                                     &sink.base));
    CHECK_INT(page.total, sink.count);
    CHECK_ERR(TOO_LARGE, image_reader_each_match(s->readers.images, &c->arena, &f,
                                                 (uint32_t)page.total - 1, &sink.base));
    CHECK_INT(page.total, sink.count);
    sink.stop_at = page.total + 2;
    CHECK_ERR(GONE, image_reader_each_match(s->readers.images, &c->arena, &f, 1000, &sink.base));
    CHECK_INT(page.total + 2, sink.count);
    db_session_end(s);
}

CONTRACT(instances_are_gone_through_by_key)
{
    struct counting_sink sink = {.base = {count_one}};
    struct image_filter all = {
        .level = LEVEL_INSTANCE, .access.organization_key = c->organization_key, .limit = 1000};
    struct image_page of_one, of_other;
    samples_store(c);
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &all, &of_one));
    all.access.organization_key = c->other_key;
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &all, &of_other));
    for (size_t before = SIZE_MAX; before != sink.count;) {
        before = sink.count;
        CHECK_OK(image_reader_each_after(s->readers.images, sink.last_key, 7, &sink.base));
        CHECK(sink.count - before <= 7);
        CHECK(sink.organization_key != 0);
    }
    CHECK_INT(of_one.rows.len + of_other.rows.len, sink.count);
    db_session_end(s);
}

/* Put again they are what they were; they go with their instance, or bit by bit. */
CONTRACT(values_are_kept_once_and_go)
{
    int64_t count, all = 0;
    samples_store(c);
    values_store(c);
    struct image_filter f = by_value(c, LEVEL_INSTANCE, 0, "GE");
    str before = found(c, &f);
    struct db_session *s = contract_begin(c);
    struct image_page page;
    struct kept_values kept = {.attribute_key = 1};
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    const uuid id = page.rows.at[0].instance.id;
    kept_values_of(&c->arena, &kept_attributes[0],
                   (struct sample_place){0, id.at[3], id.at[5], id.at[7]}, &kept.values);
    CHECK_OK(attribute_writer_put(s->uow.attributes, &page.rows.at[0].instance, &kept));
    contract_commit(s);
    CHECK_STR(before, found(c, &f));
    if (c->engine->script != NULL) {
        CHECK_OK(c->engine->script(
            c,
            str_cstr(&c->arena, str_format(&c->arena,
                                           "DELETE FROM instance_blobs WHERE instance_key = %lld;"
                                           "DELETE FROM instances WHERE key = %lld;",
                                           (long long)page.rows.at[0].instance.key,
                                           (long long)page.rows.at[0].instance.key))));
        CHECK(found(c, &f).len < before.len);
    }
    do {
        s = contract_begin(c);
        CHECK_OK(attribute_writer_discard(s->uow.attributes, 1, 10, &count));
        CHECK(count <= 10);
        contract_commit(s);
        all += count;
    } while (count != 0);
    CHECK(all > 50);
    CHECK_STR(STR(""), found(c, &f));
    f = by_value(c, LEVEL_INSTANCE, 4, "PRIMARY");
    CHECK(found(c, &f).len != 0);
}
