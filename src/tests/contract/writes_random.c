/* Writes made by chance, right ones and wrong ones: whatever is done, every engine says the same
 * to it and holds the same afterwards. CONTRACT_SEED=<number> repeats a run. */
#include "tests/contract/contract.h"

#include "application/events/instance_stored.h"
#include "base/json.h"
#include "tests/support/chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    UNIT_COUNT = 600 / CHANCE_DIVISOR,
    STEP_COUNT_MAX = 8,
    ENGINE_COUNT_MAX = 8,
    UNITS_PER_DUMP = 20
};

/* What one step needs, the same for all engines. */
struct step {
    uint64_t kind, a, b, c, d;
    instant now;
};

/* One engine on its way. */
struct run {
    struct contract_db db;
    struct db_session *session;
    struct arena arena;
    struct buf said;
};

static uuid id_of(char kind, uint64_t number)
{
    return (uuid){{0x7F, (uint8_t)kind, 0, (uint8_t)number, 1}};
}

static void say(struct run *r, err e, int64_t key, int64_t version)
{
    buf_addf(&r->said, "%s", err_code_name(e.code));
    if (!failed(e))
        buf_addf(&r->said, " %" PRId64 "/%" PRId64, key, version);
    buf_add_char(&r->said, '\n');
}

static int64_t organization_of(uint64_t number)
{
    return number % 9 == 0 ? 77 : (int64_t)(number % 2) + 1;
}

static void step_add_user(struct run *r, const struct step *s)
{
    struct user user = {.id = id_of('u', s->a % 12),
                        .organization_key = organization_of(s->c),
                        .created_at = s->now,
                        .updated_at = s->now,
                        .email = str_format(&r->arena, "%d@clinic.example", (int)(s->b % 8)),
                        .name = s->d % 20 == 0 ? STR_NONE : STR("Name"),
                        .password_hash = STR("")};
    say(r, user_writer_add(r->session->uow.users, &user), user.key, user.version);
}

static void step_save_user(struct run *r, const struct step *s)
{
    struct user user;
    err e = user_reader_get(r->session->readers.users, &r->arena, organization_of(s->c),
                            id_of('u', s->a % 12), &user);
    if (!failed(e)) {
        user.email = str_format(&r->arena, "%d@clinic.example", (int)(s->b % 8));
        user.version -= s->d % 4 == 0;
        e = user_writer_save(r->session->uow.users, &user);
    }
    say(r, e, user.key, user.version);
}

static void step_add_session(struct run *r, const struct step *s)
{
    struct session session = {.id = id_of('s', s->b % 20),
                              .organization_key = 1,
                              .created_at = s->now,
                              .updated_at = s->now,
                              .user_key = (int64_t)(s->a % 8) + 1,
                              .user_id = id_of('u', s->a % 12),
                              .generation = 1,
                              .expires_at = {(int64_t)(s->c % 1000) + 1}};
    say(r, session_writer_add(r->session->uow.sessions, &session), 0, session.version);
}

static void step_save_session(struct run *r, const struct step *s)
{
    struct session session;
    err e = session_reader_get(r->session->readers.sessions, &r->arena, id_of('s', s->b % 20),
                               &session);
    if (!failed(e)) {
        session.generation++;
        session.version -= s->d % 4 == 0;
        e = session_writer_save(r->session->uow.sessions, &session);
    }
    say(r, e, 0, session.version);
}

static void step_end_sessions(struct run *r, const struct step *s)
{
    int64_t count = 0;
    if (s->d % 4 != 0)
        say(r,
            session_writer_revoke_user(r->session->uow.sessions, (int64_t)(s->a % 8) + 1,
                                       (instant){(int64_t)(s->c % 1000) + 1}),
            0, 0);
    else
        say(r,
            session_writer_purge(r->session->uow.sessions, (instant){(int64_t)(s->c % 600)},
                                 &count),
            count, 0);
}

static void step_record(struct run *r, const struct step *s)
{
    struct idempotency_record record = {.organization_key = organization_of(s->c),
                                        .user_id = id_of('u', s->a % 3),
                                        .idempotency_key =
                                            str_format(&r->arena, "key %d", (int)(s->b % 4)),
                                        .fingerprint = STR("f"),
                                        .result = STR("{}"),
                                        .created_at = {(int64_t)(s->d % 1000) + 1}};
    int64_t count = 0;
    if (s->d % 6 != 0)
        say(r, idempotency_writer_add(r->session->uow.idempotency, &record), 0, 0);
    else
        say(r,
            idempotency_writer_purge(r->session->uow.idempotency, (instant){(int64_t)(s->c % 600)},
                                     &count),
            count, 0);
}

