/* Series and instances that go to the trash and come back, over a world in memory: counts, what
 * goes with them, what is refused; whatever fails. */
#include "tests/contract/handlers.h"

#include "application/commands/images/restore_instance/command.h"
#include "application/commands/images/restore_series/command.h"
#include "application/commands/images/restore_study/command.h"
#include "application/commands/images/trash_instance/command.h"
#include "application/commands/images/trash_series/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/commands/system/count_transfer_syntaxes/command.h"
#include "application/queries/images/list_trashed_instances/query.h"
#include "dicom/part10/instance.h"

/* Sends T as the administrator. */
#define SEND(T_, id_, if_match_)                                                                   \
    static err send_##T_(struct world *w, uuid id_, int64_t if_match_)                             \
    {                                                                                              \
        struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);                       \
        struct scope scope = world_scope(w, &principal);                                           \
        struct T_##_result result;                                                                 \
        return T_##_send(&scope, &(struct T_){id_, if_match_}, &result);                           \
    }
SEND(trash_instance, id, if_match)
SEND(restore_instance, id, if_match)
SEND(trash_series, id, if_match)
SEND(restore_series, id, if_match)
SEND(trash_study, id, if_match)
SEND(restore_study, id, if_match)

static void store(struct world *w, uint32_t instance)
{
    struct ingest_result result;
    CHECK_OK(ingest(w, sample_file(w, 1, instance), STR_NONE, &result));
    CHECK(!result.was_there);
}

/* The study, its series and instance n, in the trash or not. */
static struct image_row row_of(struct world *w, uint32_t n)
{
    struct image_row row;
    struct instance_read read;
    struct memory_source source;
    memory_source_init(&source, sample_file(w, 1, n));
    CHECK_OK(instance_read(&w->arena, &source.base, &(struct instance_read_options){0}, &read));
    struct db_session *s = world_begin(w);
    CHECK_OK(image_writer_locate(s->uow.images, &w->arena, w->organization.key,
                                 read.index.study_instance_uid, read.index.series_instance_uid,
                                 read.index.sop_instance_uid, &row));
    db_session_end(s);
    CHECK(row.instance.key != 0);
    return row;
}

static size_t trashed_count(struct world *w)
{
    struct principal viewer = world_principal(w, ROLE_RADIOLOGIST);
    struct scope scope = world_scope(w, &viewer);
    struct list_trashed_instances_result result = {0};
    CHECK_OK(list_trashed_instances_send(&scope, &(struct list_trashed_instances){0}, &result));
    CHECK_INT((int64_t)result.items.len, result.page.total);
    return result.items.len;
}

WORLD(an_instance_goes_to_the_trash_and_comes_back)
{
    struct ingest_result result;
    store(w, 1), store(w, 2);
    struct image_row before = row_of(w, 1), row;
    int64_t size = row_of(w, 2).instance.size;
    world_wait(w, 60);
    CHECK_ERR(NOT_FOUND, send_trash_instance(w, uuid_make(&w->clock.base), 0));
    CHECK_ERR(CONFLICT, send_restore_instance(w, before.instance.id, 0));
    CHECK_ERR(PRECONDITION_FAILED, send_trash_instance(w, before.instance.id, 9));
    CHECK_OK(send_trash_instance(w, before.instance.id, before.instance.version));
    row = row_of(w, 1);
    CHECK(row.instance.state == STUDY_TRASHED && row.instance.trashed_at.us == w->clock.time.us &&
          row.instance.version == before.instance.version + 1);
    CHECK(row.series.instance_count == 1 && row.series.size == size &&
          row.series.version == before.series.version + 1);
    CHECK(row.study.instance_count == 1 && row.study.series_count == 1 && row.study.size == size &&
          row.study.version == before.study.version + 1 && row.study.state == STUDY_RECEIVED);
    CHECK_INT(1, trashed_count(w));
    CHECK_ERR(CONFLICT, send_trash_instance(w, before.instance.id, 0));
    CHECK_ERR(CONFLICT, ingest(w, sample_file(w, 1, 1), STR_NONE, &result));
    CHECK_ERR(PRECONDITION_FAILED, send_restore_instance(w, before.instance.id, 1));
    CHECK_OK(send_restore_instance(w, before.instance.id, 2));
    row = row_of(w, 1);
    CHECK(row.instance.state == STUDY_RECEIVED && row.instance.trashed_at.us == 0);
    CHECK(row.series.instance_count == 2 && row.series.size == before.series.size);
    CHECK(row.study.instance_count == 2 && row.study.size == before.study.size);
    CHECK_STR(before.study.modalities, row.study.modalities);
    CHECK_STR(before.study.sop_classes, row.study.sop_classes);
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &result));
    CHECK(result.was_there);
}

