/* Series and instances in the trash: found by who asks for the trash and by nobody else; what is
 * left is counted; the feed tells. */
#include "tests/contract/samples.h"

#include <stdio.h>

enum { NUMBER = 28 }; /* "PT2 CT3 SR1" */

static void store(struct contract_db *c, int number)
{
    sample_store(c, c->organization_key, number, &samples[number - 1]);
}

/* The UIDs of a list behind "1.2.40.", each followed by a space. */
static str list(struct contract_db *c, struct image_filter f)
{
    struct image_page page;
    struct buf text = BUF_IN(&c->arena);
    struct db_session *s = contract_begin(c);
    f.access.organization_key = c->organization_key;
    f.limit = 100;
    f.wants_total = true;
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    for (size_t i = 0; i < page.rows.len; i++) {
        const struct image_row *row = &page.rows.at[i];
        str uid = f.level == LEVEL_STUDY    ? row->study.study_instance_uid
                  : f.level == LEVEL_SERIES ? row->series.series_instance_uid
                                            : row->instance.sop_instance_uid;
        buf_add(&text, str_sub(uid, 7, uid.len));
        buf_add_char(&text, ' ');
    }
    CHECK_INT((int64_t)page.rows.len, page.total);
    db_session_end(s);
    return buf_str(&text);
}

static uuid id_of(struct contract_db *c, int series, int instance)
{
    return sample_id((struct sample_place){c->organization_key, NUMBER, series, instance});
}

struct uid_sink {
    struct image_sink base;
    struct buf uids;
};

static err take_uid(struct image_sink *sink, const struct instance *instance,
                    const struct instance_blobs *blobs)
{
    struct uid_sink *u = container_of(sink, struct uid_sink, base);
    (void)blobs;
    CHECK(instance->object_name.len == 64 && instance->size >= 100);
    buf_add(&u->uids, str_sub(instance->sop_instance_uid, 10, 64));
    buf_add_char(&u->uids, ' ');
    return OK;
}

static str each_of(struct contract_db *c, bool of_series)
{
    struct uid_sink sink = {{take_uid}, BUF_IN(&c->arena)};
    struct db_session *s = contract_begin(c);
    struct image_row row;
    CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                    ACCESS_TO_ALL(c->organization_key), id_of(c, 0, 0),
                                    &row.study));
    CHECK_OK(image_reader_get_series(s->readers.images, &c->arena,
                                     ACCESS_TO_ALL(c->organization_key), id_of(c, 2, 0),
                                     &row.series));
    CHECK_OK(image_reader_each_instance(s->readers.images, NULL, row.study.key,
                                        of_series ? row.series.key : 0, false, &sink.base));
    db_session_end(s);
    return buf_str(&sink.uids);
}

static bool is_located(struct contract_db *c, const char *series_uid, const char *sop_uid)
{
    struct image_row row;
    struct db_session *s = contract_begin(c);
    err e = image_reader_locate(s->readers.images, &c->arena, ACCESS_TO_ALL(c->organization_key),
                                STR("1.2.40.28"), str_of(series_uid),
                                sop_uid != NULL ? str_of(sop_uid) : STR_NONE, &row);
    db_session_end(s);
    CHECK(!failed(e) || e.code == ERR_NOT_FOUND);
    return !failed(e);
}

static const struct image_filter of_series = {.level = LEVEL_SERIES},
                                 trashed_series = {.level = LEVEL_SERIES, .trashed = true},
                                 of_instances = {.level = LEVEL_INSTANCE},
                                 trashed_instances = {.level = LEVEL_INSTANCE, .trashed = true};

