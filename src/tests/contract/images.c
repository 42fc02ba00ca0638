/* Patients, studies, series and instances but for find; the change feed. */
#include "tests/contract/samples.h"

#include <stdio.h>

enum { NUMBER_MANY_SERIES = 28 }; /* "PT2 CT3 SR1" */

static struct sample_place place_of(struct contract_db *c, int study, int series, int instance)
{
    return (struct sample_place){c->organization_key, study, series, instance};
}

static void store(struct contract_db *c, int number)
{
    sample_store(c, c->organization_key, number, &samples[number - 1]);
}

CONTRACT(a_study_reads_back_as_it_was_written)
{
    struct db_session *s;
    struct study study;
    struct series series;
    struct instance instance;
    struct instance_blobs blobs;
    store(c, NUMBER_MANY_SERIES);
    s = contract_begin(c);
    struct image_reader *r = s->readers.images;
    CHECK_OK(image_reader_get_study(r, &c->arena, ACCESS_TO_ALL(c->organization_key),
                                    sample_id(place_of(c, 28, 0, 0)), &study));
    CHECK_STR(STR("1.2.40.28"), study.study_instance_uid);
    CHECK_STR(STR("Ärzte^Die"), study.patient_name);
    CHECK_STR(STR("PT\\CT\\SR"), study.modalities);
    CHECK_STR(STR(""), study.issuer_of_patient_id);
    CHECK(study.series_count == 3 && study.instance_count == 6 && study.size == 1000);
    CHECK_INT(1 + 6, study.version); /* each instance counted */
    CHECK(study.state == STUDY_RECEIVED && study.trashed_at.us == 0);
    CHECK_OK(image_reader_get_series(r, &c->arena, ACCESS_TO_ALL(c->organization_key),
                                     sample_id(place_of(c, 28, 2, 0)), &series));
    CHECK(series.instance_count == 3 && series.size == 600 && series.study_key == study.key);
    CHECK(series.series_number.is_set && series.series_number.value == 8);
    CHECK_INT(1 + 3, series.version);
    CHECK_STR(STR("Clinic A"), series.institution_name);
    CHECK_OK(image_reader_get_instance(r, &c->arena, ACCESS_TO_ALL(c->organization_key),
                                       sample_id(place_of(c, 28, 2, 3)), &instance));
    CHECK(instance.study_key == study.key && instance.series_key == series.key);
    CHECK(instance.instance_number.value == 2 && instance.rows.value == 192);
    CHECK(!instance.number_of_frames.is_set);
    CHECK_OK(image_reader_blobs(r, &c->arena, instance.key, true, &blobs));
    CHECK_STR(STR("1.2.40.28.2.3"), blobs.metadata);
    CHECK(blobs.metadata_size == 13 && blobs.metadata_crc == 4000000000);
    CHECK_STR(STR("frames\0here"), blobs.frames);
    CHECK_STR(STR(""), blobs.bulk);
    CHECK_OK(image_reader_blobs(r, &c->arena, instance.key, false, &blobs));
    CHECK(blobs.metadata.ptr == NULL && blobs.metadata_size == 0 && blobs.frames.len == 11);
    CHECK_ERR(NOT_FOUND, image_reader_blobs(r, &c->arena, 4711, true, &blobs));
    db_session_end(s);
}