/* With the last of it a series goes, and with its last series a study. */
WORLD(what_is_empty_goes_and_comes_back_with_what_was_in_it)
{
    store(w, 1), store(w, 2);
    struct image_row before = row_of(w, 1), row;
    uuid other = row_of(w, 2).instance.id;
    CHECK_OK(send_trash_instance(w, before.instance.id, 0));
    CHECK_OK(send_trash_instance(w, other, 0));
    row = row_of(w, 1);
    CHECK(row.study.state == STUDY_TRASHED && row.study.trashed_at.us == 0);
    CHECK(row.series.state == STUDY_TRASHED && row.series.trashed_at.us == 0);
    CHECK(row.study.series_count == 0 && row.study.instance_count == 0 && row.study.size == 0);
    CHECK_STR(STR(""), row.study.modalities);
    CHECK_ERR(CONFLICT, send_trash_study(w, row.study.id, 0));
    CHECK_ERR(CONFLICT, send_trash_series(w, row.series.id, 0));
    CHECK_OK(send_restore_instance(w, other, 0));
    row = row_of(w, 1);
    CHECK(row.study.state == STUDY_RECEIVED && row.series.state == STUDY_RECEIVED);
    CHECK(row.study.series_count == 1 && row.study.instance_count == 1);
    CHECK(row.instance.state == STUDY_TRASHED);
    CHECK_OK(send_trash_instance(w, other, 0));
    CHECK_OK(send_restore_series(w, row.series.id, 0)); /* with all that is in it */
    row = row_of(w, 1);
    CHECK(row.study.state == STUDY_RECEIVED && row.study.instance_count == 2 &&
          row.instance.state == STUDY_RECEIVED && row.study.size == before.study.size);
    CHECK_OK(send_trash_instance(w, before.instance.id, 0));
    CHECK_OK(send_trash_instance(w, other, 0));
    CHECK_OK(send_restore_study(w, row.study.id, 0));
    row = row_of(w, 1);
    CHECK(row.study.state == STUDY_RECEIVED && row.study.instance_count == 2 &&
          row.series.instance_count == 2 && row.series.state == STUDY_RECEIVED);
    CHECK_STR(before.study.modalities, row.study.modalities);
    CHECK_INT(0, trashed_count(w));
}

/* What was taken away is not what is new. */
WORLD(an_emptied_study_takes_what_is_new)
{
    struct ingest_result result;
    store(w, 1);
    struct image_row before = row_of(w, 1);
    CHECK_OK(send_trash_instance(w, before.instance.id, 0));
    CHECK(row_of(w, 1).study.state == STUDY_TRASHED);
    CHECK_ERR(CONFLICT, ingest(w, sample_file(w, 1, 1), STR_NONE, &result));
    store(w, 2);
    struct image_row row = row_of(w, 2);
    CHECK(row.study.state == STUDY_RECEIVED && row.series.state == STUDY_RECEIVED);
    CHECK(row.study.series_count == 1 && row.study.instance_count == 1 &&
          row.series.instance_count == 1 && row.study.size == row.instance.size);
    CHECK_STR(before.study.modalities, row.study.modalities);
    CHECK_OK(send_restore_instance(w, before.instance.id, 0));
    row = row_of(w, 1);
    CHECK(row.study.instance_count == 2 &&
          row.study.size == before.study.size + row_of(w, 2).instance.size);
}

WORLD(a_series_goes_to_the_trash_and_comes_back)
{
    struct ingest_result result;
    store(w, 1), store(w, 2);
    struct image_row before = row_of(w, 1), row;
    CHECK_OK(send_trash_instance(w, before.instance.id, 0));
    CHECK_ERR(PRECONDITION_FAILED, send_trash_series(w, before.series.id, 1));
    CHECK_OK(send_trash_series(w, before.series.id, 0));
    row = row_of(w, 1);
    CHECK(row.series.state == STUDY_TRASHED && row.series.trashed_at.us != 0);
    CHECK(row.series.instance_count == 1); /* what comes back with it */
    CHECK(row.study.state == STUDY_TRASHED && row.study.trashed_at.us == 0);
    CHECK_ERR(CONFLICT, send_trash_series(w, before.series.id, 0));
    CHECK_ERR(CONFLICT, send_restore_instance(w, before.instance.id, 0));
    CHECK_ERR(CONFLICT, send_trash_instance(w, row_of(w, 2).instance.id, 0));
    CHECK_ERR(CONFLICT, ingest(w, sample_file(w, 1, 3), STR_NONE, &result));
    CHECK_ERR(CONFLICT, ingest(w, sample_file(w, 1, 2), STR_NONE, &result));
    CHECK_OK(send_restore_series(w, before.series.id, row.series.version));
    row = row_of(w, 1);
    CHECK(row.series.state == STUDY_RECEIVED && row.study.state == STUDY_RECEIVED);
    CHECK(row.instance.state == STUDY_TRASHED && row.study.instance_count == 1);
    CHECK_ERR(CONFLICT, send_restore_series(w, before.series.id, 0));
    CHECK_OK(send_trash_study(w, before.study.id, 0));
    CHECK_ERR(CONFLICT, send_trash_series(w, before.series.id, 0));
    CHECK_ERR(CONFLICT, send_restore_series(w, before.series.id, 0));
    CHECK_ERR(CONFLICT, send_restore_instance(w, before.instance.id, 0));
    CHECK_OK(send_restore_study(w, before.study.id, 0));
    row = row_of(w, 1);
    CHECK(row.instance.state == STUDY_TRASHED && row.study.instance_count == 1 &&
          row.series.instance_count == 1);
}

