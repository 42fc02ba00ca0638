/* What leaves the trash for good: nothing is found of it, by whatever way, and nothing that comes
 * later is taken for it. */
#include "tests/contract/samples.h"

enum { NUMBER = 28 }; /* "PT2 CT3 SR1" */

static struct image_row row_of(struct contract_db *c, enum image_level level, int series,
                               int instance)
{
    struct image_row row;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_writer_locate_id(
        s->uow.images, &c->arena, c->organization_key, level,
        sample_id((struct sample_place){c->organization_key, NUMBER, series, instance}), &row));
    db_session_end(s);
    return row;
}

static bool purge(struct contract_db *c, enum image_level level, const struct image_row *row)
{
    bool is_gone;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_writer_purge(s->uow.images, level, row, (instant){77}, &is_gone));
    contract_commit(s);
    return is_gone;
}

static int64_t count(struct contract_db *c, struct image_filter f)
{
    struct image_page page;
    struct db_session *s = contract_begin(c);
    f.access.organization_key = c->organization_key;
    f.limit = 100;
    f.wants_total = true;
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    CHECK_INT((int64_t)page.rows.len, page.total);
    db_session_end(s);
    return page.total;
}

static struct change_slice changes_of(struct contract_db *c)
{
    struct change_slice changes;
    struct db_session *s = contract_begin(c);
    CHECK_OK(
        change_reader_find(s->readers.changes, &c->arena, c->organization_key, 0, 100, &changes));
    db_session_end(s);
    return changes;
}

static bool is_referenced(struct contract_db *c, str object_name)
{
    bool is_one;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_is_referenced(s->readers.images, object_name, &is_one));
    db_session_end(s);
    return is_one;
}

static int64_t used_size(struct contract_db *c)
{
    int64_t size;
    struct db_session *s = contract_begin(c);
    CHECK_OK(organization_reader_used_size(s->readers.organizations, c->organization_key, &size));
    db_session_end(s);
    return size;
}

static void store(struct contract_db *c)
{
    sample_store(c, c->organization_key, NUMBER, &samples[NUMBER - 1]);
}

static void add_version(struct contract_db *c, const struct instance *of, const char *name)
{
    struct instance_version version = {.id = uuid_make(&c->clock.base),
                                       .organization_key = c->organization_key,
                                       .created_at = clock_now(&c->clock.base),
                                       .instance_key = of->key,
                                       .reason = VERSION_KEPT,
                                       .object_name = str_of(name)};
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_writer_add_version(s->uow.images, &version));
    contract_commit(s);
}

CONTRACT(an_instance_is_purged_with_its_versions)
{
    store(c);
    sample_trash_part(c, NUMBER, 2, 1);
    const struct image_row row = row_of(c, LEVEL_INSTANCE, 2, 1);
    add_version(c, &row.instance, "older");
    CHECK(is_referenced(c, STR("older")));
    CHECK_INT(7, changes_of(c).len);
    CHECK(!purge(c, LEVEL_INSTANCE, &row));
    CHECK(!is_referenced(c, STR("older")));
    CHECK_INT(0, count(c, (struct image_filter){.level = LEVEL_INSTANCE, .trashed = true}));
    CHECK_INT(5, count(c, (struct image_filter){.level = LEVEL_INSTANCE}));
    CHECK_INT(3, count(c, (struct image_filter){.level = LEVEL_SERIES}));
    CHECK_INT(5, changes_of(c).len);
    CHECK(row_of(c, LEVEL_INSTANCE, 2, 2).instance.key != row.instance.key);
}

CONTRACT(a_series_is_purged_with_its_last_instance)
{
    store(c);
    sample_trash_part(c, NUMBER, 3, 1);
    const struct image_row row = row_of(c, LEVEL_INSTANCE, 3, 1);
    CHECK(!purge(c, LEVEL_INSTANCE, &row));
    CHECK_INT(2, count(c, (struct image_filter){.level = LEVEL_SERIES}));
    sample_trash_part(c, NUMBER, 2, 0);
    CHECK_INT(1, count(c, (struct image_filter){.level = LEVEL_SERIES, .trashed = true}));
    const struct image_row other = row_of(c, LEVEL_SERIES, 2, 0);
    CHECK(!purge(c, LEVEL_SERIES, &other));
    CHECK_INT(0, count(c, (struct image_filter){.level = LEVEL_SERIES, .trashed = true}));
    CHECK_INT(1, count(c, (struct image_filter){.level = LEVEL_SERIES}));
    CHECK_INT(2, count(c, (struct image_filter){.level = LEVEL_INSTANCE}));
    CHECK_INT(2, changes_of(c).len);
}

static bool is_granted(struct contract_db *c, uuid id)
{
    struct grant grant;
    struct db_session *s = contract_begin(c);
    err e = grant_reader_get(s->readers.grants, &c->arena, c->organization_key, id, &grant);
    db_session_end(s);
    CHECK(!failed(e) || e.code == ERR_NOT_FOUND);
    return !failed(e);
}