CONTRACT(images_are_located_by_their_uids)
{
    struct db_session *s;
    struct image_row row;
    store(c, 1), store(c, 2), store(c, NUMBER_MANY_SERIES);
    s = contract_begin(c);
    struct image_reader *r = s->readers.images;
    int64_t o = c->organization_key;
    const str study = STR("1.2.40.28"), series = STR("1.2.40.28.2"), none = STR_NONE;
    CHECK_OK(image_reader_locate(r, &c->arena, ACCESS_TO_ALL(o), study, none, none, &row));
    CHECK(row.study.key != 0 && row.series.key == 0 && row.instance.key == 0);
    CHECK_OK(image_reader_locate(r, &c->arena, ACCESS_TO_ALL(o), study, series, none, &row));
    CHECK_STR(series, row.series.series_instance_uid);
    CHECK_OK(image_reader_locate(r, &c->arena, ACCESS_TO_ALL(o), study, series,
                                 STR("1.2.40.28.2.1"), &row));
    CHECK_STR(STR("1.2.40.28.2.1"), row.instance.sop_instance_uid);
    CHECK_ERR(NOT_FOUND,
              image_reader_locate(r, &c->arena, ACCESS_TO_ALL(o), STR("1.2.40"), none, none, &row));
    CHECK_ERR(NOT_FOUND, image_reader_locate(r, &c->arena, ACCESS_TO_ALL(o), STR("1.2.40.1"),
                                             series, none, &row));
    CHECK_ERR(NOT_FOUND, image_reader_locate(r, &c->arena, ACCESS_TO_ALL(o), study, series,
                                             STR("1.2.40.28.1.1"), &row));
    CHECK_ERR(NOT_FOUND, image_reader_locate(r, &c->arena, ACCESS_TO_ALL(o), study, series,
                                             STR("1.2.40.1.1.1"), &row));
    db_session_end(s);
    sample_trash(c, NUMBER_MANY_SERIES);
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, image_reader_locate(s->readers.images, &c->arena, ACCESS_TO_ALL(o), study,
                                             none, none, &row));
    /* who stores sees the trash too, and an instance wherever it is */
    CHECK_OK(image_writer_locate(s->uow.images, &c->arena, o, study, STR("1.2"),
                                 STR("1.2.40.1.1.1"), &row));
    CHECK(row.study.state == STUDY_TRASHED && row.series.key == 0 && row.instance.key != 0);
    CHECK_OK(
        image_writer_locate(s->uow.images, &c->arena, o, STR("1.9"), series, STR("1.9.9"), &row));
    CHECK(row.study.key == 0 && row.series.key == 0 && row.instance.key == 0);
    db_session_end(s);
}

/* By the writing itself, or by the end of its unit. */
#define CHECK_REFUSED(add_)                                                                        \
    do {                                                                                           \
        struct db_session *refused = contract_begin(c);                                            \
        struct image_writer *w = refused->uow.images;                                              \
        err e = (add_);                                                                            \
        if (!failed(e))                                                                            \
            e = db_session_commit(refused);                                                        \
        CHECK_ERR(CONFLICT, e);                                                                    \
        db_session_end(refused);                                                                   \
    } while (0)

CONTRACT(a_patient_is_known_by_identifier_and_issuer)
{
    struct db_session *s;
    struct patient patient, again;
    store(c, 25), store(c, 26), store(c, 27);
    s = contract_begin(c);
    CHECK_OK(image_writer_locate_patient(s->uow.images, &c->arena, c->organization_key, STR("DE-3"),
                                         STR("CLINIC-A"), &patient));
    CHECK(patient.key != 0);
    CHECK_OK(image_writer_locate_patient(s->uow.images, &c->arena, c->organization_key, STR("DE-3"),
                                         STR("CLINIC-B"), &again));
    CHECK(again.key != 0 && again.key != patient.key);
    CHECK_OK(image_writer_locate_patient(s->uow.images, &c->arena, c->organization_key, STR("DE-3"),
                                         STR(""), &again));
    CHECK_INT(0, again.key);
    CHECK_OK(image_writer_locate_patient(s->uow.images, &c->arena, c->other_key, STR("DE-3"),
                                         STR("CLINIC-A"), &again));
    CHECK_INT(0, again.key);
    again = patient;
    again.id = uuid_make(&c->clock.base);
    db_session_end(s);
    CHECK_REFUSED(image_writer_add_patient(w, &again));
}

CONTRACT(nothing_is_added_twice_or_to_nothing)
{
    struct db_session *s;
    struct image_row row;
    struct instance_blobs blobs = {.metadata = STR("m")};
    store(c, 1);
    s = contract_begin(c);
    CHECK_OK(image_writer_locate(s->uow.images, &c->arena, c->organization_key, STR("1.2.40.1"),
                                 STR("1.2.40.1.1"), STR("1.2.40.1.1.1"), &row));
    db_session_end(s);
    struct image_row same_uid = row, same_id = row, orphan = row;
    same_uid.study.id = same_uid.series.id = same_uid.instance.id = uuid_make(&c->clock.base);
    CHECK_REFUSED(image_writer_add_study(w, &same_uid.study));
    CHECK_REFUSED(image_writer_add_series(w, &same_uid.series));
    CHECK_REFUSED(image_writer_add_instance(w, &same_uid.instance, &blobs));
    same_id.study.study_instance_uid = same_id.series.series_instance_uid =
        same_id.instance.sop_instance_uid = STR("1.9");
    CHECK_REFUSED(image_writer_add_study(w, &same_id.study));
    CHECK_REFUSED(image_writer_add_series(w, &same_id.series));
    CHECK_REFUSED(image_writer_add_instance(w, &same_id.instance, &blobs));
    orphan.study.id = orphan.series.id = orphan.instance.id = uuid_make(&c->clock.base);
    orphan.study.study_instance_uid = orphan.series.series_instance_uid =
        orphan.instance.sop_instance_uid = STR("1.9");
    orphan.study.patient_key = orphan.series.study_key = orphan.instance.series_key = 4711;
    CHECK_REFUSED(image_writer_add_study(w, &orphan.study));
    CHECK_REFUSED(image_writer_add_series(w, &orphan.series));
    CHECK_REFUSED(image_writer_add_instance(w, &orphan.instance, &blobs));
    orphan.instance.series_key = row.series.key;
    s = contract_begin(c);
    CHECK_OK(image_writer_add_instance(s->uow.images, &orphan.instance, &blobs));
    CHECK_INT(row.instance.key + 2, orphan.instance.key); /* the sample has two */
    contract_commit(s);
    /* the same study and instance in another organization are others */
    sample_store(c, c->other_key, 1, &samples[0]);
}