/* What a program from before left uncounted is counted, and nothing else is changed. */
WORLD(transfer_syntaxes_from_before_are_counted)
{
    struct principal system = principal_system(w->organization.key);
    struct count_transfer_syntaxes_result result;
    store(w, 1), store(w, 2);
    const struct image_row before = row_of(w, 1);
    CHECK(before.study.transfer_syntaxes.len != 0);
    struct db_session *s = world_begin(w);
    CHECK_OK(
        image_writer_set_transfer_syntaxes(s->uow.images, LEVEL_STUDY, before.study.key, STR_NONE));
    CHECK_OK(image_writer_set_transfer_syntaxes(s->uow.images, LEVEL_SERIES, before.series.key,
                                                STR_NONE));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    store(w, 3); /* what is not counted is not told by the newest alone */
    CHECK(row_of(w, 1).study.transfer_syntaxes.ptr == NULL &&
          row_of(w, 1).series.transfer_syntaxes.ptr == NULL);
    for (int i = 0; i < 2; i++) {
        struct scope scope = world_scope(w, &system);
        CHECK_OK(
            count_transfer_syntaxes_send(&scope, &(struct count_transfer_syntaxes){0}, &result));
        CHECK(result.study_count == (i == 0) && !result.has_more);
    }
    struct image_row row = row_of(w, 1);
    CHECK_STR(before.study.transfer_syntaxes, row.study.transfer_syntaxes);
    CHECK_STR(before.series.transfer_syntaxes, row.series.transfer_syntaxes);
    CHECK(row.study.version == before.study.version + 1 &&
          row.series.version == before.series.version + 1); /* of the third */
}

/* Each step, with the n-th call of the database failing. */
static bool torture_trash(uint64_t fail_at)
{
    static struct world w;
    world_open(&w);
    store(&w, 1);
    const struct image_row before = row_of(&w, 1);
    const struct {
        err (*send)(struct world *w, uuid id, int64_t if_match);
        uuid id;
        int64_t instance_count;
    } steps[] = {{send_trash_instance, before.instance.id, 0},
                 {send_restore_instance, before.instance.id, 1},
                 {send_trash_series, before.series.id, 0},
                 {send_restore_series, before.series.id, 1},
                 {send_trash_instance, before.instance.id, 0},
                 {send_restore_study, before.study.id, 1}};
    bool untouched = true;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        size_t changes = row_count(&w, MEMORY_CHANGES);
        w.fault = (struct fault){.fail_at = fail_at, .code = ERR_UNAVAILABLE};
        err e = steps[i].send(&w, steps[i].id, 0);
        w.fault.fail_at = 0;
        untouched = untouched && w.fault.failed == NULL;
        if (failed(e)) {
            CHECK_INT(ERR_UNAVAILABLE, e.code);
            CHECK_INT(changes, row_count(&w, MEMORY_CHANGES));
            CHECK_INT(1 - steps[i].instance_count, row_of(&w, 1).study.instance_count);
            CHECK_OK(steps[i].send(&w, steps[i].id, 0));
        }
        struct image_row row = row_of(&w, 1);
        CHECK_INT(steps[i].instance_count, row.study.instance_count);
        CHECK((row.study.state == STUDY_RECEIVED) == (steps[i].instance_count == 1));
    }
    world_close(&w);
    return untouched;
}

TEST(trash_and_back_does_all_or_nothing_whatever_fails)
{
    uint64_t at = 1;
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    while (!torture_trash(at) && at < 100)
        at++;
    CHECK(at > 5 && at < 100);
}