static void step_add_patient(struct run *r, const struct step *s)
{
    struct patient patient = {.id = id_of('p', s->a % 12),
                              .organization_key = organization_of(s->c),
                              .created_at = s->now,
                              .updated_at = s->now,
                              .patient_id = str_format(&r->arena, "%d", (int)(s->b % 4)),
                              .issuer_of_patient_id = s->d % 3 == 0 ? STR("X") : STR("")};
    say(r, image_writer_add_patient(r->session->uow.images, &patient), patient.key,
        patient.version);
}

static void step_add_study(struct run *r, const struct step *s)
{
    struct study study = {.id = id_of('t', s->a % 12),
                          .organization_key = organization_of(s->c),
                          .created_at = s->now,
                          .updated_at = s->now,
                          .patient_key = (int64_t)(s->d % 8) + 1,
                          .study_instance_uid = str_format(&r->arena, "1.%d", (int)(s->b % 6)),
                          .study_date = STR("20200101"),
                          .search_key = STR("")};
    say(r, image_writer_add_study(r->session->uow.images, &study), study.key, study.version);
}

static void step_add_series(struct run *r, const struct step *s)
{
    struct series series = {.id = id_of('e', s->a % 20),
                            .organization_key = organization_of(s->c),
                            .created_at = s->now,
                            .updated_at = s->now,
                            .study_key = (int64_t)(s->d % 8) + 1,
                            .series_instance_uid = str_format(&r->arena, "1.%d", (int)(s->b % 4)),
                            .series_number = {s->b % 3 != 0, (int64_t)(s->a % 5)}};
    say(r, image_writer_add_series(r->session->uow.images, &series), series.key, series.version);
}

static void step_add_instance(struct run *r, const struct step *s)
{
    struct instance instance = {.id = id_of('i', s->a % 40),
                                .organization_key = organization_of(s->c),
                                .created_at = s->now,
                                .updated_at = s->now,
                                .study_key = (int64_t)(s->d % 8) + 1,
                                .series_key = (int64_t)(s->b % 8) + 1,
                                .sop_instance_uid = str_format(&r->arena, "1.%d", (int)(s->b % 30)),
                                .sop_class_uid = str_format(&r->arena, "1.%d", (int)(s->d % 2)),
                                .transfer_syntax_uid = s->a % 3 == 0 ? STR("1.2") : STR("1.3"),
                                .instance_number = {s->a % 4 != 0, (int64_t)(s->a % 3)},
                                .object_name = str_format(&r->arena, "%d", (int)(s->a % 5)),
                                .size = (int64_t)(s->a % 100)};
    const struct instance_blobs blobs = {.metadata = STR("m"), .frames = STR_NONE};
    say(r, image_writer_add_instance(r->session->uow.images, &instance, &blobs), instance.key,
        instance.version);
}

static void step_save_study(struct run *r, const struct step *s)
{
    struct study study;
    err e =
        image_reader_get_study(r->session->readers.images, &r->arena,
                               ACCESS_TO_ALL(organization_of(s->c)), id_of('t', s->a % 12), &study);
    if (!failed(e)) {
        study.state = s->b % 2 == 0 ? STUDY_RECEIVED : STUDY_TRASHED;
        study.updated_at = s->now;
        study.trashed_at = (instant){study.state == STUDY_TRASHED ? s->now.us : 0};
        study.version -= s->d % 4 == 0;
        e = image_writer_save_study(r->session->uow.images, &study);
    }
    say(r, e, study.key, study.version);
}

static void step_save_series(struct run *r, const struct step *s)
{
    struct series series;
    err e = image_reader_get_series(r->session->readers.images, &r->arena,
                                    ACCESS_TO_ALL(organization_of(s->c)), id_of('e', s->a % 20),
                                    &series);
    if (!failed(e)) {
        series.state = s->b % 2 == 0 ? STUDY_RECEIVED : STUDY_TRASHED;
        series.updated_at = s->now;
        series.trashed_at = (instant){s->b % 4 == 1 ? s->now.us : 0};
        series.version -= s->d % 4 == 0;
        e = image_writer_save_series(r->session->uow.images, &series);
    }
    say(r, e, series.key, series.version);
}

