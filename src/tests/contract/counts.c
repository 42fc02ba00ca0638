/* Counts of studies and series while instances arrive: an engine may write them late, and must not
 * be caught at it. Units that share a commit, those given up among them, and commits that fail. */
#include "tests/contract/contract.h"

#include "infrastructure/sql/engine.h"
#include "tests/support/chance.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { STUDY_COUNT = 3, SERIES_COUNT = 2, SIZE = 10, POISON = 1000 };

/* Study n has the UID "2.n", its series "2.n.s". */
struct place {
    int study, series; /* from 1 */
};

static str study_uid(struct arena *a, struct place p)
{
    return str_format(a, "2.%d", p.study);
}

static str series_uid(struct arena *a, struct place p)
{
    return p.series == 0 ? STR("") : str_format(a, "2.%d.%d", p.study, p.series);
}

static err locate(struct contract_db *c, struct db_session *s, struct arena *a, struct place p,
                  struct image_row *out)
{
    return image_writer_locate(s->uow.images, a, c->organization_key, study_uid(a, p),
                               series_uid(a, p), STR(""), out);
}

static err make_study(struct contract_db *c, struct db_session *s, struct arena *a, struct place p,
                      struct study *out)
{
    struct patient patient;
    TRY(image_writer_locate_patient(s->uow.images, a, c->organization_key, STR("P"), STR(""),
                                    &patient));
    if (patient.key == 0) {
        patient = (struct patient){.id = uuid_make(clock_system()),
                                   .organization_key = c->organization_key,
                                   .created_at = {1},
                                   .updated_at = {1},
                                   .patient_id = STR("P"),
                                   .issuer_of_patient_id = STR("")};
        TRY(image_writer_add_patient(s->uow.images, &patient));
    }
    *out = (struct study){.id = uuid_make(clock_system()),
                          .organization_key = c->organization_key,
                          .created_at = {1},
                          .updated_at = {1},
                          .patient_key = patient.key,
                          .study_instance_uid = study_uid(a, p),
                          .study_date = STR("20200101"),
                          .transfer_syntaxes = STR(""),
                          .search_key = STR("")};
    return image_writer_add_study(s->uow.images, out);
}

static err arrive(struct contract_db *c, struct db_session *s, struct arena *a, struct place p,
                  int64_t size)
{
    const struct instance_blobs blobs = {.metadata = STR("m")};
    struct image_row row;
    uuid id = uuid_make(clock_system());
    TRY(locate(c, s, a, p, &row));
    if (row.study.key == 0)
        TRY(make_study(c, s, a, p, &row.study));
    if (row.series.key == 0) {
        row.series = (struct series){.id = uuid_make(clock_system()),
                                     .organization_key = c->organization_key,
                                     .created_at = {1},
                                     .updated_at = {1},
                                     .study_key = row.study.key,
                                     .transfer_syntaxes = STR(""),
                                     .series_instance_uid = series_uid(a, p)};
        row.study.series_count++;
        TRY(image_writer_add_series(s->uow.images, &row.series));
    }
    row.instance = (struct instance){.id = id,
                                     .organization_key = c->organization_key,
                                     .created_at = {1},
                                     .updated_at = {1},
                                     .study_key = row.study.key,
                                     .series_key = row.series.key,
                                     .sop_instance_uid = uuid_text(a, id),
                                     .object_name = uuid_text(a, id),
                                     .size = size};
    TRY(image_writer_add_instance(s->uow.images, &row.instance, &blobs));
    row.study.instance_count++;
    row.study.size += size;
    row.series.instance_count++;
    row.series.size += size;
    return image_writer_count_instance(s->uow.images, &row.study, &row.series);
}

struct recount {
    struct image_sink base;
    int64_t instance_count, size;
};

static err take(struct image_sink *sink, const struct instance *instance,
                const struct instance_blobs *blobs)
{
    struct recount *r = container_of(sink, struct recount, base);
    (void)blobs;
    r->instance_count++;
    r->size += instance->size;
    return OK;
}

