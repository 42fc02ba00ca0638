/* Studies written into archives, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/system/purge_expired/command.h"
#include "application/commands/tasks/create_export/command.h"
#include "application/queries/tasks/get_task_output/query.h"
#include "application/services/tasks/kinds.h"
#include "application/services/tasks/task_service.h"
#include "infrastructure/export_folders_posix.h"
#include "infrastructure/sweeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct task_worker_identity me = {{"host:1", 6}, 60, false};

static struct study add_study(struct world *w, uint32_t number)
{
    struct ingest_result result;
    struct study study;
    CHECK_OK(ingest(w, sample_file(w, number, 1), STR_NONE, &result));
    CHECK_OK(ingest(w, sample_file(w, number, 2), STR_NONE, &result));
    struct db_session *s = world_begin(w);
    CHECK_OK(image_reader_get_study(s->readers.images, &w->arena,
                                    ACCESS_TO_ALL(w->organization.key), result.study_id, &study));
    db_session_end(s);
    return study;
}

static err order(struct world *w, enum role role, const struct study *studies, size_t count,
                 struct create_export cmd, struct task *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct create_export_result result;
    w->services.task_kinds = task_kinds;
    for (size_t i = 0; i < count; i++)
        *SLICE_PUSH(&w->arena, &cmd.studies) = uuid_text(&w->arena, studies[i].id);
    err e = create_export_send(&scope, &cmd, &result);
    if (!failed(e))
        *out = result.task.task;
    return e;
}

static err output(struct world *w, enum role role, uuid id, struct get_task_output_result *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    return get_task_output_send(&scope, &(struct get_task_output){id}, out);
}

static void check_begins(struct world *w, const struct get_task_output_result *found,
                         const char *mark, size_t at)
{
    char bytes[512] = "";
    struct object_file file;
    CHECK_OK(storage_open(w->services.storage, found->object_name, OBJECT_WHOLE, &file));
    CHECK_INT(found->size, (int64_t)file.size);
    CHECK(pread(file.fd, bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes);
    fd_close(file.fd);
    CHECK(memcmp(bytes + at, mark, strlen(mark)) == 0);
}

WORLD(studies_are_exported_for_whoever_may_download_them)
{
    struct study studies[] = {add_study(w, 1), add_study(w, 2)};
    struct get_task_output_result found;
    struct task task, tar;
    CHECK_ERR(FORBIDDEN, order(w, ROLE_RESEARCHER, studies, 2, (struct create_export){0}, &task));
    CHECK_ERR(NOT_FOUND, order(w, ROLE_REFERRER, studies, 2, (struct create_export){0}, &task));
    CHECK_ERR(INVALID, order(w, ROLE_VIEWER, studies, 0, (struct create_export){0}, &task));
    CHECK_OK(order(w, ROLE_VIEWER, studies, 2, (struct create_export){0}, &task));
    CHECK_ERR(NOT_FOUND, output(w, ROLE_VIEWER, task.id, &found));
    work_on_tasks(w);
    task = task_now(w, task.id);
    CHECK_STR(STR("4 instances of 2 studies were written"), task.outcome);
    CHECK(task.state == TASK_SUCCEEDED && task.progress_done == 4 && task.progress_total == 4);
    CHECK_OK(output(w, ROLE_VIEWER, task.id, &found));
    CHECK_STR(STR("application/zip"), found.type);
    CHECK_ERR(NOT_FOUND, output(w, ROLE_RADIOLOGIST, task.id, &found));
    CHECK_OK(output(w, ROLE_ADMINISTRATOR, task.id, &found));
    check_begins(w, &found, "PK\x03\x04", 0);
    check_begins(w, &found, "DICOMDIR", 30);
    const struct create_export plain = {.format = EXPORT_TAR, .with_dicomdir = {true, false}};
    CHECK_OK(order(w, ROLE_VIEWER, studies, 1, plain, &tar));
    work_on_tasks(w);
    CHECK_OK(output(w, ROLE_VIEWER, tar.id, &found));
    check_begins(w, &found, "DICOM/S0000001/I0000001", 0);
}

WORLD(whoever_lost_the_right_meanwhile_gets_nothing)
{
    struct study study = add_study(w, 1);
    struct get_task_output_result found;
    struct task before, after;
    CHECK_OK(order(w, ROLE_VIEWER, &study, 1, (struct create_export){0}, &before));
    work_on_tasks(w);
    CHECK_OK(order(w, ROLE_VIEWER, &study, 1, (struct create_export){0}, &after));
    struct user user = get_user(w, ROLE_VIEWER);
    user.is_active = false;
    save_user(w, &user);
    work_on_tasks(w);
    after = task_now(w, after.id);
    CHECK(after.state == TASK_FAILED && after.output_object.len == 0);
    struct principal limited = world_principal(w, ROLE_VIEWER);
    limited.permissions &= ~(UINT64_C(1) << DOWNLOAD_STUDIES);
    limited.granted_permissions = 0;
    struct scope scope = world_scope(w, &limited);
    CHECK_ERR(FORBIDDEN,
              get_task_output_send(&scope, &(struct get_task_output){before.id}, &found));
    limited.granted_permissions |= UINT64_C(1) << DOWNLOAD_STUDIES;
    scope = world_scope(w, &limited);
    CHECK_ERR(NOT_FOUND,
              get_task_output_send(&scope, &(struct get_task_output){before.id}, &found));
}

WORLD(an_output_is_kept_for_some_days)
{
    struct study study = add_study(w, 1);
    struct get_task_output_result found;
    struct purge_expired_result purged;
    struct object_file file;
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct task task;
    CHECK_OK(order(w, ROLE_VIEWER, &study, 1, (struct create_export){0}, &task));
    work_on_tasks(w);
    CHECK_OK(output(w, ROLE_VIEWER, task.id, &found));
    world_wait(w, TASK_OUTPUT_KEPT_SECONDS - 10);
    CHECK_OK(purge_expired_send(&scope, &(struct purge_expired){0}, &purged));
    CHECK_INT(0, purged.output_count);
    CHECK_OK(sweep_objects(&w->database.base, w->services.storage, &w->clock.base,
                           SWEEP_AGE_SECONDS, NULL));
    check_begins(w, &found, "PK\x03\x04", 0);
    world_wait(w, 20);
    CHECK_OK(purge_expired_send(&scope, &(struct purge_expired){0}, &purged));
    CHECK_INT(1, purged.output_count);
    CHECK_OK(sweep_objects(&w->database.base, w->services.storage, &w->clock.base,
                           SWEEP_AGE_SECONDS, NULL));
    CHECK_ERR(NOT_FOUND, storage_open(w->services.storage, found.object_name, OBJECT_WHOLE, &file));
    CHECK_ERR(GONE, output(w, ROLE_VIEWER, task.id, &found));
}

WORLD(an_export_to_a_folder_stays_below_the_root)
{
    static const char *const bad[] = {"..",   "a/../b", "/etc", "a//b", "a/",
                                      ".ssh", "a\\b",   "a b",  "ä",    "a/b/c/d/e/f/g/h/i"};
    struct study study = add_study(w, 1);
    struct export_folders_posix folders;
    struct task task;
    char root[TEST_PATH_SIZE + 32], path[TEST_PATH_SIZE + 256];
    struct stat facts;
    const struct create_export cmd = {.folder = STR("research/2026")};
    CHECK_ERR(INVALID, order(w, ROLE_ADMINISTRATOR, &study, 1, cmd, &task));
    snprintf(root, sizeof root, "%s/exports", w->folder);
    export_folders_posix_init(&folders, root);
    w->services.export_folders = &folders.base;
    CHECK_ERR(FORBIDDEN, order(w, ROLE_VIEWER, &study, 1, cmd, &task));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK_ERR(INVALID, order(w, ROLE_ADMINISTRATOR, &study, 1,
                                 (struct create_export){.folder = str_of(bad[i])}, &task));
    CHECK_OK(order(w, ROLE_ADMINISTRATOR, &study, 1, cmd, &task));
    work_on_tasks(w);
    CHECK(task_now(w, task.id).state == TASK_QUEUED); /* the root is not there yet */
    CHECK(mkdir(root, 0700) == 0);
    world_wait(w, 60);
    work_on_tasks(w);
    task = task_now(w, task.id);
    CHECK(task.state == TASK_SUCCEEDED && task.output_object.len == 0);
    snprintf(path, sizeof path, "%s/research/2026/export-%.*s.zip", root,
             STR_ARG(uuid_text(&w->arena, task.id)));
    CHECK(stat(path, &facts) == 0 && facts.st_size > 500);
    snprintf(path, sizeof path, "%s/out", root);
    CHECK(symlink("/tmp", path) == 0);
    CHECK_OK(order(w, ROLE_ADMINISTRATOR, &study, 1, (struct create_export){.folder = STR("out")},
                   &task));
    work_on_tasks(w);
    CHECK(task_now(w, task.id).state == TASK_FAILED);
}

