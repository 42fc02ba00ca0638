/* Quotas: what is told, what is refused, over a world in memory; whatever fails. */
#include "tests/contract/handlers.h"

#include "application/commands/organizations/set_quota/command.h"
#include "application/commands/system/tell_storage_low/command.h"
#include "domain/entities/outbox_event.h"

static err set_quota(struct world *w, str name, int64_t size, int64_t *used)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct set_quota_result result = {0};
    err e = set_quota_send(&scope, &(struct set_quota){name, size}, &result);
    *used = result.used_size;
    return e;
}

static int64_t used(struct world *w)
{
    int64_t out;
    struct db_session *s = world_begin(w);
    CHECK_OK(organization_reader_used_size(s->readers.organizations, w->organization.key, &out));
    db_session_end(s);
    return out;
}

static size_t told(struct world *w, const char *percent)
{
    size_t count = 0;
    const struct memory_rows *rows = &w->database.committed->tables[MEMORY_OUTBOX];
    for (size_t i = 0; i < rows->len; i++) {
        const struct outbox_event *event = rows->at[i];
        count += str_eq(event->type, STR("storage_quota_reached")) &&
                 str_find(event->payload, str_format(&w->arena, "\"percent\":\"%s\"", percent)) !=
                     SIZE_MAX;
    }
    return count;
}

WORLD(a_quota_warns_twice_and_then_refuses)
{
    struct ingest_result image;
    int64_t ignored;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    int64_t size = used(w);
    CHECK(size > 100);
    CHECK_OK(set_quota(w, w->organization.name, size * 20, &ignored));
    world_wait(w, 1);
    CHECK_INT(size, ignored);
    CHECK_ERR(NOT_FOUND, set_quota(w, STR("nobody"), 1, &ignored));
    CHECK_ERR(INVALID, set_quota(w, w->organization.name, INT64_MAX, &ignored));
    for (uint32_t i = 2; i <= 15; i++)
        CHECK_OK(ingest(w, sample_file(w, 1, i), STR_NONE, &image));
    CHECK_INT(0, told(w, "80"));
    CHECK_OK(ingest(w, sample_file(w, 1, 16), STR_NONE, &image));
    CHECK_OK(ingest(w, sample_file(w, 1, 17), STR_NONE, &image));
    CHECK_INT(1, told(w, "80"));
    CHECK_OK(ingest(w, sample_file(w, 1, 18), STR_NONE, &image));
    CHECK_OK(ingest(w, sample_file(w, 1, 19), STR_NONE, &image));
    CHECK_OK(set_quota(w, w->organization.name, used(w), &ignored));
    CHECK_ERR(NO_SPACE, ingest(w, sample_file(w, 1, 30), STR_NONE, &image));
    CHECK_OK(ingest(w, sample_file(w, 1, 19), STR_NONE, &image)); /* the same again */
    CHECK(image.was_there);
    CHECK_OK(set_quota(w, w->organization.name, 0, &ignored));
    CHECK_OK(ingest(w, sample_file(w, 1, 30), STR_NONE, &image));
}

WORLD(a_first_quota_holds_when_the_rules_are_read_again)
{
    struct ingest_result image;
    int64_t ignored;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    CHECK_OK(set_quota(w, w->organization.name, 1, &ignored));
    CHECK_OK(ingest(w, sample_file(w, 1, 2), STR_NONE, &image));
    world_wait(w, 1);
    CHECK_ERR(NO_SPACE, ingest(w, sample_file(w, 1, 3), STR_NONE, &image));
    CHECK_OK(set_quota(w, w->organization.name, used(w) * 9, &ignored)); /* another at once */
    CHECK_OK(ingest(w, sample_file(w, 1, 3), STR_NONE, &image));
}