/* What a session sees of a study; key 0 when it is not there. Counts that are not those of the
 * rows are told as INVALID. Series: all that are there. */
static err see(struct contract_db *c, struct db_session *s, struct arena *a, int number,
               struct study *out)
{
    const struct access *access = ACCESS_TO_ALL(c->organization_key);
    struct place p = {number, 0};
    struct image_row row;
    struct recount all = {{take}, 0, 0};
    int64_t series_count = 0;
    *out = (struct study){0};
    err e =
        image_reader_locate(s->readers.images, a, access, study_uid(a, p), STR(""), STR(""), &row);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    *out = row.study;
    TRY(image_reader_each_instance(s->readers.images, a, out->key, 0, false, &all.base));
    for (p.series = 1; p.series <= SERIES_COUNT; p.series++) {
        struct recount those = {{take}, 0, 0};
        e = image_reader_locate(s->readers.images, a, access, study_uid(a, p), series_uid(a, p),
                                STR(""), &row);
        if (e.code == ERR_NOT_FOUND)
            continue;
        TRY(e);
        series_count++;
        TRY(image_reader_each_instance(s->readers.images, a, 0, row.series.key, false,
                                       &those.base));
        if (row.series.instance_count != those.instance_count || row.series.size != those.size)
            return ERR(INVALID, "the counts of a series are wrong");
    }
    return out->instance_count == all.instance_count && out->size == all.size &&
                   out->series_count == series_count
               ? OK
               : ERR(INVALID, "the counts of a study are wrong");
}

static int64_t committed_count(struct contract_db *c, int number)
{
    struct db_session *s = contract_begin(c);
    struct study study;
    CHECK_OK(see(c, s, &c->arena, number, &study));
    CHECK(study.key == 0 || study.version >= 1 + study.instance_count);
    db_session_end(s);
    return study.instance_count;
}

static err rename_study(struct contract_db *c, struct db_session *s, struct arena *a, int number)
{
    struct image_row row;
    TRY(locate(c, s, a, (struct place){number, 0}, &row));
    if (row.study.key == 0)
        return OK;
    row.study.study_description = STR("another");
    return image_writer_save_study(s->uow.images, &row.study);
}

CONTRACT(a_unit_sees_what_it_has_counted_itself)
{
    struct db_session *s = contract_begin(c);
    uint64_t dice = chance_seed() | 1;
    int64_t counts[STUDY_COUNT + 1] = {0}, versions[STUDY_COUNT + 1] = {0};
    for (int i = 0; i < 200; i++) {
        struct place p = {(int)chance_roll(&dice, STUDY_COUNT) + 1,
                          (int)chance_roll(&dice, SERIES_COUNT) + 1};
        struct study study;
        int run = (int)chance_roll(&dice, 4);
        versions[p.study] += versions[p.study] == 0 && run != 0;
        for (int n = 0; n < run; n++, counts[p.study]++, versions[p.study]++)
            CHECK_OK(arrive(c, s, &c->arena, p, SIZE));
        switch (chance_roll(&dice, 4)) {
        case 0:
            CHECK_OK(see(c, s, &c->arena, p.study, &study));
            CHECK_INT(counts[p.study], study.instance_count);
            CHECK_INT(versions[p.study], study.version);
            break;
        case 1:
            CHECK_OK(rename_study(c, s, &c->arena, p.study));
            versions[p.study] += versions[p.study] != 0;
            break;
        case 2:
            contract_commit(s);
            s = contract_begin(c);
            break;
        default:
            break;
        }
    }
    contract_commit(s);
    for (int n = 1; n <= STUDY_COUNT; n++)
        CHECK_INT(counts[n], committed_count(c, n));
}

/* Somebody whose turn comes within the open transaction of another, and what becomes of it. */
struct rival {
    struct contract_db *c;
    err (*act)(struct contract_db *c, struct db_session *s, struct arena *a);
    bool gives_up;
    err outcome;
};