static void step_save_instance(struct run *r, const struct step *s)
{
    struct instance instance;
    err e = image_reader_get_instance(r->session->readers.images, &r->arena,
                                      ACCESS_TO_ALL(organization_of(s->c)), id_of('i', s->a % 40),
                                      &instance);
    if (!failed(e)) {
        instance.state = s->b % 2 == 0 ? STUDY_RECEIVED : STUDY_TRASHED;
        instance.updated_at = s->now;
        instance.trashed_at = (instant){instance.state == STUDY_TRASHED ? s->now.us : 0};
        instance.version -= s->d % 4 == 0;
        e = image_writer_save_instance(r->session->uow.images, &instance);
    }
    say(r, e, instance.key, instance.version);
}

static void step_revive(struct run *r, const struct step *s)
{
    say(r,
        image_writer_revive(r->session->uow.images, (int64_t)(s->a % 8) + 1,
                            s->d % 3 == 0 ? 0 : (int64_t)(s->b % 8) + 1, s->now),
        0, 0);
}

static void step_locate_id(struct run *r, const struct step *s)
{
    static const char kinds[] = {'t', 'e', 'i'};
    unsigned level = (unsigned)(s->d % LEVEL_COUNT);
    struct image_row row;
    err e = image_writer_locate_id(r->session->uow.images, &r->arena, organization_of(s->c),
                                   (enum image_level)level, id_of(kinds[level], s->a % 20), &row);
    say(r, e, row.study.key, row.study.version);
    say(r, e, row.series.key, row.instance.key);
}

/* What a study holds, as an arriving trash would count it. */
static void step_contents(struct run *r, const struct step *s)
{
    struct image_contents contents;
    say(r,
        image_writer_contents(r->session->uow.images, &r->arena, (int64_t)(s->a % 8) + 1,
                              &contents),
        0, 0);
    for (size_t i = 0; i < contents.series.len; i++)
        json_write(&r->said, &series_schema, &contents.series.at[i], JSON_INTERNAL);
    for (size_t i = 0; i < contents.tallies.len; i++) {
        const struct image_tally *t = &contents.tallies.at[i];
        buf_addf(&r->said, "%" PRId64 " %.*s %.*s %" PRId64 " %" PRId64 "\n", t->series_key,
                 STR_ARG(t->sop_class_uid), STR_ARG(t->transfer_syntax_uid), t->instance_count,
                 t->size);
    }
}

static void step_replace(struct run *r, const struct step *s)
{
    struct instance instance;
    const struct instance_blobs blobs = {.metadata = STR("m"), .bulk = STR("b")};
    err e = image_reader_get_instance(r->session->readers.images, &r->arena,
                                      ACCESS_TO_ALL(organization_of(s->c)), id_of('i', s->a % 40),
                                      &instance);
    if (!failed(e)) {
        instance.object_name = str_format(&r->arena, "%d", (int)(s->b % 5));
        instance.size = (int64_t)(s->b % 100);
        instance.updated_at = s->now;
        instance.version -= s->d % 4 == 0;
        e = image_writer_replace_instance(r->session->uow.images, &instance, &blobs);
    }
    say(r, e, instance.key, instance.version);
}

/* Keys of rows that come and go are not the same everywhere. */
static void step_version(struct run *r, const struct step *s)
{
    struct instance_version_slice found;
    struct instance_version version = {.id = id_of('v', s->a % 40),
                                       .organization_key = 1,
                                       .created_at = s->now,
                                       .instance_key = (int64_t)(s->b % 12) + 1,
                                       .reason = VERSION_KEPT,
                                       .object_name =
                                           str_format(&r->arena, "%d", (int)(s->d % 4) + 4)};
    int64_t total;
    if (s->c % 3 != 0)
        say(r, image_writer_add_version(r->session->uow.images, &version), 0, 0);
    CHECK_OK(image_reader_versions(r->session->readers.images, &r->arena, version.instance_key,
                                   s->a % 2, 3, &found, &total));
    if (s->c % 3 == 0 && found.len != 0)
        say(r, image_writer_remove_version(r->session->uow.images, found.at[0].key), 0, 0);
    say(r,
        image_reader_get_version(r->session->readers.images, &r->arena, version.instance_key,
                                 version.id, &version),
        total, 0);
    for (size_t i = 0; i < found.len; i++) {
        found.at[i].key = 0;
        json_write(&r->said, &instance_version_schema, &found.at[i], JSON_INTERNAL);
    }
}