CONTRACT(a_series_in_the_trash_is_found_there_alone)
{
    store(c, NUMBER);
    CHECK_STR(STR(""), list(c, trashed_series));
    sample_trash_part(c, NUMBER, 2, 0);
    CHECK_STR(STR("28.1 28.3 "), list(c, of_series));
    CHECK_STR(STR("28.2 "), list(c, trashed_series));
    CHECK_STR(STR("28.1.1 28.1.2 28.3.1 "), list(c, of_instances));
    CHECK_STR(STR(""), list(c, trashed_instances)); /* not themselves */
    CHECK(!is_located(c, "1.2.40.28.2", NULL) && !is_located(c, "1.2.40.28.2", "1.2.40.28.2.1"));
    CHECK(is_located(c, "1.2.40.28.1", "1.2.40.28.1.1"));
    CHECK_STR(STR("3.1 1.2 1.1 "), each_of(c, false));
    struct image_filter within = of_instances;
    within.series_id = id_of(c, 2, 0);
    CHECK_STR(STR(""), list(c, within));
    within.under_trashed = true; /* what would come back with it */
    CHECK_STR(STR("28.2.3 28.2.2 28.2.1 "), list(c, within));
    within = trashed_series;
    within.study_id = id_of(c, 0, 0);
    CHECK_STR(STR("28.2 "), list(c, within));
    within.search = STR("arzte");
    CHECK_STR(STR("28.2 "), list(c, within));
    within.study_id = (uuid){0};
    CHECK_STR(STR("28.2 "), list(c, within));
    within.search = STR("nobody");
    CHECK_STR(STR(""), list(c, within));
    sample_trash(c, NUMBER);
    CHECK_STR(STR(""), list(c, of_series));
    CHECK_STR(STR("28.2 "), list(c, trashed_series));
    within = of_series;
    within.study_id = id_of(c, 0, 0);
    CHECK_STR(STR(""), list(c, within));
    within.under_trashed = true;
    CHECK_STR(STR("28.3 28.1 "), list(c, within));
}

CONTRACT(an_instance_in_the_trash_is_found_there_alone)
{
    store(c, NUMBER);
    sample_trash_part(c, NUMBER, 2, 1);
    sample_trash_part(c, NUMBER, 1, 2);
    CHECK_STR(STR("28.1.1 28.2.2 28.2.3 28.3.1 "), list(c, of_instances));
    CHECK_STR(STR("28.1.2 28.2.1 "), list(c, trashed_instances));
    CHECK_STR(STR("28.1 28.2 28.3 "), list(c, of_series));
    CHECK(!is_located(c, "1.2.40.28.2", "1.2.40.28.2.1"));
    CHECK(is_located(c, "1.2.40.28.2", "1.2.40.28.2.2") && is_located(c, "1.2.40.28.2", NULL));
    CHECK_STR(STR("3.1 2.3 2.2 1.1 "), each_of(c, false));
    CHECK_STR(STR("2.3 2.2 "), each_of(c, true));
    struct image_filter within = trashed_instances;
    within.series_id = id_of(c, 2, 0);
    CHECK_STR(STR("28.2.1 "), list(c, within));
    struct image_match of_modality = {.attribute = image_attribute_find(0x00080060),
                                      .value = STR("PT")};
    within = trashed_instances;
    within.matches = (struct image_match_slice){&of_modality, 1};
    CHECK_STR(STR("28.1.2 "), list(c, within));
}

/* Nothing but its state changes: the derived data are there when it comes back. */
CONTRACT(what_comes_back_is_as_it_was)
{
    struct db_session *s;
    struct image_row row;
    struct instance_blobs blobs;
    struct uid_sink sink = {{take_uid}, BUF_IN(&c->arena)};
    store(c, NUMBER);
    sample_trash_part(c, NUMBER, 2, 1);
    sample_trash_part(c, NUMBER, 2, 0);
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, image_writer_locate_id(s->uow.images, &c->arena, c->other_key,
                                                LEVEL_INSTANCE, id_of(c, 2, 1), &row));
    CHECK_ERR(NOT_FOUND, image_writer_locate_id(s->uow.images, &c->arena, c->organization_key,
                                                LEVEL_SERIES, id_of(c, 2, 1), &row));
    CHECK_OK(image_writer_locate_id(s->uow.images, &c->arena, c->organization_key, LEVEL_INSTANCE,
                                    id_of(c, 2, 1), &row));
    CHECK(row.instance.state == STUDY_TRASHED && row.instance.version == 2);
    CHECK(row.series.state == STUDY_TRASHED && row.series.trashed_at.us != 0);
    CHECK(row.study.state == STUDY_RECEIVED && row.study.series_count == 3);
    CHECK_STR(STR("Ärzte^Die"), row.study.patient_name);
    CHECK_OK(image_reader_each_stored(s->readers.images, row.study.key, &sink.base));
    CHECK_INT(6 * 4, sink.uids.len);
    CHECK_OK(image_writer_revive(s->uow.images, row.study.key, row.series.key + 1, (instant){7}));
    contract_commit(s);
    CHECK_STR(STR("28.2 "), list(c, trashed_series)); /* that was another one's */
    s = contract_begin(c);
    CHECK_OK(image_writer_revive(s->uow.images, row.study.key, row.series.key, (instant){7}));
    contract_commit(s);
    CHECK_STR(STR(""), list(c, trashed_series));
    CHECK_STR(STR(""), list(c, trashed_instances));
    CHECK_STR(STR("2.3 2.2 2.1 "), each_of(c, true));
    s = contract_begin(c);
    CHECK_OK(image_reader_locate(s->readers.images, &c->arena, ACCESS_TO_ALL(c->organization_key),
                                 STR("1.2.40.28"), STR("1.2.40.28.2"), STR("1.2.40.28.2.1"), &row));
    CHECK(row.instance.version == 3 && row.instance.trashed_at.us == 0 &&
          row.instance.updated_at.us == 7);
    CHECK_OK(image_reader_blobs(s->readers.images, &c->arena, row.instance.key, true, &blobs));
    CHECK_STR(STR("1.2.40.28.2.1"), blobs.metadata);
    CHECK(blobs.frames.len == 11);
    db_session_end(s);
}