static void cancel(struct task_run_observer *o, struct task_run *run)
{
    (void)o;
    run->is_cancelled = true;
}

WORLD(an_export_that_is_cancelled_leaves_nothing)
{
    struct study study = add_study(w, 1);
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct task_run_observer observer = {cancel, look_away};
    struct task_run run = {0};
    struct task task;
    bool goes_on;
    CHECK_OK(order(w, ROLE_VIEWER, &study, 1, (struct create_export){0}, &task));
    size_t before = w->storage.object_count;
    CHECK_OK(task_run_next(&scope, &me, &observer, &run, &goes_on));
    task = task_now(w, task.id);
    CHECK(task.state == TASK_CANCELLED && task.output_object.len == 0);
    CHECK(w->storage.object_count == before && w->storage.stage_count == 0);
}

/* Whatever fails, the task is done in the end, and once. */
static bool torture(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct get_task_output_result found;
    struct task task;
    bool goes_on;
    world_open(&w);
    struct study study = add_study(&w, 1);
    CHECK_OK(order(&w, ROLE_VIEWER, &study, 1, (struct create_export){0}, &task));
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = work_on_task(&w, &goes_on);
    CHECK(!failed(e) || e.code == code);
    bool untouched = w.fault.failed == NULL;
    w.fault.fail_at = 0;
    for (int i = 0; i < 4; i++) {
        world_wait(&w, 4000);
        work_on_tasks(&w);
    }
    task = task_now(&w, task.id);
    if (task.state != TASK_SUCCEEDED)
        fail_msg("%s: %.*s", task_state_names[task.state], STR_ARG(task.last_error));
    CHECK_OK(output(&w, ROLE_VIEWER, task.id, &found));
    check_begins(&w, &found, "PK\x03\x04", 0);
    CHECK_INT(0, w.storage.stage_count);
    world_close(&w);
    return untouched;
}

TEST(an_export_is_done_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE};
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture(codes[i], at) && at < 300)
            at++;
        CHECK(at > 10 && at < 300);
    }
}
