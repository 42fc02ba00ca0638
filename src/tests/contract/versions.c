/* Versions of instances, and an instance whose bytes are others now. */
#include "tests/contract/samples.h"

#include <stdio.h>

enum { NUMBER = 2 }; /* "CT1 SR1" */

static uuid id_of(struct contract_db *c, int series, int instance)
{
    return sample_id((struct sample_place){c->organization_key, NUMBER, series, instance});
}

static struct image_row row_of(struct contract_db *c, struct db_session *s, int series)
{
    struct image_row row;
    CHECK_OK(image_writer_locate_id(s->uow.images, &c->arena, c->organization_key, LEVEL_INSTANCE,
                                    id_of(c, series, 1), &row));
    return row;
}

static struct instance_version make(struct contract_db *c, const struct instance *of, int number)
{
    return (struct instance_version){.id = {{9, (uint8_t)of->key, (uint8_t)number}},
                                     .organization_key = of->organization_key,
                                     .created_at = {1000 + number},
                                     .instance_key = of->key,
                                     .reason = VERSION_REPLACED,
                                     .user_id = {{7}},
                                     .sop_class_uid = STR("1.2.3"),
                                     .transfer_syntax_uid = STR("1.2.840.10008.1.2"),
                                     .object_name = str_format(&c->arena, "%064d", number),
                                     .size = 10 * number};
}

CONTRACT(versions_are_kept_newest_first)
{
    struct instance_version_slice found;
    struct instance_version version, again;
    int64_t total;
    bool referenced;
    sample_store(c, c->organization_key, NUMBER, &samples[NUMBER - 1]);
    struct db_session *s = contract_begin(c);
    const struct image_row row = row_of(c, s, 1), other = row_of(c, s, 2);
    for (int n = 1; n <= 5; n++) {
        version = make(c, &row.instance, n);
        CHECK_OK(image_writer_add_version(s->uow.images, &version));
        CHECK(version.key != 0);
    }
    again = make(c, &other.instance, 5); /* the same bytes of another instance */
    CHECK_OK(image_writer_add_version(s->uow.images, &again));
    contract_commit(s);
    s = contract_begin(c);
    struct image_reader *r = s->readers.images;
    CHECK_OK(image_reader_versions(r, &c->arena, row.instance.key, 1, 2, &found, &total));
    CHECK(total == 5 && found.len == 2);
    CHECK(found.at[0].size == 40 && found.at[1].size == 30);
    CHECK_OK(image_reader_get_version(r, &c->arena, row.instance.key, found.at[0].id, &version));
    CHECK(version.reason == VERSION_REPLACED && version.created_at.us == 1004 &&
          uuid_eq(version.user_id, (uuid){{7}}) && version.instance_key == row.instance.key);
    CHECK_STR(STR("1.2.840.10008.1.2"), version.transfer_syntax_uid);
    CHECK_STR(str_format(&c->arena, "%064d", 4), version.object_name);
    CHECK_ERR(NOT_FOUND,
              image_reader_get_version(r, &c->arena, other.instance.key, found.at[0].id, &version));
    CHECK_OK(image_reader_is_referenced(r, str_format(&c->arena, "%064d", 4), &referenced));
    CHECK(referenced);
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(image_writer_remove_version(s->uow.images, found.at[0].key));
    contract_commit(s);
    s = contract_begin(c);
    r = s->readers.images;
    CHECK_OK(image_reader_versions(r, &c->arena, row.instance.key, 0, 9, &found, &total));
    CHECK(total == 4 && found.len == 4 && found.at[1].size == 30);
    CHECK_OK(image_reader_is_referenced(r, str_format(&c->arena, "%064d", 4), &referenced));
    CHECK(!referenced);
    CHECK_OK(image_reader_versions(r, &c->arena, 4711, 0, 9, &found, &total));
    CHECK(total == 0 && found.len == 0);
    db_session_end(s);
}

CONTRACT(an_instance_has_a_version_of_an_object_once)
{
    sample_store(c, c->organization_key, NUMBER, &samples[NUMBER - 1]);
    struct db_session *s = contract_begin(c);
    const struct image_row row = row_of(c, s, 1);
    struct instance_version one = make(c, &row.instance, 1), two = one;
    CHECK_OK(image_writer_add_version(s->uow.images, &one));
    two.id.at[15] = 1;
    CHECK_ERR(CONFLICT, image_writer_add_version(s->uow.images, &two));
    db_session_end(s);
    s = contract_begin(c);
    two.instance_key = 4711;
    CHECK_ERR(CONFLICT, image_writer_add_version(s->uow.images, &two));
    db_session_end(s);
}

