/* Grants, and what can be seen with them: in lists, by identifier and by UID alike. */
#include "tests/contract/samples.h"

enum { SAMPLE_A = 1, SAMPLE_B = 2, SAMPLE_C = 28 };

static struct study study_of(struct contract_db *c, int number)
{
    struct study study;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_get_study(
        s->readers.images, &c->arena, ACCESS_TO_ALL(c->organization_key),
        sample_id((struct sample_place){c->organization_key, number, 0, 0}), &study));
    db_session_end(s);
    return study;
}

static struct access access_of(struct contract_db *c, int64_t user_key)
{
    return (struct access){.organization_key = c->organization_key,
                           .is_limited = true,
                           .grantee_kind = GRANTEE_USER,
                           .grantee_key = user_key,
                           .right = READ_STUDIES,
                           .now = clock_now(&c->clock.base)};
}

static size_t count_found(struct contract_db *c, const struct access *access,
                          enum image_level level)
{
    struct image_filter f = {.level = level, .access = *access, .limit = 1000, .wants_total = true};
    struct image_page page;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    CHECK_INT((int64_t)page.rows.len, page.total);
    db_session_end(s);
    return page.rows.len;
}

/* Every way to one study, its series and instances. */
static bool is_visible(struct contract_db *c, const struct access *access, int number)
{
    struct db_session *s = contract_begin(c);
    struct image_reader *r = s->readers.images;
    struct sample_place place = {c->organization_key, number, 0, 0};
    struct image_row row;
    str study_uid = sample_uid(&c->arena, place);
    err of_study = image_reader_get_study(r, &c->arena, access, sample_id(place), &row.study);
    err by_study = image_reader_locate(r, &c->arena, access, study_uid, STR_NONE, STR_NONE, &row);
    place.series = 1;
    str series_uid = sample_uid(&c->arena, place);
    err of_series = image_reader_get_series(r, &c->arena, access, sample_id(place), &row.series);
    err by_series =
        image_reader_locate(r, &c->arena, access, study_uid, series_uid, STR_NONE, &row);
    place.instance = 1;
    err of_instance =
        image_reader_get_instance(r, &c->arena, access, sample_id(place), &row.instance);
    err by_instance = image_reader_locate(r, &c->arena, access, study_uid, series_uid,
                                          sample_uid(&c->arena, place), &row);
    db_session_end(s);
    const err all[] = {of_study, by_study, of_series, by_series, of_instance, by_instance};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        CHECK(all[i].code == (failed(of_study) ? ERR_NOT_FOUND : ERR_OK));
    }
    return !failed(of_study);
}

CONTRACT(without_a_grant_nothing_is_there)
{
    samples_store(c);
    struct access access = access_of(c, 7);
    for (enum image_level level = LEVEL_STUDY; level < LEVEL_COUNT; level++)
        CHECK_INT(0, (int64_t)count_found(c, &access, level));
    CHECK(!is_visible(c, &access, SAMPLE_A) && !is_visible(c, &access, SAMPLE_C));
    CHECK(is_visible(c, ACCESS_TO_ALL(c->organization_key), SAMPLE_A));
}

CONTRACT(a_granted_study_is_there_and_nothing_else)
{
    samples_store(c);
    struct study study = study_of(c, SAMPLE_C);
    sample_give(c, sample_grant(c, 7, GRANTED_STUDY, study.key));
    struct access access = access_of(c, 7), other = access_of(c, 8);
    CHECK_INT(1, (int64_t)count_found(c, &access, LEVEL_STUDY));
    CHECK_INT(study.series_count, (int64_t)count_found(c, &access, LEVEL_SERIES));
    CHECK_INT(study.instance_count, (int64_t)count_found(c, &access, LEVEL_INSTANCE));
    CHECK(is_visible(c, &access, SAMPLE_C) && !is_visible(c, &access, SAMPLE_A));
    CHECK(!is_visible(c, &other, SAMPLE_C));
    access.organization_key = c->other_key; /* a key of a grant says nothing elsewhere */
    CHECK_INT(0, (int64_t)count_found(c, &access, LEVEL_STUDY));
}