CONTRACT(counting_changes_counts_alone)
{
    struct db_session *s;
    struct study study, again;
    struct series series;
    store(c, 1);
    s = contract_begin(c);
    CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                    ACCESS_TO_ALL(c->organization_key),
                                    sample_id(place_of(c, 1, 0, 0)), &study));
    CHECK_OK(image_reader_get_series(s->readers.images, &c->arena,
                                     ACCESS_TO_ALL(c->organization_key),
                                     sample_id(place_of(c, 1, 1, 0)), &series));
    study.instance_count = 7;
    study.size = 70;
    study.series_count = 2;
    study.modalities = STR("CT\\MR");
    study.sop_classes = STR("1.2");
    study.updated_at = (instant){5000000};
    study.patient_name = STR("Nobody"); /* not what callers may do: it is not written */
    study.state = STUDY_TRASHED;
    CHECK_OK(image_writer_count_instance(s->uow.images, &study, &series));
    CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                    ACCESS_TO_ALL(c->organization_key), study.id, &again));
    CHECK(again.instance_count == 7 && again.size == 70 && again.series_count == 2);
    CHECK_STR(STR("CT\\MR"), again.modalities);
    CHECK_STR(STR("1.2"), again.sop_classes);
    CHECK_STR(STR("Müller^Jürgen^Großmann"), again.patient_name);
    CHECK(again.state == STUDY_RECEIVED && again.updated_at.us == 5000000);
    CHECK_INT(study.version, again.version);
    db_session_end(s);
}

static void locate_first(struct contract_db *c, struct db_session *s, int64_t organization_key,
                         struct image_row *out)
{
    CHECK_OK(image_writer_locate(s->uow.images, &c->arena, organization_key, STR("1.2.40.28"),
                                 STR("1.2.40.28.1"), STR("1.2.40.28.1.9"), out));
}

static void count_one(struct db_session *s, struct image_row *row)
{
    row->study.instance_count++;
    row->series.instance_count++;
    row->series.size += 5;
    CHECK_OK(image_writer_count_instance(s->uow.images, &row->study, &row->series));
}

/* However often it is looked for in a unit, and whatever an engine remembers of it. */
CONTRACT(who_stores_finds_what_was_counted_last)
{
    struct image_row first, row;
    store(c, NUMBER_MANY_SERIES);
    struct db_session *s = contract_begin(c);
    locate_first(c, s, c->organization_key, &first);
    CHECK(first.study.key != 0 && first.series.key != 0);
    row = first;
    for (int i = 1; i <= 3; i++) {
        count_one(s, &row);
        locate_first(c, s, c->organization_key, &row);
        CHECK_INT(first.study.instance_count + i, row.study.instance_count);
        CHECK_INT(first.study.version + i, row.study.version);
        CHECK_INT(first.series.size + 5 * i, row.series.size);
        CHECK_STR(first.study.patient_name, row.study.patient_name);
        CHECK_STR(first.series.modality, row.series.modality);
    }
    locate_first(c, s, c->other_key, &row);
    CHECK(row.study.key == 0 && row.series.key == 0);
    CHECK_OK(image_writer_locate(s->uow.images, &c->arena, c->organization_key, STR("1.2.40.28"),
                                 STR("1.2.40.28.2"), STR("1.2.40.28.2.1"), &row));
    CHECK_STR(STR("1.2.40.28.2"), row.series.series_instance_uid);
    CHECK(row.series.key != first.series.key && row.instance.key != 0);
    row.study.state = STUDY_TRASHED;
    CHECK_OK(image_writer_save_study(s->uow.images, &row.study));
    locate_first(c, s, c->organization_key, &row);
    CHECK(row.study.state == STUDY_TRASHED);
    CHECK_INT(first.study.version + 4, row.study.version);
    db_session_end(s);
    s = contract_begin(c);
    locate_first(c, s, c->organization_key, &row);
    CHECK_INT(first.study.instance_count, row.study.instance_count);
    CHECK(row.study.state == STUDY_RECEIVED);
    count_one(s, &row);
    contract_commit(s);
    s = contract_begin(c);
    locate_first(c, s, c->organization_key, &row);
    CHECK_INT(first.study.instance_count + 1, row.study.instance_count);
    CHECK_INT(first.study.version + 1, row.study.version);
    db_session_end(s);
}