/* series/SOP class/count/size of each, by the last number of what names it. */
static str contents_of(struct contract_db *c, int64_t study_key)
{
    struct db_session *s = contract_begin(c);
    struct image_contents contents;
    struct buf text = BUF_IN(&c->arena);
    CHECK_OK(image_writer_contents(s->uow.images, &c->arena, study_key, &contents));
    buf_addf(&text, "%zu series: ", contents.series.len);
    for (size_t i = 0; i < contents.tallies.len; i++) {
        const struct image_tally *t = &contents.tallies.at[i];
        size_t n = 0;
        while (n < contents.series.len && contents.series.at[n].key != t->series_key)
            n++;
        CHECK_STR(STR("1.2.840.10008.1.2.1"), t->transfer_syntax_uid);
        buf_addf(&text, "%zu/%.*s/%d/%d ", n + 1, STR_ARG(str_sub(t->sop_class_uid, 24, 99)),
                 (int)t->instance_count, (int)t->size);
    }
    db_session_end(s);
    return buf_str(&text);
}

CONTRACT(contents_are_what_is_not_in_the_trash)
{
    struct db_session *s;
    struct study study;
    store(c, NUMBER);
    s = contract_begin(c);
    CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                    ACCESS_TO_ALL(c->organization_key), id_of(c, 0, 0), &study));
    db_session_end(s);
    CHECK_STR(STR("3 series: 1/7/2/300 2/2/3/600 3/7/1/100 "), contents_of(c, study.key));
    sample_trash_part(c, NUMBER, 1, 1);
    sample_trash_part(c, NUMBER, 3, 1);
    sample_trash_part(c, NUMBER, 2, 0); /* a series keeps what it has */
    CHECK_STR(STR("3 series: 1/7/1/200 2/2/3/600 "), contents_of(c, study.key));
    CHECK_STR(STR("0 series: "), contents_of(c, 4711));
}

CONTRACT(the_feed_tells_of_series_and_instances)
{
    struct change_slice changes;
    struct db_session *s;
    struct image_row row;
    store(c, NUMBER);
    sample_trash_part(c, NUMBER, 2, 1);
    sample_trash_part(c, NUMBER, 2, 0);
    s = contract_begin(c);
    CHECK_OK(image_writer_locate_id(s->uow.images, &c->arena, c->organization_key, LEVEL_SERIES,
                                    id_of(c, 2, 0), &row));
    row.series.series_description = STR("no change of state");
    CHECK_OK(image_writer_save_series(s->uow.images, &row.series));
    CHECK_OK(image_writer_revive(s->uow.images, row.study.key, row.series.key, (instant){77}));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(
        change_reader_find(s->readers.changes, &c->arena, c->organization_key, 0, 100, &changes));
    db_session_end(s);
    CHECK_INT(6 + 4, changes.len);
    const struct {
        str kind;
        uuid series, instance;
    } expected[] = {{STR("instance_trashed"), {{0}}, id_of(c, 2, 1)},
                    {STR("series_trashed"), id_of(c, 2, 0), {{0}}},
                    {STR("series_restored"), id_of(c, 2, 0), {{0}}},
                    {STR("instance_restored"), {{0}}, id_of(c, 2, 1)}};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        const struct change *change = &changes.at[6 + i];
        CHECK_STR(expected[i].kind, change->kind);
        CHECK(uuid_eq(change->study_id, id_of(c, 0, 0)));
        CHECK(uuid_eq(change->series_id, expected[i].series));
        CHECK(uuid_eq(change->instance_id, expected[i].instance));
        CHECK(i < 2 || change->created_at.us == 77);
    }
}