CONTRACT(a_granted_patient_has_all_its_studies)
{
    int64_t count = 0;
    samples_store(c);
    struct study study = study_of(c, SAMPLE_A);
    for (int i = 1; i <= (int)sample_count; i++)
        count += study_of(c, i).patient_key == study.patient_key;
    sample_give(c, sample_grant(c, 7, GRANTED_PATIENT, study.patient_key));
    sample_give(c, sample_grant(c, 7, GRANTED_STUDY, study.key)); /* twice: there once */
    struct access access = access_of(c, 7);
    CHECK_INT(count, (int64_t)count_found(c, &access, LEVEL_STUDY));
    CHECK(is_visible(c, &access, SAMPLE_A));
}

CONTRACT(what_a_group_has_its_members_have)
{
    samples_store(c);
    instant now = clock_now(&c->clock.base);
    struct user ada = contract_user(c, c->organization_key, "ada@x");
    struct user_group group = {.id = uuid_make(&c->clock.base),
                               .organization_key = c->organization_key,
                               .created_at = now,
                               .updated_at = now,
                               .name = STR("board")};
    struct db_session *s = contract_begin(c);
    CHECK_OK(user_writer_add(s->uow.users, &ada));
    CHECK_OK(group_writer_add(s->uow.groups, &group));
    CHECK_OK(group_writer_add_member(s->uow.groups, group.key, ada.key));
    contract_commit(s);
    for (enum granted_kind kind = GRANTED_STUDY; kind <= GRANTED_PATIENT; kind++) {
        struct study study = study_of(c, kind == GRANTED_STUDY ? SAMPLE_A : SAMPLE_C);
        struct grant grant =
            sample_grant(c, 0, kind, kind == GRANTED_STUDY ? study.key : study.patient_key);
        grant.grantee_kind = GRANTEE_GROUP;
        grant.grantee_key = group.key;
        sample_give(c, grant);
    }
    struct access access = access_of(c, ada.key), other = access_of(c, group.key + 1000);
    CHECK(is_visible(c, &access, SAMPLE_A) && is_visible(c, &access, SAMPLE_C));
    CHECK(!is_visible(c, &access, SAMPLE_B));
    CHECK_INT(2, (int64_t)count_found(c, &access, LEVEL_STUDY));
    CHECK_INT(0, (int64_t)count_found(c, &other, LEVEL_STUDY));
    s = contract_begin(c);
    CHECK_OK(group_writer_remove_member(s->uow.groups, group.key, ada.key));
    contract_commit(s);
    CHECK(!is_visible(c, &access, SAMPLE_A));
    CHECK_INT(0, (int64_t)count_found(c, &access, LEVEL_STUDY));
}

CONTRACT(grants_end_and_have_their_rights)
{
    samples_store(c);
    struct study study = study_of(c, SAMPLE_B);
    struct grant grant = sample_grant(c, 7, GRANTED_STUDY, study.key);
    grant.expires_at = instant_add(clock_now(&c->clock.base), SECONDS(60));
    sample_give(c, grant);
    struct access access = access_of(c, 7);
    CHECK(is_visible(c, &access, SAMPLE_B));
    access.right = DELETE_STUDIES;
    CHECK(!is_visible(c, &access, SAMPLE_B));
    access.right = READ_STUDIES;
    access.now = grant.expires_at;
    CHECK(!is_visible(c, &access, SAMPLE_B));
    CHECK_INT(0, (int64_t)count_found(c, &access, LEVEL_STUDY));
}