static void step_syntaxes(struct run *r, const struct step *s)
{
    struct key_slice studies;
    enum image_level level = s->d % 2 == 0 ? LEVEL_STUDY : LEVEL_SERIES;
    if (s->c % 2 == 0)
        say(r,
            image_writer_set_transfer_syntaxes(r->session->uow.images, level,
                                               (int64_t)(s->a % 10) + 1,
                                               s->b % 3 == 0 ? STR_NONE : STR("1.2\\1.3")),
            0, 0);
    CHECK_OK(image_reader_uncounted(r->session->readers.images, &r->arena, s->b % 2 + 2, &studies));
    for (size_t i = 0; i < studies.len; i++)
        say(r, OK, studies.at[i], 0);
}

/* As an arriving instance does, of what is there: several in a row, of one place or of two. */
static void step_count(struct run *r, const struct step *s)
{
    for (uint64_t i = 0; i <= s->d % 3; i++) {
        struct image_row row;
        err e = image_writer_locate(r->session->uow.images, &r->arena, organization_of(s->c),
                                    str_format(&r->arena, "1.%d", (int)((s->b + i / 2) % 6)),
                                    str_format(&r->arena, "1.%d", (int)((s->a + i) % 4)), STR_NONE,
                                    &row);
        if (failed(e) || row.study.key == 0 || row.series.key == 0) {
            say(r, e, row.study.key, row.series.key);
            continue;
        }
        row.study.series_count = (int64_t)s->b % 7;
        row.study.instance_count++;
        row.study.size += (int64_t)s->d % 1000;
        row.study.modalities = STR("CT");
        row.study.sop_classes = STR("1.2");
        row.study.transfer_syntaxes = s->d % 3 == 0 ? STR_NONE : STR("1.2");
        row.series.transfer_syntaxes = s->d % 2 == 0 ? STR_NONE : STR("1.3");
        row.series.instance_count++;
        row.series.size += (int64_t)s->d % 500;
        row.study.updated_at = row.series.updated_at = s->now;
        e = image_writer_count_instance(r->session->uow.images, &row.study, &row.series);
        say(r, e, row.study.instance_count, row.study.version);
        say(r, e, row.series.size, row.series.version);
    }
}

static void step_audit(struct run *r, const struct step *s)
{
    struct audit_event event = {.id = id_of('a', s->a % 200),
                                .organization_key = organization_of(s->c),
                                .created_at = s->now,
                                .action = STR("get_study"),
                                .outcome = STR("OK"),
                                .user_id = id_of('u', s->b % 3),
                                .count = (int64_t)(s->d % 3)};
    say(r, audit_writer_add(r->session->uow.audit, &r->arena, &event), 0, 0);
}

static void step_events(struct run *r, const struct step *s)
{
    static const struct event_type other = {.name = "other"};
    static const char *const brief[] = {"other", NULL};
    struct event_writer *w = r->session->uow.events;
    struct outbox *o = r->session->uow.outbox;
    str name = s->a % 2 == 0 ? STR("one") : STR("two");
    int64_t count = 0, from = 0;
    switch (s->d % 4) {
    case 0:
        say(r, event_writer_begin_position(w, name, 0), 0, 0);
        break;
    case 1: {
        err e = event_reader_get_position(r->session->readers.events, name, &from);
        say(r, e, from, 0);
        say(r, event_writer_move_position(w, name, s->b % 3 == 0 ? from + 1 : from, from + 2), 0,
            0);
        break;
    }
    case 2:
        say(r,
            event_writer_purge(w,
                               &(struct event_purge){.up_to_key = (int64_t)(s->b % 9),
                                                     .made_before = {(int64_t)s->c},
                                                     .brief_types = brief,
                                                     .limit = (uint32_t)(s->b % 6)},
                               &count),
            count, 0);
        break;
    default:
        say(r,
            o->ops->add(o, s->a % 2 == 0 ? &other : &instance_stored_event, 1, id_of('o', s->b),
                        STR("{}")),
            0, 0);
    }
}

