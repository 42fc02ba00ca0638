/* Storing images, the trash, and the trail of both, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/images/restore_study/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/queries/images/search_images/query.h"
#include "infrastructure/audit_chain.h"

#include <unistd.h>

WORLD(an_image_is_stored_once)
{
    struct ingest_result one, again, two;
    struct object_file file;
    struct image_row row;
    str bytes = sample_file(w, 1, 1);
    CHECK_OK(ingest(w, bytes, STR_NONE, &one));
    CHECK(!one.was_there && one.size == bytes.len && uuid_is_set(one.study_id));
    CHECK_OK(ingest(w, bytes, one.study_instance_uid, &again));
    CHECK(again.was_there && uuid_eq(one.study_id, again.study_id));
    CHECK_OK(ingest(w, sample_file(w, 1, 2), STR_NONE, &two));
    CHECK(!two.was_there && uuid_eq(one.study_id, two.study_id));
    struct db_session *s = world_begin(w);
    CHECK_OK(image_reader_locate(s->readers.images, &w->arena, ACCESS_TO_ALL(w->organization.key),
                                 one.study_instance_uid, one.series_instance_uid,
                                 one.sop_instance_uid, &row));
    db_session_end(s);
    CHECK(row.study.instance_count == 2 && row.study.series_count == 1);
    CHECK_INT(bytes.len, row.instance.size);
    CHECK_OK(storage_open(&w->storage.base, row.instance.object_name, OBJECT_WHOLE, &file));
    CHECK_INT(bytes.len, file.size);
    close(file.fd);
    CHECK(w->storage.object_count == 2 && w->storage.stage_count == 0);
    CHECK(row_count(w, MEMORY_CHANGES) == 2 && row_count(w, MEMORY_OUTBOX) == 2);
    CHECK_INT(1, row_count(w, MEMORY_PATIENTS));
}

WORLD(what_cannot_be_an_image_leaves_nothing)
{
    struct ingest_result result;
    str bytes = sample_file(w, 1, 1);
    CHECK_ERR(INVALID, ingest(w, bytes, STR("1.2.3"), &result));
    CHECK(result.sop_instance_uid.len != 0); /* told as far as it was read */
    CHECK_ERR(MALFORMED, ingest(w, str_sub(bytes, 0, bytes.len - 10), STR_NONE, &result));
    CHECK_ERR(MALFORMED, ingest(w, str_sub(bytes, 0, 200), STR_NONE, &result));
    CHECK_ERR(MALFORMED, ingest(w, STR("no image at all"), STR_NONE, &result));
    CHECK(failed(ingest(w, STR(""), STR_NONE, &result)));
    CHECK_INT(0, w->storage.object_count);
    check_nothing_stored(w);
}

/* Between two elements the rest may be missing without a sign; everywhere else it shows. */
WORLD(a_cut_within_an_element_is_refused)
{
    struct ingest_result result;
    str bytes = sample_file(w, 1, 1);
    int taken_count = 0;
    for (size_t len = 0; len < bytes.len; len++) {
        err e = ingest(w, str_sub(bytes, 0, len), STR_NONE, &result);
        CHECK(!failed(e) || e.code == ERR_MALFORMED || e.code == ERR_INVALID ||
              e.code == ERR_CONFLICT);
        taken_count += !failed(e) || e.code == ERR_CONFLICT;
        CHECK_INT(0, w->storage.stage_count);
    }
    CHECK(taken_count < 32);
    CHECK(row_count(w, MEMORY_INSTANCES) <= 1);
}

WORLD(evidence_is_not_overwritten)
{
    struct ingest_result result;
    str bytes = sample_file(w, 1, 1), other = str_copy(&w->arena, bytes);
    ((char *)other.ptr)[other.len - 1] ^= 1; /* a pixel */
    CHECK_OK(ingest(w, bytes, STR_NONE, &result));
    CHECK_ERR(CONFLICT, ingest(w, other, STR_NONE, &result));
    CHECK(row_count(w, MEMORY_INSTANCES) == 1 && w->storage.stage_count == 0);
    CHECK_OK(ingest(w, bytes, STR_NONE, &result));
    CHECK(result.was_there);
}

WORLD(storing_needs_the_right_to)
{
    const struct principal principals[] = {world_principal(w, ROLE_VIEWER), principal_nobody};
    static const enum err_code codes[] = {ERR_FORBIDDEN, ERR_UNAUTHENTICATED};
    for (size_t i = 0; i < COUNT_OF(principals); i++) {
        struct scope scope = world_scope(w, &principals[i]);
        struct memory_source source;
        struct ingest_result result;
        memory_source_init(&source, sample_file(w, 1, 1));
        err e = ingest_instance(&scope, &source.base, &(struct ingest_options){0}, &result);
        CHECK_INT(codes[i], e.code);
        CHECK_INT(sample_file(w, 1, 1).len, source.rest.len); /* not a byte was read */
    }
    check_nothing_stored(w);
}

