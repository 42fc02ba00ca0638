/* What other organizations keep is in it too: it is not for any of them to say when. */
#include "application/services/tasks/backup.h"

#include "application/queries/organizations/get_first_organization/query.h"
#include "application/services/tasks/task_service.h"

struct observed {
    struct backup_observer base;
    struct task_run *run;
};

static void progress(struct backup_observer *base, const char *stage, int64_t done, int64_t total,
                     const char *unit)
{
    struct observed *o = container_of(base, struct observed, base);
    task_run_stage(o->run, stage);
    task_run_progress(o->run, done, total, unit);
}

static err check(struct backup_observer *base)
{
    return task_run_check(container_of(base, struct observed, base)->run);
}

static err may_back_up(struct task_run *run)
{
    struct get_first_organization_result first;
    if (run->scope->services->backups == NULL)
        return ERR(CONFLICT, "GANTRY_BACKUP_FOLDER is not set: there is no folder for backups");
    TRY(get_first_organization_send(run->scope, &(struct get_first_organization){0}, &first));
    return first.organization.key == run->task.organization_key
               ? OK
               : ERR(FORBIDDEN, "the first organization alone backs the installation up");
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    struct observed observed = {{progress, check}, run};
    struct backup_report report;
    (void)parameters;
    TRY(may_back_up(run));
    TRY(backup_service_make(run->scope->services->backups, run->scope->arena, &observed.base,
                            &report));
    out->words = str_format(run->scope->arena, "backup %.*s has %lld objects, %lld of them new",
                            STR_ARG(report.id), (long long)report.object_count,
                            (long long)report.copied_count);
    if (report.damaged_count != 0) /* for somebody to see */
        return ERRF(run->scope->arena, CONFLICT,
                    "backup %.*s was made, but %lld objects are damaged or missing here",
                    STR_ARG(report.id), (long long)report.damaged_count);
    return OK;
}

const struct task_kind backup_kind = {
    .name = "backup",
    .doc = "Back up the whole installation into the folder of GANTRY_BACKUP_FOLDER",
    .parameters = &no_parameters_schema,
    .count_max = 1,
    .attempt_count_max = 3,
    .is_schedulable = true,
    .run = run,
};