static void step_locate(struct run *r, const struct step *s)
{
    struct image_row row;
    struct patient patient;
    struct image_writer *w = r->session->uow.images;
    err e = image_writer_locate(w, &r->arena, organization_of(s->c),
                                str_format(&r->arena, "1.%d", (int)(s->a % 6)),
                                str_format(&r->arena, "1.%d", (int)(s->b % 4)),
                                str_format(&r->arena, "1.%d", (int)(s->d % 30)), &row);
    say(r, e, row.study.key, row.study.version);
    say(r, OK, row.series.key, row.instance.key);
    e = image_writer_locate_patient(w, &r->arena, organization_of(s->c),
                                    str_format(&r->arena, "%d", (int)(s->b % 4)), STR(""),
                                    &patient);
    say(r, e, patient.key, patient.version);
}

static void (*const steps[])(struct run *, const struct step *) = {
    step_add_user,    step_save_user,     step_add_session, step_save_session, step_end_sessions,
    step_record,      step_add_patient,   step_add_study,   step_add_series,   step_add_instance,
    step_save_study,  step_count,         step_audit,       step_events,       step_locate,
    step_save_series, step_save_instance, step_revive,      step_locate_id,    step_contents,
    step_replace,     step_syntaxes,      step_version};

static void dump_people(struct run *r, struct db_session *s, int64_t organization_key)
{
    struct user_slice users;
    int64_t total;
    CHECK_OK(user_reader_find(
        s->readers.users, &r->arena,
        &(struct user_filter){.organization_key = organization_key, .limit = 100}, &users, &total));
    for (size_t i = 0; i < users.len; i++)
        json_write(&r->said, &user_schema, &users.at[i], JSON_INTERNAL);
    for (uint64_t i = 0; i < 20; i++) {
        struct session session;
        err e = session_reader_get(s->readers.sessions, &r->arena, id_of('s', i), &session);
        session.key = 0; /* of rows that come and go it is not the same everywhere */
        if (!failed(e))
            json_write(&r->said, &session_schema, &session, JSON_INTERNAL);
    }
}

struct dump_sink {
    struct image_sink base;
    struct run *run;
};

static err dump_instance(struct image_sink *sink, const struct instance *instance,
                         const struct instance_blobs *blobs)
{
    struct run *r = container_of(sink, struct dump_sink, base)->run;
    CHECK(blobs->metadata.ptr == NULL || str_eq(STR("m"), blobs->metadata));
    json_write(&r->said, &instance_schema, instance, JSON_INTERNAL);
    return OK;
}

/* In whatever order. */
struct stored_sink {
    struct image_sink base;
    uint64_t count, size, names;
};

static err dump_stored(struct image_sink *sink, const struct instance *instance,
                       const struct instance_blobs *blobs)
{
    struct stored_sink *stored = container_of(sink, struct stored_sink, base);
    (void)blobs;
    stored->count++;
    stored->size += (uint64_t)instance->size;
    stored->names += str_hash(instance->object_name) ^ str_hash(instance->sop_instance_uid);
    return OK;
}

/* Rows that are changed by one statement are told in whatever order. */
static int compare_changes(const void *one, const void *other)
{
    const struct change *a = one, *b = other;
    int64_t time = a->created_at.us - b->created_at.us;
    int order = time != 0 ? (time > 0) - (time < 0) : str_cmp(a->kind, b->kind);
    if (order == 0)
        order = memcmp(&a->study_id, &b->study_id, sizeof(uuid));
    if (order == 0)
        order = memcmp(&a->series_id, &b->series_id, sizeof(uuid));
    return order != 0 ? order : memcmp(&a->instance_id, &b->instance_id, sizeof(uuid));
}

static void dump_images(struct run *r, struct db_session *s, int64_t organization_key)
{
    struct dump_sink sink = {{dump_instance}, r};
    struct stored_sink stored = {{dump_stored}, 0, 0, 0};
    struct change_slice changes;
    int64_t numbers[3];
    for (int i = 0; i < 2; i++) {
        struct image_page page;
        const struct image_filter f = {.level = LEVEL_SERIES,
                                       .access.organization_key = organization_key,
                                       .trashed = i == 1,
                                       .wants_total = true,
                                       .limit = 1000};
        CHECK_OK(image_reader_find(s->readers.images, &r->arena, &f, &page));
        for (size_t at = 0; at < page.rows.len; at++) {
            json_write(&r->said, &study_schema, &page.rows.at[at].study, JSON_INTERNAL);
            json_write(&r->said, &series_schema, &page.rows.at[at].series, JSON_INTERNAL);
            CHECK_OK(image_reader_each_instance(s->readers.images, NULL, page.rows.at[at].study.key,
                                                0, true, &sink.base));
            CHECK_OK(image_reader_each_stored(s->readers.images, page.rows.at[at].study.key,
                                              &stored.base));
            CHECK_OK(image_reader_each_instance(s->readers.images, NULL, 0,
                                                page.rows.at[at].series.key, false, &sink.base));
        }
    }
    buf_addf(&r->said, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", stored.count, stored.size,
             stored.names);
    CHECK_OK(
        change_reader_find(s->readers.changes, &r->arena, organization_key, 0, 1000, &changes));
    if (changes.len != 0)
        qsort(changes.at, changes.len, sizeof *changes.at, compare_changes);
    for (size_t i = 0; i < changes.len; i++) { /* what was given up may leave a hole */
        changes.at[i].sequence = (int64_t)i;
        json_write(&r->said, &change_schema, &changes.at[i], JSON_INTERNAL);
    }
    CHECK_OK(image_reader_statistics(s->readers.images, organization_key, &numbers[0], &numbers[1],
                                     &numbers[2]));
    buf_addf(&r->said, "%" PRId64 " %" PRId64 " %" PRId64 "\n", numbers[0], numbers[1], numbers[2]);
}