CONTRACT(grants_are_listed_changed_and_taken_back)
{
    struct grant_slice found;
    int64_t total, purged;
    samples_store(c);
    struct study study = study_of(c, SAMPLE_B), more = study_of(c, SAMPLE_C);
    struct grant one = sample_give(c, sample_grant(c, 7, GRANTED_STUDY, study.key));
    struct grant ending = sample_grant(c, 7, GRANTED_STUDY, more.key);
    ending.expires_at = instant_add(clock_now(&c->clock.base), SECONDS(60));
    ending.reason = STR("emergency");
    ending = sample_give(c, ending);
    sample_give(c, sample_grant(c, 8, GRANTED_STUDY, study.key));
    struct grant_filter of_user = {.organization_key = c->organization_key,
                                   .of_grantee = true,
                                   .grantee_kind = GRANTEE_USER,
                                   .grantee_key = 7,
                                   .limit = 1};
    struct grant_filter on_study = {.organization_key = c->organization_key,
                                    .on_granted = true,
                                    .granted_kind = GRANTED_STUDY,
                                    .granted_key = study.key,
                                    .limit = 10};
    struct db_session *s = contract_begin(c);
    CHECK_OK(grant_reader_find(s->readers.grants, &c->arena, &of_user, &found, &total));
    CHECK(found.len == 1 && total == 2 && uuid_eq(found.at[0].id, one.id));
    of_user.offset = 1;
    CHECK_OK(grant_reader_find(s->readers.grants, &c->arena, &of_user, &found, &total));
    CHECK_STR(STR("emergency"), found.at[0].reason);
    CHECK(found.at[0].expires_at.us == ending.expires_at.us);
    CHECK_OK(grant_reader_find(s->readers.grants, &c->arena, &on_study, &found, &total));
    CHECK(found.len == 2 && total == 2);
    on_study.organization_key = c->other_key;
    CHECK_OK(grant_reader_find(s->readers.grants, &c->arena, &on_study, &found, &total));
    CHECK(found.len == 0 && total == 0);
    CHECK_ERR(NOT_FOUND,
              grant_reader_get(s->readers.grants, &c->arena, c->other_key, one.id, &one));
    CHECK_OK(grant_reader_get(s->readers.grants, &c->arena, c->organization_key, one.id, &one));
    one.rights |= INT64_C(1) << DELETE_STUDIES;
    CHECK_OK(grant_writer_save(s->uow.grants, &one));
    CHECK_OK(grant_writer_purge(s->uow.grants, instant_add(ending.expires_at, 1), &purged));
    CHECK_INT(1, purged);
    CHECK_OK(grant_writer_remove_all(s->uow.grants, GRANTEE_USER, 8));
    contract_commit(s);
    struct access access = access_of(c, 7), other = access_of(c, 8);
    access.right = DELETE_STUDIES;
    CHECK(is_visible(c, &access, SAMPLE_B));
    CHECK_INT(0, (int64_t)count_found(c, &other, LEVEL_STUDY));
    s = contract_begin(c);
    CHECK_OK(grant_writer_remove(s->uow.grants, one.key));
    contract_commit(s);
    CHECK_INT(0, (int64_t)count_found(c, &access, LEVEL_STUDY));
}

/* Two studies of one patient, of which the older is granted: the newer one is not told by a count,
 * and does not hide the patient. */
CONTRACT(patients_are_what_their_granted_studies_say)
{
    struct image_page page;
    int older = 0, newer = 0;
    samples_store(c);
    for (int i = 1; i <= (int)sample_count && newer == 0; i++)
        for (int n = i + 1; n <= (int)sample_count && newer == 0; n++) {
            struct study one = study_of(c, i), other = study_of(c, n);
            if (one.patient_key != other.patient_key || one.patient_id.len == 0)
                continue;
            bool is_older = str_cmp(one.study_date, other.study_date) <= 0;
            older = is_older ? i : n;
            newer = is_older ? n : i;
        }
    CHECK(newer != 0);
    sample_give(c, sample_grant(c, 7, GRANTED_STUDY, study_of(c, older).key));
    struct image_filter f = {.level = LEVEL_STUDY,
                             .access = access_of(c, 7),
                             .one_per_patient = true,
                             .wants_patient_counts = true,
                             .wants_total = true,
                             .limit = 10};
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    db_session_end(s);
    CHECK(page.rows.len == 1 && page.total == 1);
    CHECK(page.rows.at[0].study.key == study_of(c, older).key);
    CHECK_INT(1, page.rows.at[0].of_patient.studies);
    CHECK_INT(page.rows.at[0].study.series_count, page.rows.at[0].of_patient.series);
    CHECK_INT(page.rows.at[0].study.instance_count, page.rows.at[0].of_patient.instances);
}