struct uid_sink {
    struct image_sink base;
    struct buf uids;
    bool has_blobs;
    size_t stop_at; /* bytes; 0: never */
};

static err take_uid(struct image_sink *sink, const struct instance *instance,
                    const struct instance_blobs *blobs)
{
    struct uid_sink *u = container_of(sink, struct uid_sink, base);
    CHECK(u->has_blobs == (blobs->metadata.ptr != NULL));
    if (u->has_blobs)
        CHECK_STR(instance->sop_instance_uid, blobs->metadata);
    buf_add(&u->uids, str_sub(instance->sop_instance_uid, 7, 64));
    buf_add_char(&u->uids, ' ');
    return u->stop_at != 0 && u->uids.len >= u->stop_at ? ERR(GONE, "enough") : OK;
}

static str each_of(struct contract_db *c, struct arena *a, int64_t study_key, int64_t series_key,
                   bool with_blobs)
{
    struct db_session *s = contract_begin(c);
    struct uid_sink sink = {{take_uid}, BUF_IN(&c->arena), with_blobs, 0};
    CHECK_OK(image_reader_each_instance(s->readers.images, a, study_key, series_key, with_blobs,
                                        &sink.base));
    db_session_end(s);
    return buf_str(&sink.uids);
}

CONTRACT(instances_come_by_series_number_and_instance_number)
{
    struct db_session *s;
    struct image_row row;
    store(c, 1), store(c, NUMBER_MANY_SERIES), store(c, 31);
    s = contract_begin(c);
    CHECK_OK(image_reader_locate(s->readers.images, &c->arena, ACCESS_TO_ALL(c->organization_key),
                                 STR("1.2.40.28"), STR("1.2.40.28.2"), STR_NONE, &row));
    db_session_end(s);
    /* series 3 has no number, then 8, then 9; instances have numbers 5 - i */
    CHECK_STR(STR("28.3.1 28.2.3 28.2.2 28.2.1 28.1.2 28.1.1 "),
              each_of(c, &c->arena, row.study.key, 0, true));
    CHECK_STR(STR("28.3.1 28.2.3 28.2.2 28.2.1 28.1.2 28.1.1 "),
              each_of(c, NULL, row.study.key, 0, false));
    CHECK_STR(STR("28.2.3 28.2.2 28.2.1 "), each_of(c, NULL, row.study.key, row.series.key, true));
    CHECK_STR(STR(""), each_of(c, NULL, 4711, 0, true));
    s = contract_begin(c);
    CHECK_OK(image_reader_locate(s->readers.images, &c->arena, ACCESS_TO_ALL(c->organization_key),
                                 STR("1.2.40.31"), STR("1.2.40.31.1"), STR_NONE, &row));
    struct uid_sink sink = {{take_uid}, BUF_IN(&c->arena), false, 14};
    CHECK_ERR(GONE, image_reader_each_instance(s->readers.images, NULL, 0, row.series.key, false,
                                               &sink.base));
    CHECK_STR(STR("31.1.4 31.1.3 "), buf_str(&sink.uids)); /* the fourth has no number */
    db_session_end(s);
}

CONTRACT(an_object_is_referenced_by_whatever_organization)
{
    struct db_session *s;
    bool referenced;
    sample_store(c, c->other_key, 1, &samples[0]);
    s = contract_begin(c);
    CHECK_OK(image_reader_is_referenced(s->readers.images, str_format(&c->arena, "%064d", 1010),
                                        &referenced));
    CHECK(referenced);
    CHECK_OK(image_reader_is_referenced(s->readers.images, str_format(&c->arena, "%064d", 1011),
                                        &referenced));
    CHECK(!referenced);
    db_session_end(s);
}