static void *run_rival(void *argument)
{
    struct rival *r = argument;
    struct arena a = {0};
    struct db_session *s;
    CHECK_OK(db_session_begin(r->c->db, &a, clock_system(), &s));
    r->outcome = r->act(r->c, s, &a);
    if (!failed(r->outcome) && !r->gives_up)
        r->outcome = db_session_commit(s);
    db_session_end(s);
    arena_deinit(&a);
    return NULL;
}

static struct sql_engine *sql_engine_of(struct contract_db *c)
{
    return container_of(c->db, struct sql_engine, base);
}

static bool is_waited_for(struct contract_db *c)
{
    struct sql_engine *e = sql_engine_of(c);
    pthread_mutex_lock(&e->lock);
    bool is = e->first_waiter != NULL;
    pthread_mutex_unlock(&e->lock);
    return is;
}

/* One instance arrives in study 1, and behind it in the same group the rival has its turn. */
static err arrive_before(struct rival *r)
{
    pthread_t thread;
    bool is_sql = r->c->engine->script != NULL;
    struct db_session *s = contract_begin(r->c);
    CHECK_OK(arrive(r->c, s, &r->c->arena, (struct place){1, 1}, SIZE));
    if (is_sql) /* it waits for the rival however slow this machine is */
        sql_engine_of(r->c)->group_ns = UINT64_MAX;
    CHECK(pthread_create(&thread, NULL, run_rival, r) == 0);
    while (is_sql && !is_waited_for(r->c))
        usleep(1000);
    err e = db_session_commit(s);
    db_session_end(s);
    pthread_join(thread, NULL);
    return e;
}

static err look_about(struct contract_db *c, struct db_session *s, struct arena *a)
{
    struct study study;
    struct image_row row;
    TRY(locate(c, s, a, (struct place){1, 1}, &row));
    return see(c, s, a, 1, &study);
}

static err count_beside(struct contract_db *c, struct db_session *s, struct arena *a)
{
    return arrive(c, s, a, (struct place){1, 1}, SIZE);
}

static err count_in_other_series(struct contract_db *c, struct db_session *s, struct arena *a)
{
    TRY(arrive(c, s, a, (struct place){1, 2}, SIZE));
    return arrive(c, s, a, (struct place){1, 1}, SIZE);
}

static err count_elsewhere(struct contract_db *c, struct db_session *s, struct arena *a)
{
    TRY(arrive(c, s, a, (struct place){2, 1}, SIZE));
    return arrive(c, s, a, (struct place){3, 1}, SIZE);
}

static err count_and_look(struct contract_db *c, struct db_session *s, struct arena *a)
{
    struct study study;
    TRY(count_beside(c, s, a));
    TRY(see(c, s, a, 1, &study));
    return count_beside(c, s, a);
}

static err change_otherwise(struct contract_db *c, struct db_session *s, struct arena *a)
{
    return rename_study(c, s, a, 1);
}

/* Found by itself, which begins no unit with a look. */
static err save_stale(struct contract_db *c, struct db_session *s, struct arena *a)
{
    struct image_row row;
    TRY(locate(c, s, a, (struct place){1, 0}, &row));
    row.study.version--;
    err e = image_writer_save_study(s->uow.images, &row.study);
    return e.code == ERR_PRECONDITION_FAILED ? OK : e;
}

static err (*const acts[])(struct contract_db *, struct db_session *, struct arena *) = {
    look_about,       count_beside, count_in_other_series, count_elsewhere, count_and_look,
    change_otherwise, save_stale};

/* Whoever shares a transaction with one that is given up may have to come again, and is careful
 * then. A unit that has but looked costs nobody anything. */
CONTRACT(what_was_counted_outlives_a_unit_given_up_behind_it)
{
    int64_t expected = 0;
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < COUNT_OF(acts); i++) {
            struct rival r = {.c = c, .act = acts[i], .gives_up = true};
            err e = arrive_before(&r);
            CHECK_OK(r.outcome);
            if (i == 0)
                CHECK_OK(e);
            if (e.code == ERR_SERIALIZATION) {
                CHECK_INT(expected, committed_count(c, 1));
                e = arrive_before(&r);
            }
            CHECK_OK(e);
            CHECK_INT(++expected, committed_count(c, 1));
            CHECK(committed_count(c, 2) == 0 && committed_count(c, 3) == 0);
        }
}