CONTRACT(a_study_is_purged_and_its_keys_are_not_given_again)
{
    store(c);
    sample_store(c, c->other_key, NUMBER, &samples[NUMBER - 1]);
    sample_store(c, c->organization_key, 1, &samples[0]);
    const int64_t size = used_size(c);
    const struct image_row row = row_of(c, LEVEL_INSTANCE, 3, 1);
    const struct grant of_study = sample_give(c, sample_grant(c, 1, GRANTED_STUDY, row.study.key)),
                       of_patient = sample_give(
                           c, sample_grant(c, 1, GRANTED_PATIENT, row.study.patient_key));
    sample_trash_part(c, NUMBER, 2, 1);
    sample_trash(c, NUMBER);
    CHECK_INT(1, count(c, (struct image_filter){.level = LEVEL_STUDY, .trashed = true}));
    CHECK(purge(c, LEVEL_STUDY, &row));
    CHECK_INT(0, count(c, (struct image_filter){.level = LEVEL_STUDY, .trashed = true}));
    CHECK_INT(0, count(c, (struct image_filter){.level = LEVEL_INSTANCE, .trashed = true}));
    CHECK_INT(1, count(c, (struct image_filter){.level = LEVEL_STUDY}));
    CHECK_INT(0, count(c, (struct image_filter){.level = LEVEL_STUDY, .search = STR("arzte")}));
    CHECK(!is_granted(c, of_study.id) && !is_granted(c, of_patient.id));
    CHECK_INT(size - row.study.size, used_size(c));
    struct change_slice changes = changes_of(c);
    const struct change *last = &changes.at[changes.len - 1];
    CHECK_STR(STR("study_purged"), last->kind);
    CHECK_STR(STR("1.2.40.28"), last->study_instance_uid);
    CHECK(uuid_eq(row.study.id, last->study_id) && last->created_at.us == 77);
    for (size_t i = 0; i + 1 < changes.len; i++)
        CHECK_STR(STR("1.2.40.1"), changes.at[i].study_instance_uid);
    store(c);
    const struct image_row again = row_of(c, LEVEL_INSTANCE, 3, 1);
    CHECK(again.study.key > row.study.key && again.series.key > row.series.key &&
          again.instance.key > row.instance.key && again.study.patient_key > row.study.patient_key);
    CHECK_INT(1, count(c, (struct image_filter){.level = LEVEL_STUDY, .search = STR("arzte")}));
    CHECK_INT(6,
              count(c, (struct image_filter){.level = LEVEL_INSTANCE, .study_id = again.study.id}));
}

static str due(struct contract_db *c, enum image_level level, instant before, uint32_t limit)
{
    struct trash_item_slice items;
    struct buf text = BUF_IN(&c->arena);
    struct db_session *s = contract_begin(c);
    CHECK_OK(retention_reader_trashed(s->readers.retention, &c->arena, c->organization_key, level,
                                      before, limit, &items));
    db_session_end(s);
    for (size_t i = 0; i < items.len; i++) {
        CHECK(items.at[i].level == level);
        buf_addf(&text, "%d.%d.%d ", items.at[i].id.at[3], items.at[i].id.at[5],
                 items.at[i].id.at[7]);
    }
    return buf_str(&text);
}

CONTRACT(what_is_due_to_leave_the_trash_has_been_there_long_enough)
{
    samples_store(c);
    sample_trash_part(c, NUMBER, 2, 0);
    c->clock.time.us += SECONDS(60);
    sample_trash(c, 1);
    sample_trash_part(c, NUMBER, 1, 2);
    const instant then = clock_now(&c->clock.base), later = instant_add(then, 1);
    c->clock.time.us += SECONDS(60);
    sample_trash(c, 2);
    CHECK_STR(STR(""), due(c, LEVEL_STUDY, then, 9));
    CHECK_STR(STR("1.0.0 "), due(c, LEVEL_STUDY, later, 9));
    CHECK_STR(STR("1.0.0 2.0.0 "), due(c, LEVEL_STUDY, instant_add(then, SECONDS(61)), 9));
    CHECK_STR(STR("1.0.0 "), due(c, LEVEL_STUDY, instant_add(then, SECONDS(61)), 1));
    CHECK_STR(STR("28.2.0 "), due(c, LEVEL_SERIES, then, 9));
    CHECK_STR(STR("28.1.2 "), due(c, LEVEL_INSTANCE, later, 9));
    const struct image_row row = row_of(c, LEVEL_STUDY, 0, 0);
    sample_hold(c, &row.study);
    CHECK_STR(STR(""), due(c, LEVEL_SERIES, later, 9));
    CHECK_STR(STR(""), due(c, LEVEL_INSTANCE, later, 9));
    CHECK_STR(STR("1.0.0 "), due(c, LEVEL_STUDY, later, 9));
}