CONTRACT(statistics_are_of_one_organization)
{
    struct db_session *s;
    int64_t studies, instances, size;
    store(c, 1), store(c, NUMBER_MANY_SERIES);
    sample_store(c, c->other_key, 3, &samples[2]);
    sample_trash(c, 1);
    s = contract_begin(c);
    CHECK_OK(image_reader_statistics(s->readers.images, c->organization_key, &studies, &instances,
                                     &size));
    CHECK(studies == 2 && instances == 8 && size == 1300); /* the trash takes room too */
    CHECK_OK(image_reader_statistics(s->readers.images, c->other_key, &studies, &instances, &size));
    CHECK(studies == 1 && instances == 2 && size == 300);
    CHECK_OK(image_reader_statistics(s->readers.images, 4711, &studies, &instances, &size));
    CHECK(studies == 0 && instances == 0 && size == 0);
    db_session_end(s);
}

CONTRACT(a_study_is_saved_by_who_saw_its_newest_version)
{
    struct db_session *s;
    struct study study, stale;
    store(c, 1);
    s = contract_begin(c);
    CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                    ACCESS_TO_ALL(c->organization_key),
                                    sample_id(place_of(c, 1, 0, 0)), &study));
    stale = study;
    study.state = STUDY_TRASHED;
    study.trashed_at = (instant){77};
    CHECK_OK(image_writer_save_study(s->uow.images, &study));
    CHECK_INT(stale.version + 1, study.version);
    CHECK_ERR(PRECONDITION_FAILED, image_writer_save_study(s->uow.images, &stale));
    CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                    ACCESS_TO_ALL(c->organization_key), study.id, &stale));
    CHECK(stale.state == STUDY_TRASHED && stale.trashed_at.us == 77);
    contract_commit(s);
}

/* Kinds and studies, each followed by a space. */
static str changes_of(struct contract_db *c, int64_t organization_key, int64_t since,
                      uint32_t limit)
{
    struct db_session *s = contract_begin(c);
    struct buf text = BUF_IN(&c->arena);
    struct change_slice found;
    int64_t before = since;
    CHECK_OK(
        change_reader_find(s->readers.changes, &c->arena, organization_key, since, limit, &found));
    for (size_t i = 0; i < found.len; i++) {
        const struct change *change = &found.at[i];
        CHECK(change->sequence > before && change->organization_key == organization_key);
        CHECK(uuid_is_set(change->instance_id) == str_eq(change->kind, STR("instance_stored")));
        CHECK(change->created_at.us != 0);
        CHECK_STR(str_format(&c->arena, "1.2.40.%d", change->study_id.at[3]),
                  change->study_instance_uid);
        bool is_of_one = uuid_is_set(change->instance_id);
        CHECK((change->series_instance_uid.ptr != NULL) == is_of_one &&
              (change->sop_instance_uid.ptr != NULL) == is_of_one);
        CHECK(!is_of_one || (str_starts(change->series_instance_uid, change->study_instance_uid) &&
                             str_starts(change->sop_instance_uid, change->series_instance_uid)));
        buf_addf(&text, "%.*s/%d ", STR_ARG(str_sub(change->kind, 0, 8)), change->study_id.at[3]);
        before = change->sequence;
    }
    db_session_end(s);
    return buf_str(&text);
}

CONTRACT(the_feed_tells_what_was_stored_trashed_and_restored)
{
    struct db_session *s;
    struct study study;
    store(c, 2);
    sample_store(c, c->other_key, 3, &samples[2]);
    sample_trash(c, 2);
    s = contract_begin(c);
    CHECK_OK(image_reader_get_study(s->readers.images, &c->arena,
                                    ACCESS_TO_ALL(c->organization_key),
                                    sample_id(place_of(c, 2, 0, 0)), &study));
    study.study_description = STR("no change of state");
    CHECK_OK(image_writer_save_study(s->uow.images, &study));
    study.state = STUDY_RECEIVED;
    CHECK_OK(image_writer_save_study(s->uow.images, &study));
    contract_commit(s);
    s = contract_begin(c);
    study.state = STUDY_TRASHED;
    CHECK_OK(image_writer_save_study(s->uow.images, &study));
    db_session_end(s); /* given up */
    store(c, 4);
    CHECK_STR(STR("instance/2 instance/2 study_tr/2 study_re/2 instance/4 "),
              changes_of(c, c->organization_key, 0, 100));
    CHECK_STR(STR("instance/3 instance/3 "), changes_of(c, c->other_key, 0, 100));
    CHECK_STR(STR("instance/2 instance/2 "), changes_of(c, c->organization_key, 0, 2));
    CHECK_STR(STR("study_tr/2 "), changes_of(c, c->organization_key, 2, 1));
    CHECK_STR(STR(""), changes_of(c, c->organization_key, 1000, 10));
}