CONTRACT(what_was_counted_is_there_with_what_came_behind_it)
{
    const int64_t added[COUNT_OF(acts)] = {0, 1, 2, 0, 2, 0, 0};
    int64_t expected = 0;
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        struct rival r = {.c = c, .act = acts[i]};
        CHECK_OK(arrive_before(&r));
        CHECK_OK(r.outcome);
        expected += 1 + added[i];
        CHECK_INT(expected, committed_count(c, 1));
    }
    CHECK(committed_count(c, 2) == 1 && committed_count(c, 3) == 1);
}

/* It writes nothing but a count, and has it written before it is given up. */
static err count_alone(struct contract_db *c, struct db_session *s, struct arena *a)
{
    struct image_row row;
    TRY(locate(c, s, a, (struct place){2, 1}, &row));
    row.study.instance_count++;
    TRY(image_writer_count_instance(s->uow.images, &row.study, &row.series));
    return image_reader_locate(s->readers.images, a, ACCESS_TO_ALL(c->organization_key),
                               study_uid(a, (struct place){2, 1}), STR(""), STR(""), &row);
}

CONTRACT(a_count_goes_with_the_unit_that_wrote_nothing_else)
{
    struct db_session *s = contract_begin(c);
    struct rival r = {.c = c, .act = count_alone, .gives_up = true};
    CHECK_OK(arrive(c, s, &c->arena, (struct place){2, 1}, SIZE));
    contract_commit(s);
    err e = arrive_before(&r);
    CHECK_OK(r.outcome);
    CHECK_INT(1, committed_count(c, 2));
    CHECK_INT(e.code == ERR_SERIALIZATION ? 0 : 1, committed_count(c, 1));
}

/* From here on a study of that size cannot be written. */
static void refuse_large_studies(struct contract_db *c)
{
    const char *sqlite = "CREATE TRIGGER refuse BEFORE UPDATE OF size ON studies "
                         "WHEN new.size >= 1000 BEGIN SELECT RAISE(ABORT, 'no'); END";
    const char *postgres =
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF new.size >= 1000 THEN RAISE 'no'; END IF; RETURN new; END $$;"
        "CREATE TRIGGER refuse BEFORE UPDATE ON studies FOR EACH ROW EXECUTE FUNCTION refuse()";
    CHECK_OK(c->engine->script(c, c->engine->server == NULL ? sqlite : postgres));
}

static err count_too_much(struct contract_db *c, struct db_session *s, struct arena *a)
{
    return arrive(c, s, a, (struct place){2, 1}, POISON);
}

static err count_too_much_and_go_on(struct contract_db *c, struct db_session *s, struct arena *a)
{
    TRY(count_too_much(c, s, a));
    TRY(arrive(c, s, a, (struct place){3, 1}, SIZE));
    struct study study;
    return see(c, s, a, 3, &study);
}

CONTRACT(a_count_that_cannot_be_written_fails_all_that_share_its_commit)
{
    struct rival r = {.c = c, .act = count_too_much};
    if (c->engine->script == NULL)
        return;
    refuse_large_studies(c);
    for (int round = 0; round < 2; round++) { /* alone: its own reason is told, at the commit */
        struct db_session *s = contract_begin(c);
        CHECK_OK(count_too_much(c, s, &c->arena));
        err e = db_session_commit(s);
        CHECK(failed(e) && e.code != ERR_SERIALIZATION);
        db_session_end(s);
        CHECK_INT(0, committed_count(c, 2));
    }
    for (int round = 0; round < 2; round++) {
        err e = arrive_before(&r);
        CHECK(failed(e) && failed(r.outcome));
        if (c->engine->server != NULL) /* it is to blame for nothing, and comes again */
            CHECK_ERR(SERIALIZATION, e);
        CHECK(committed_count(c, 1) == 0 && committed_count(c, 2) == 0);
    }
    r.act = count_too_much_and_go_on; /* within the unit: it alone, if the engine can */
    err e = arrive_before(&r);
    CHECK(failed(r.outcome));
    if (e.code == ERR_SERIALIZATION)
        e = arrive_before(&r);
    CHECK_OK(e);
    CHECK_INT(1, committed_count(c, 1));
    CHECK(committed_count(c, 2) == 0 && committed_count(c, 3) == 0);
}