static err trash(struct world *w, enum role role, uuid id, int64_t if_match, struct study *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct trash_study_result result;
    TRY(trash_study_send(&scope, &(struct trash_study){id, if_match}, &result));
    *out = result.study;
    return OK;
}

static err restore(struct world *w, enum role role, uuid id, int64_t if_match, struct study *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct restore_study_result result;
    TRY(restore_study_send(&scope, &(struct restore_study){id, if_match}, &result));
    *out = result.study;
    return OK;
}

static size_t search_count(struct world *w)
{
    struct principal viewer = world_principal(w, ROLE_RADIOLOGIST);
    struct scope scope = world_scope(w, &viewer);
    struct search_images_result result;
    CHECK_OK(search_images_send(
        &scope, &(struct search_images){.filter = {.level = LEVEL_STUDY, .limit = 10}}, &result));
    return result.page.rows.len;
}

WORLD(a_study_goes_to_the_trash_and_comes_back)
{
    struct ingest_result stored;
    struct study study, ignored;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &stored));
    CHECK_INT(1, search_count(w));
    CHECK_ERR(FORBIDDEN, trash(w, ROLE_VIEWER, stored.study_id, 0, &study));
    CHECK_ERR(NOT_FOUND, trash(w, ROLE_ADMINISTRATOR, uuid_make(&w->clock.base), 0, &study));
    CHECK_ERR(CONFLICT, restore(w, ROLE_ADMINISTRATOR, stored.study_id, 0, &study));
    CHECK_ERR(PRECONDITION_FAILED, trash(w, ROLE_ADMINISTRATOR, stored.study_id, 99, &study));
    world_wait(w, 60);
    CHECK_OK(trash(w, ROLE_ADMINISTRATOR, stored.study_id, 2, &study));
    CHECK(study.state == STUDY_TRASHED && study.version == 3);
    CHECK(study.trashed_at.us == w->clock.time.us);
    CHECK_INT(0, search_count(w));
    CHECK_ERR(CONFLICT, trash(w, ROLE_ADMINISTRATOR, stored.study_id, 0, &ignored));
    CHECK_ERR(CONFLICT, ingest(w, sample_file(w, 1, 2), STR_NONE, &stored));
    CHECK_ERR(PRECONDITION_FAILED, restore(w, ROLE_ADMINISTRATOR, study.id, 2, &ignored));
    CHECK_OK(restore(w, ROLE_ADMINISTRATOR, study.id, 3, &study));
    CHECK(study.state == STUDY_RECEIVED && study.trashed_at.us == 0 && study.version == 4);
    CHECK_INT(1, search_count(w));
    CHECK_OK(ingest(w, sample_file(w, 1, 2), STR_NONE, &stored));
    CHECK_INT(4, row_count(w, MEMORY_CHANGES));
}

WORLD(what_was_done_is_in_the_trail)
{
    struct ingest_result stored;
    struct study study;
    struct audit_chain_check check;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &stored));
    CHECK_OK(trash(w, ROLE_ADMINISTRATOR, stored.study_id, 0, &study));
    CHECK_ERR(FORBIDDEN, restore(w, ROLE_VIEWER, stored.study_id, 0, &study));
    CHECK_INT(0, search_count(w));
    struct db_session *s = world_begin(w);
    struct audit_event_slice events;
    CHECK_OK(audit_reader_find(s->readers.audit, &w->arena,
                               &(struct audit_filter){.organization_key = w->organization.key,
                                                      .oldest_first = true,
                                                      .limit = 10},
                               &events));
    CHECK_INT(4, events.len);
    CHECK_STR(STR("store_instance"), events.at[0].action);
    CHECK_STR(STR("trash_study"), events.at[1].action);
    for (size_t i = 0; i < 2; i++) {
        CHECK(uuid_eq(events.at[i].subject_id, stored.study_id));
        CHECK(uuid_eq(events.at[i].study_id, stored.study_id));
        CHECK_STR(STR("study"), events.at[i].subject_kind);
        CHECK(events.at[i].study_instance_uid.len != 0 && events.at[i].patient_id.ptr != NULL);
    }
    CHECK_STR(STR("restore_study"), events.at[2].action);
    CHECK_STR(STR("FORBIDDEN"), events.at[2].outcome);
    CHECK_STR(STR("search_images"), events.at[3].action);
    CHECK_OK(audit_chain_verify(s->readers.audit, w->organization.key, (uuid){0}, NULL, &check));
    CHECK(check.event_count == 4 && check.broken_key == 0);
    db_session_end(s);
}

WORLD(a_study_is_trashed_once_under_one_key)
{
    struct principal admin = world_principal(w, ROLE_ADMINISTRATOR);
    struct ingest_result stored;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &stored));
    for (int i = 0; i < 3; i++) {
        struct scope scope = world_scope(w, &admin);
        struct trash_study_result result;
        scope.idempotency_key = STR("trash it");
        CHECK_OK(trash_study_send(&scope, &(struct trash_study){stored.study_id, 2}, &result));
        CHECK(result.study.state == STUDY_TRASHED && result.study.version == 3);
    }
    CHECK_INT(2, row_count(w, MEMORY_CHANGES));
}
