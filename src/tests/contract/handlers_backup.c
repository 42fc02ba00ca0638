/* The task that backs up, and the check that brings objects back, over a world in memory and a
 * service of backups that does as it is told. */
#include "tests/contract/handlers.h"

#include "application/services/tasks/backup.h"
#include "application/services/tasks/task_service.h"
#include "application/services/tasks/verify_storage.h"
#include "infrastructure/object_bytes.h"

struct fake_backups {
    struct backup_service base;
    struct backup_report report;
    err outcome;
    bool repairs;
    int made_count, repaired_count;
};

static err make(struct backup_service *base, struct arena *a, struct backup_observer *observer,
                struct backup_report *out)
{
    struct fake_backups *f = container_of(base, struct fake_backups, base);
    (void)a;
    observer->progress(observer, "copying", 1, 2, "objects");
    TRY(observer->check(observer));
    f->made_count++;
    *out = f->report;
    return f->outcome;
}

static err repair(struct backup_service *base, struct storage *storage, str name, uint64_t size,
                  bool *is_repaired)
{
    struct fake_backups *f = container_of(base, struct fake_backups, base);
    (void)storage;
    (void)name;
    (void)size;
    f->repaired_count++;
    *is_repaired = f->repairs;
    return f->outcome;
}

static const struct backup_service_ops fake_ops = {make, repair};

static err run_kind(struct world *w, const struct task_kind *kind, int64_t organization_key,
                    bool is_cancelled, struct task_result *out)
{
    struct principal principal = principal_system(organization_key);
    struct scope scope = world_scope(w, &principal);
    struct task_run run = {
        .scope = &scope, .task.organization_key = organization_key, .is_cancelled = is_cancelled};
    *out = (struct task_result){0};
    return kind->run(&run, &(struct no_parameters){0}, out);
}

WORLD(a_backup_needs_a_folder_and_the_first_organization)
{
    struct fake_backups fake = {.base = {&fake_ops},
                                .report = {.id = STR("b"), .object_count = 5, .copied_count = 2}};
    struct task_result result;
    CHECK_ERR(CONFLICT, run_kind(w, &backup_kind, w->organization.key, false, &result));
    w->services.backups = &fake.base;
    CHECK_ERR(FORBIDDEN, run_kind(w, &backup_kind, w->organization.key + 1000, false, &result));
    CHECK_ERR(GONE, run_kind(w, &backup_kind, w->organization.key, true, &result));
    CHECK_INT(0, fake.made_count);
    CHECK_OK(run_kind(w, &backup_kind, w->organization.key, false, &result));
    CHECK_STR(STR("backup b has 5 objects, 2 of them new"), result.words);
    fake.report.damaged_count = 1;
    CHECK_ERR(CONFLICT, run_kind(w, &backup_kind, w->organization.key, false, &result));
    fake.outcome = ERR(NO_SPACE, "full");
    CHECK_ERR(NO_SPACE, run_kind(w, &backup_kind, w->organization.key, false, &result));
    w->fault = (struct fault){.fail_at = 1, .code = ERR_UNAVAILABLE};
    CHECK_ERR(UNAVAILABLE, run_kind(w, &backup_kind, w->organization.key, false, &result));
}

WORLD(a_check_of_the_storage_brings_objects_back)
{
    struct fake_backups fake = {.base = {&fake_ops}, .repairs = true};
    struct task_result result;
    struct ingest_result image;
    w->services.objects = &object_checker_by_reading;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    struct db_session *s = world_begin(w);
    struct image_row row;
    CHECK_OK(image_reader_locate(s->readers.images, &w->arena, ACCESS_TO_ALL(w->organization.key),
                                 image.study_instance_uid, image.series_instance_uid,
                                 image.sop_instance_uid, &row));
    db_session_end(s);
    CHECK_OK(run_kind(w, &verify_storage_kind, w->organization.key, false, &result));
    world_wait(w, 10);
    CHECK_OK(storage_remove(&w->storage.base, row.instance.object_name, 0));
    CHECK_ERR(CONFLICT, run_kind(w, &verify_storage_kind, w->organization.key, false, &result));
    w->services.backups = &fake.base;
    CHECK_OK(run_kind(w, &verify_storage_kind, w->organization.key, false, &result));
    CHECK_STR(STR("1 objects were read, 0 are damaged or missing, 1 were brought back from a "
                  "backup"),
              result.words);
    fake.repairs = false;
    CHECK_ERR(CONFLICT, run_kind(w, &verify_storage_kind, w->organization.key, false, &result));
    fake.outcome = ERR(UNAVAILABLE, "away");
    CHECK_ERR(UNAVAILABLE, run_kind(w, &verify_storage_kind, w->organization.key, false, &result));
    CHECK_INT(3, fake.repaired_count);
}