static void dump(struct run *r)
{
    struct db_session *s;
    CHECK_OK(db_session_begin(r->db.db, &r->arena, &r->db.clock.base, &s));
    for (int64_t o = 1; o <= 2; o++) {
        struct audit_event_slice events;
        dump_people(r, s, o);
        dump_images(r, s, o);
        CHECK_OK(audit_reader_find(s->readers.audit, &r->arena,
                                   &(struct audit_filter){.organization_key = o, .limit = 1000},
                                   &events));
        for (size_t i = 0; i < events.len; i++) {
            events.at[i].key = (int64_t)i;
            json_write(&r->said, &audit_event_schema, &events.at[i], JSON_INTERNAL);
        }
    }
    db_session_end(s);
}

static void run_unit(struct run *r, const struct step *list, size_t count, bool keeps)
{
    CHECK_OK(db_session_begin(r->db.db, &r->arena, &r->db.clock.base, &r->session));
    for (size_t i = 0; i < count; i++) {
        buf_addf(&r->said, "step %d: ", (int)list[i].kind);
        steps[list[i].kind](r, &list[i]);
    }
    if (keeps)
        CHECK_OK(db_session_commit(r->session));
    db_session_end(r->session);
}

static void compare_runs(struct run *runs, uint64_t seed, int unit)
{
    for (size_t i = 1; i < db_engine_count; i++)
        if (!str_eq(buf_str(&runs[0].said), buf_str(&runs[i].said)))
            contract_differ(str_format(&runs[0].arena, "seed %" PRIu64 " unit %d", seed, unit),
                            buf_str(&runs[0].said), i, buf_str(&runs[i].said));
}

TEST(engines_agree_on_random_writes)
{
    static struct run runs[ENGINE_COUNT_MAX];
    uint64_t seed = chance_seed(), dice = seed | 1;
    int64_t now = 1;
    printf("random writes: CONTRACT_SEED=%" PRIu64 "\n", seed);
    for (size_t i = 0; i < db_engine_count; i++) {
        contract_open(&runs[i].db, &db_engines[i]);
        runs[i].db.postgres.engine.is_pipelined = false; /* so that a unit survives a conflict */
    }
    for (int unit = 0; unit < UNIT_COUNT; unit++) {
        struct step list[STEP_COUNT_MAX];
        size_t count = chance_roll(&dice, STEP_COUNT_MAX) + 1;
        bool keeps = chance_roll(&dice, 4) != 0;
        for (size_t i = 0; i < count; i++)
            list[i] =
                (struct step){chance_roll(&dice, COUNT_OF(steps)), chance_roll(&dice, 1000000),
                              chance_roll(&dice, 1000000),         chance_roll(&dice, 1000000),
                              chance_roll(&dice, 1000000),         {now++}};
        for (size_t i = 0; i < db_engine_count; i++) {
            runs[i].said = BUF_IN(&runs[i].arena);
            run_unit(&runs[i], list, count, keeps);
            if (unit % UNITS_PER_DUMP == UNITS_PER_DUMP - 1)
                dump(&runs[i]);
        }
        compare_runs(runs, seed, unit);
        for (size_t i = 0; i < db_engine_count; i++)
            arena_reset(&runs[i].arena);
    }
    for (size_t i = 0; i < db_engine_count; i++) {
        contract_close(&runs[i].db);
        arena_deinit(&runs[i].arena);
    }
}
