/* Page after page, no faster than others can bear. */
#include "application/services/tasks/verify_storage.h"

#include "application/queries/images/list_stored_objects/query.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"
#include "base/log.h"

#include <time.h>

enum { VERIFIED_BYTES_PER_SECOND = 64 * 1024 * 1024 };

struct verification {
    struct task_run *run;
    int64_t count, bad_count, repaired_count;
    uint64_t size, began_ns;
};

/* Until the bytes so far have taken the time that they may. */
static void keep_pace(const struct verification *v)
{
    uint64_t due = (uint64_t)((double)v->size / VERIFIED_BYTES_PER_SECOND * 1e9);
    uint64_t taken = monotonic_ns() - v->began_ns;
    if (due <= taken)
        return;
    struct timespec rest = {(time_t)((due - taken) / 1000000000u),
                            (long)((due - taken) % 1000000000u)};
    nanosleep(&rest, NULL);
}

/* From the backups, where they have it as it was. */
static err mend(struct verification *v, struct scope *scope, const struct study_object *object)
{
    struct backup_service *backups = scope->services->backups;
    str id = uuid_text(scope->arena, object->instance_id);
    bool is_repaired = false;
    if (backups != NULL)
        TRY(backup_service_repair(backups, scope->services->storage, object->object_name,
                                  (uint64_t)object->size, &is_repaired));
    v->repaired_count += is_repaired;
    v->bad_count += !is_repaired;
    log_event(is_repaired ? LOG_WARN : LOG_ERROR,
              is_repaired ? "object_repaired" : "object_damaged", "instance=%.*s object=%.*s",
              STR_ARG(id), STR_ARG(object->object_name));
    return OK;
}

static err verify(struct verification *v, struct scope *scope, const struct study_object *object)
{
    bool is_whole;
    TRY(task_run_check(v->run));
    TRY(scope->services->objects->check(scope->services->storage, object->object_name,
                                        (uint64_t)object->size, &is_whole));
    v->count++;
    v->size += (uint64_t)object->size;
    if (!is_whole)
        TRY(mend(v, scope, object));
    task_run_progress(v->run, v->count, 0, "objects");
    keep_pace(v);
    return OK;
}

static err verify_part(struct verification *v, int64_t part)
{
    CLEANUP(arena_deinit) struct arena scratch = {0}, kept = {0};
    struct list_stored_objects query = {.part = part};
    do {
        struct scope scope = *v->run->scope;
        struct list_stored_objects_result page;
        scope.arena = scope.issues.arena = &scratch;
        TRY(list_stored_objects_send(&scope, &query, &page));
        for (size_t i = 0; i < page.objects.len; i++)
            TRY(verify(v, &scope, &page.objects.at[i]));
        arena_reset(&kept);
        query.after = page.next.len != 0 ? str_copy(&kept, page.next) : STR_NONE;
        arena_reset(&scratch);
    } while (query.after.len != 0);
    return OK;
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    struct verification v = {.run = run, .began_ns = monotonic_ns()};
    (void)parameters;
    for (int64_t part = 0; part < STORED_PART_COUNT; part++)
        TRY(verify_part(&v, part));
    str words = str_format(run->scope->arena, "%lld objects were read, %lld are damaged or missing",
                           (long long)v.count, (long long)v.bad_count);
    if (v.repaired_count != 0)
        words = str_format(run->scope->arena, "%.*s, %lld were brought back from a backup",
                           STR_ARG(words), (long long)v.repaired_count);
    out->words = words;
    if (v.bad_count != 0) /* nothing that a second try would mend: it is for somebody to see */
        return ERRF(run->scope->arena, CONFLICT, "%.*s", STR_ARG(words));
    return OK;
}

const struct task_kind verify_storage_kind = {
    .name = "verify_storage",
    .doc = "Read every stored object and compare it with its hash",
    .parameters = &no_parameters_schema,
    .count_max = 1,
    .attempt_count_max = 3,
    .is_schedulable = true,
    .run = run,
};