/* No question crosses the wall: what is there is asked for from the other side. */
CONTRACT(no_question_crosses_an_organization)
{
    struct db_session *s;
    struct user ada = contract_user(c, c->organization_key, "ada@clinic.example"), user;
    struct audit_event event = contract_event(c, c->organization_key, "get_study");
    struct idempotency_record record = {.organization_key = c->organization_key,
                                        .user_id = ada.id,
                                        .idempotency_key = STR("k"),
                                        .fingerprint = STR("f"),
                                        .result = STR("{}"),
                                        .created_at = {1}};
    struct study study;
    struct series series;
    struct instance instance;
    struct image_row row;
    struct user_slice users;
    struct audit_event_slice events;
    struct change_slice changes;
    struct arena *a = &c->arena;
    int64_t total, o = c->other_key;
    store(c, 1);
    s = contract_begin(c);
    CHECK_OK(user_writer_add(s->uow.users, &ada));
    CHECK_OK(audit_writer_add(s->uow.audit, a, &event));
    CHECK_OK(idempotency_writer_add(s->uow.idempotency, &record));
    contract_commit(s);
    s = contract_begin(c);
    const struct readers *r = &s->readers;
    CHECK_ERR(NOT_FOUND, user_reader_get(r->users, a, o, ada.id, &user));
    CHECK_OK(user_reader_find(r->users, a, &(struct user_filter){.organization_key = o, .limit = 9},
                              &users, &total));
    CHECK(users.len == 0 && total == 0);
    CHECK_ERR(NOT_FOUND, image_reader_get_study(r->images, a, ACCESS_TO_ALL(o),
                                                sample_id(place_of(c, 1, 0, 0)), &study));
    CHECK_ERR(NOT_FOUND, image_reader_get_series(r->images, a, ACCESS_TO_ALL(o),
                                                 sample_id(place_of(c, 1, 1, 0)), &series));
    CHECK_ERR(NOT_FOUND, image_reader_get_instance(r->images, a, ACCESS_TO_ALL(o),
                                                   sample_id(place_of(c, 1, 1, 1)), &instance));
    CHECK_ERR(NOT_FOUND, image_reader_locate(r->images, a, ACCESS_TO_ALL(o), STR("1.2.40.1"),
                                             STR("1.2.40.1.1"), STR("1.2.40.1.1.1"), &row));
    CHECK_OK(audit_reader_find(r->audit, a,
                               &(struct audit_filter){.organization_key = o, .limit = 9}, &events));
    CHECK_INT(0, events.len);
    CHECK_OK(change_reader_find(r->changes, a, o, 0, 9, &changes));
    CHECK_INT(0, changes.len);
    CHECK_ERR(NOT_FOUND, idempotency_reader_find(r->idempotency, a, o, ada.id, STR("k"), &record));
    for (int level = LEVEL_STUDY; level < LEVEL_COUNT; level++) {
        const uuid ids[] = {{{0}}, sample_id(place_of(c, 1, 0, 0))};
        for (size_t i = 0; i < COUNT_OF(ids); i++) {
            struct image_page page;
            struct image_match of_study = {
                .attribute = image_attribute_by_member(LEVEL_STUDY, STR("study_instance_uid")),
                .value = STR("1.2.40.1")};
            struct image_filter f = {.level = (enum image_level)level,
                                     .access.organization_key = o,
                                     .study_id = ids[i],
                                     .matches = {&of_study, i},
                                     .wants_total = true,
                                     .limit = 9};
            CHECK_OK(image_reader_find(r->images, a, &f, &page));
            CHECK(page.rows.len == 0 && page.total == 0 && page.next.ptr == NULL);
        }
    }
    CHECK_OK(image_writer_locate(s->uow.images, a, o, STR("1.2.40.1"), STR("1.2.40.1.1"),
                                 STR("1.2.40.1.1.1"), &row));
    CHECK(row.study.key == 0 && row.series.key == 0 && row.instance.key == 0);
    db_session_end(s);
}