WORLD(a_store_under_a_quota_is_all_or_nothing_whatever_fails)
{
    struct ingest_result image;
    int64_t ignored;
    bool untouched = false;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    CHECK_OK(set_quota(w, w->organization.name, used(w) * 21 / 10, &ignored));
    world_wait(w, 1);
    for (uint64_t at = 1; !untouched && at < 100; at++) {
        w->fault = (struct fault){.fail_at = at, .code = ERR_UNAVAILABLE};
        err e = ingest(w, sample_file(w, 1, 2), STR_NONE, &image);
        untouched = w->fault.failed == NULL;
        w->fault = (struct fault){0};
        CHECK(failed(e) == !untouched);
        CHECK_INT(untouched ? 1 : 0, told(w, "95") + told(w, "80"));
    }
    CHECK(untouched);
}

/* ---- room in the storage ---- */

enum { RESERVE = 100, WARNING = 40 };

static err watch(struct world *w, int64_t free_size, struct tell_storage_low_result *out)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    return tell_storage_low_send(&scope, &(struct tell_storage_low){free_size, RESERVE, WARNING},
                                 out);
}

static size_t event_count(const struct world *w, const char *type)
{
    size_t count = 0;
    const struct memory_rows *rows = &w->database.committed->tables[MEMORY_OUTBOX];
    for (size_t i = 0; i < rows->len; i++)
        count += str_eq(((const struct outbox_event *)rows->at[i])->type, str_of(type));
    return count;
}

WORLD(little_room_is_told_once_until_there_is_enough)
{
    static const struct {
        int64_t free_size;
        enum storage_room room;
        size_t low, full, ok; /* told so far */
    } steps[] = {
        {INT64_MAX, STORAGE_ENOUGH, 0, 0, 0},
        {RESERVE + WARNING, STORAGE_ENOUGH, 0, 0, 0},
        {RESERVE + WARNING - 1, STORAGE_LOW, 1, 0, 0},
        {RESERVE + WARNING, STORAGE_LOW, 1, 0, 0}, /* it swings */
        {RESERVE + WARNING - 1, STORAGE_LOW, 1, 0, 0},
        {RESERVE + WARNING * 3 / 2 - 1, STORAGE_LOW, 1, 0, 0},
        {RESERVE + WARNING * 3 / 2, STORAGE_ENOUGH, 1, 0, 1},
        {RESERVE, STORAGE_LOW, 2, 0, 1},
        {RESERVE - 1, STORAGE_FULL, 2, 1, 1},
        {RESERVE, STORAGE_FULL, 2, 1, 1},
        {RESERVE - 1, STORAGE_FULL, 2, 1, 1},
        {RESERVE + WARNING * 2, STORAGE_ENOUGH, 2, 1, 2},
        {0, STORAGE_FULL, 2, 2, 2},
        {INT64_MAX, STORAGE_ENOUGH, 2, 2, 3},
    };
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct tell_storage_low_result out;
        CHECK_OK(watch(w, steps[i].free_size, &out));
        CHECK_INT(steps[i].room, out.room);
        CHECK_INT((int64_t)steps[i].low, (int64_t)event_count(w, "storage_low"));
        CHECK_INT((int64_t)steps[i].full, (int64_t)event_count(w, "storage_full"));
        CHECK_INT((int64_t)steps[i].ok, (int64_t)event_count(w, "storage_ok"));
    }
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &administrator);
    struct tell_storage_low_result out;
    CHECK_ERR(FORBIDDEN, tell_storage_low_send(&scope, &(struct tell_storage_low){0}, &out));
}

WORLD(little_room_is_told_and_remembered_or_neither_whatever_fails)
{
    struct tell_storage_low_result out;
    bool untouched = false;
    for (uint64_t at = 1; !untouched && at < 100; at++) {
        w->fault = (struct fault){.fail_at = at, .code = ERR_UNAVAILABLE};
        err e = watch(w, RESERVE, &out);
        untouched = w->fault.failed == NULL;
        w->fault = (struct fault){0};
        CHECK(failed(e) == !untouched);
        CHECK_INT(untouched ? 1 : 0, (int64_t)event_count(w, "storage_low"));
    }
    CHECK(untouched);
    CHECK_OK(watch(w, RESERVE, &out));
    CHECK(!out.is_told && event_count(w, "storage_low") == 1);
}