struct size_sink {
    struct image_sink base;
    int64_t count, size;
};

static err take_size(struct image_sink *sink, const struct instance *instance,
                     const struct instance_blobs *blobs)
{
    struct size_sink *t = container_of(sink, struct size_sink, base);
    (void)blobs;
    CHECK(instance->sop_instance_uid.len != 0 && instance->object_name.len == 64);
    t->count++;
    t->size += instance->size;
    return OK;
}

CONTRACT(an_instance_whose_bytes_are_others_now)
{
    struct change_slice changes;
    struct instance_blobs blobs = {.metadata = STR("other"),
                                   .metadata_size = 5,
                                   .metadata_crc = 77,
                                   .frames = STR("f"),
                                   .bulk = STR("b")};
    struct size_sink sizes = {{take_size}, 0, 0};
    sample_store(c, c->organization_key, NUMBER, &samples[NUMBER - 1]);
    struct db_session *s = contract_begin(c);
    struct image_row row = row_of(c, s, 1);
    struct instance stale = row.instance;
    struct instance_version version = make(c, &row.instance, 3);
    row.instance.object_name = str_format(&c->arena, "%064d", 99);
    row.instance.size = 5;
    row.instance.updated_at = (instant){4321};
    CHECK_OK(image_writer_add_version(s->uow.images, &version));
    CHECK_OK(image_writer_replace_instance(s->uow.images, &row.instance, &blobs));
    CHECK_INT(stale.version + 1, row.instance.version);
    CHECK_ERR(PRECONDITION_FAILED, image_writer_replace_instance(s->uow.images, &stale, &blobs));
    contract_commit(s);
    s = contract_begin(c);
    row = row_of(c, s, 1);
    CHECK_STR(str_format(&c->arena, "%064d", 99), row.instance.object_name);
    CHECK_OK(image_reader_blobs(s->readers.images, &c->arena, row.instance.key, true, &blobs));
    CHECK_STR(STR("other"), blobs.metadata);
    CHECK(blobs.metadata_size == 5 && blobs.metadata_crc == 77);
    CHECK_STR(STR("f"), blobs.frames);
    CHECK_STR(STR("b"), blobs.bulk);
    CHECK_OK(image_reader_each_stored(s->readers.images, row.study.key, &sizes.base));
    CHECK(sizes.count == 3 && sizes.size == 5 + 100 + 30);
    CHECK_OK(
        change_reader_find(s->readers.changes, &c->arena, c->organization_key, 2, 9, &changes));
    CHECK_INT(1, changes.len);
    CHECK_STR(STR("instance_replaced"), changes.at[0].kind);
    CHECK(uuid_eq(changes.at[0].instance_id, row.instance.id) &&
          changes.at[0].created_at.us == 4321);
    db_session_end(s);
}

static size_t found_count(struct contract_db *c, const char *search)
{
    struct image_page page;
    struct db_session *s = contract_begin(c);
    const struct image_filter f = {.level = LEVEL_STUDY,
                                   .access.organization_key = c->organization_key,
                                   .search = str_of(search),
                                   .limit = 9};
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    db_session_end(s);
    return page.rows.len;
}

/* A study that says something else now is found by that. */
CONTRACT(words_are_those_the_study_says_now)
{
    sample_store(c, c->organization_key, NUMBER, &samples[NUMBER - 1]);
    CHECK(found_count(c, "mueller") == 1 && found_count(c, "quixote") == 0);
    struct db_session *s = contract_begin(c);
    struct image_row row = row_of(c, s, 1);
    struct study stale = row.study;
    row.study.search_key = STR("don quixote\nla mancha");
    CHECK_OK(image_writer_save_study(s->uow.images, &row.study));
    stale.search_key = STR("never");
    CHECK_ERR(PRECONDITION_FAILED, image_writer_save_study(s->uow.images, &stale));
    contract_commit(s);
    CHECK(found_count(c, "mueller") == 0 && found_count(c, "quixote") == 1);
    CHECK(found_count(c, "mancha") == 1 && found_count(c, "never") == 0);
}