enum { THREAD_COUNT = 6, UNIT_COUNT = 60, ATTEMPT_COUNT_MAX = 100 };

struct sender {
    struct contract_db *c;
    uint64_t dice;
    int64_t counts[STUDY_COUNT + 1], changes[STUDY_COUNT + 1]; /* committed */
};

static err send_once(struct sender *me, struct arena *a, uint64_t dice, struct sender *done)
{
    struct db_session *s;
    int steps = (int)chance_roll(&dice, 4) + 1;
    bool gives_up = chance_roll(&dice, 4) == 0;
    err e = OK;
    *done = (struct sender){0};
    CHECK_OK(db_session_begin(me->c->db, a, clock_system(), &s));
    for (int i = 0; i < steps && !failed(e); i++) {
        struct place p = {(int)chance_roll(&dice, STUDY_COUNT) + 1,
                          (int)chance_roll(&dice, SERIES_COUNT) + 1};
        struct image_row row;
        struct study study;
        uint64_t kind = chance_roll(&dice, 10);
        e = locate(me->c, s, a, p, &row); /* the unit has begun */
        if (failed(e) || kind == 9)
            continue;
        if (kind == 8)
            e = see(me->c, s, a, p.study, &study);
        else if (kind == 7)
            e = rename_study(me->c, s, a, p.study);
        else
            e = arrive(me->c, s, a, p, SIZE);
        done->counts[p.study] += kind < 7;
        done->changes[p.study] += kind < 7 || (kind == 7 && row.study.key != 0);
    }
    if (!failed(e) && !gives_up)
        e = db_session_commit(s);
    db_session_end(s);
    if (failed(e) || gives_up)
        *done = (struct sender){0};
    return e;
}

static void *send(void *argument)
{
    struct sender *me = argument, done;
    for (int unit = 0; unit < UNIT_COUNT; unit++) {
        struct arena a = {0};
        uint64_t dice = chance_roll(&me->dice, UINT32_MAX) | 1;
        err e = ERR(SERIALIZATION, "not begun");
        for (int i = 0; i < ATTEMPT_COUNT_MAX && e.code == ERR_SERIALIZATION; i++)
            e = send_once(me, &a, dice, &done);
        CHECK_OK(e);
        for (int n = 1; n <= STUDY_COUNT; n++) {
            me->counts[n] += done.counts[n];
            me->changes[n] += done.changes[n];
        }
        arena_deinit(&a);
    }
    return NULL;
}

CONTRACT(counts_are_those_of_the_rows_whoever_gives_up)
{
    pthread_t threads[THREAD_COUNT];
    struct sender senders[THREAD_COUNT] = {0};
    uint64_t seed = chance_seed();
    printf("counts: CONTRACT_SEED=%llu\n", (unsigned long long)seed);
    for (int i = 0; i < THREAD_COUNT; i++) {
        senders[i].c = c;
        senders[i].dice = (seed + (uint64_t)i * 7919) | 1;
        CHECK(pthread_create(&threads[i], NULL, send, &senders[i]) == 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++)
        pthread_join(threads[i], NULL);
    for (int n = 1; n <= STUDY_COUNT; n++) {
        struct db_session *s = contract_begin(c);
        struct study study;
        int64_t count = 0, version = 1;
        for (int i = 0; i < THREAD_COUNT; i++) {
            count += senders[i].counts[n];
            version += senders[i].changes[n];
        }
        CHECK_OK(see(c, s, &c->arena, n, &study));
        CHECK_INT(count, study.instance_count);
        CHECK_INT(version, study.version); /* one for each change, as its ETags tell */
        db_session_end(s);
    }
    CHECK(c->db->commit_count <= c->db->unit_count);
}
