/* Files imported from a folder on a disk into a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/organizations/set_quota/command.h"
#include "application/commands/tasks/create_import/command.h"
#include "application/queries/disclosures/get_task_report/query.h"
#include "application/services/archive_writer.h"
#include "application/services/tasks/import_files.h"
#include "application/services/tasks/kinds.h"
#include "application/services/tasks/task_service.h"
#include "infrastructure/import_folders_posix.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct task_worker_identity me = {{"host:1", 6}, 60, false};

struct inbox {
    struct import_folders_posix folders;
    char root[TEST_PATH_SIZE + 32];
    str own; /* of the organization */
};

static void inbox_open(struct inbox *in, struct world *w)
{
    snprintf(in->root, sizeof in->root, "%s/imports", w->folder);
    in->own = str_format(&w->arena, "%s/%.*s", in->root,
                         STR_ARG(uuid_text(&w->arena, w->organization.id)));
    CHECK(mkdir(in->root, 0700) == 0 && mkdir(str_cstr(&w->arena, in->own), 0700) == 0);
    import_folders_posix_init(&in->folders, in->root);
    w->services.import_folders = &in->folders.base;
    w->services.task_kinds = task_kinds;
}

static const char *path_in(struct world *w, const struct inbox *in, const char *name)
{
    return str_format(&w->arena, "%.*s/%s", STR_ARG(in->own), name).ptr;
}

static void put(struct world *w, const struct inbox *in, const char *name, str bytes)
{
    int fd = open(path_in(w, in, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    close(fd);
}

static void put_zip(struct world *w, const struct inbox *in, const char *name, uint32_t study,
                    uint32_t count)
{
    struct archive_writer zip;
    struct memory_source source;
    struct fd_sink sink;
    int fd = open(path_in(w, in, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    fd_sink_init(&sink, fd);
    archive_writer_begin(&zip, &w->arena, &sink.base, true);
    for (uint32_t i = 1; i <= count; i++) {
        str bytes = sample_file(w, study, i);
        memory_source_init(&source, bytes);
        CHECK_OK(archive_writer_add(&zip, str_format(&w->arena, "disk/I%u", i), bytes.len,
                                    clock_now(&w->clock.base), &source.base));
    }
    memory_source_init(&source, STR("hello"));
    CHECK_OK(archive_writer_add(&zip, STR("README"), 5, clock_now(&w->clock.base), &source.base));
    CHECK_OK(archive_writer_end(&zip));
    close(fd);
}

/* A folder, a folder in it, an archive, what is no image, and links that lead out. */
static void fill(struct world *w, const struct inbox *in)
{
    static const char directory[] = "DICM\2\0\0\0UL\4\0\0\0\0\0\2\0\2\0UI\24\0"
                                    "1.2.840.10008.1.3.10";
    char media[128 + sizeof directory] = "";
    CHECK(mkdir(path_in(w, in, "disk"), 0700) == 0 && mkdir(path_in(w, in, "disk/a b"), 0700) == 0);
    put(w, in, "disk/1", sample_file(w, 1, 1));
    put(w, in, "disk/a b/2", sample_file(w, 1, 2));
    put(w, in, "disk/a b/2 again", sample_file(w, 1, 2));
    put(w, in, "disk/notes.txt", STR("not an image at all"));
    put(w, in, "disk/empty", STR(""));
    memcpy(media + 128, directory, sizeof directory);
    put(w, in, "disk/DICOMDIR", str_make(media, sizeof media));
    str whole = sample_file(w, 1, 3);
    put(w, in, "disk/half", str_sub(whole, 0, whole.len / 2));
    put_zip(w, in, "disk/z.zip", 2, 3);
    CHECK(symlink("/etc", path_in(w, in, "disk/out")) == 0);
    CHECK(symlink("1", path_in(w, in, "disk/beside")) == 0);
    CHECK(mkfifo(path_in(w, in, "disk/pipe"), 0600) == 0);
}

static err order(struct world *w, enum role role, const char *path, struct task *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct create_import_result result;
    err e = create_import_send(&scope, &(struct create_import){str_of(path)}, &result);
    if (!failed(e))
        *out = result.task.task;
    return e;
}

static struct task_report_body report_of(struct world *w, uuid id)
{
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &principal);
    struct get_task_report_result out = {0};
    CHECK_OK(get_task_report_send(&scope, &(struct get_task_report){id}, &out));
    return out.report;
}

static void check_no_image(const struct world *w)
{
    CHECK_INT(0, (int64_t)row_count(w, MEMORY_STUDIES));
    CHECK_INT(0, (int64_t)row_count(w, MEMORY_INSTANCES));
    CHECK_INT(0, w->storage.stage_count);
}

WORLD(a_folder_is_imported_with_what_is_in_its_archives)
{
    struct inbox in;
    struct task task, again;
    inbox_open(&in, w);
    fill(w, &in);
    CHECK_ERR(FORBIDDEN, order(w, ROLE_VIEWER, "disk", &task));
    CHECK_ERR(FORBIDDEN, order(w, ROLE_REFERRER, "disk", &task));
    CHECK_OK(order(w, ROLE_TECHNOLOGIST, "disk", &task));
    work_on_tasks(w);
    task = task_now(w, task.id);
    CHECK_STR(STR("5 stored, 1 there already, 1 refused, 7 skipped"), task.outcome);
    CHECK(task.state == TASK_SUCCEEDED && task.progress_done == 11 && task.progress_total == 11);
    struct task_report_body report = report_of(w, task.id);
    CHECK(report.stored_count == 5 && report.there_count == 1 && report.failed_count == 1 &&
          report.skipped_count == 7 && report.done_count == 6 && report.remaining_count == 0);
    CHECK_INT(1, (int64_t)report.items.len);
    CHECK_STR(STR("disk/half"), report.items.at[0].path);
    CHECK_STR(STR("MALFORMED"), report.items.at[0].code);
    CHECK(report.items.at[0].reason.len != 0);
    CHECK_OK(order(w, ROLE_TECHNOLOGIST, "disk", &again));
    work_on_tasks(w);
    CHECK_STR(STR("0 stored, 6 there already, 1 refused, 7 skipped"),
              task_now(w, again.id).outcome);
    CHECK_OK(order(w, ROLE_TECHNOLOGIST, "disk/z.zip", &again));
    work_on_tasks(w);
    CHECK_STR(STR("0 stored, 3 there already, 0 refused, 1 skipped"),
              task_now(w, again.id).outcome);
    CHECK_INT(0, w->storage.stage_count);
}

WORLD(an_import_stays_below_the_folder_of_the_organization)
{
    static const char *const bad[] = {
        "..",  "a/../b", "/etc",  "a//b", "a/", ".",
        "./a", "a\nb",   "a/./b", "\xFF", "",   "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q"};
    static const struct {
        const char *path, *says;
    } wrong[] = {{"nothing", "there is no such file"},
                 {"disk/out", "link"},
                 {"disk/out/passwd", "link"},
                 {"disk/beside", "link"},
                 {"disk/1/x", "link"},
                 {"disk/pipe", "neither a file nor a folder"}};
    struct inbox in;
    struct task task;
    CHECK_ERR(INVALID, order(w, ROLE_TECHNOLOGIST, "disk", &task));
    inbox_open(&in, w);
    fill(w, &in);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK_ERR(INVALID, order(w, ROLE_TECHNOLOGIST, bad[i], &task));
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK_OK(order(w, ROLE_TECHNOLOGIST, wrong[i].path, &task));
        work_on_tasks(w);
        task = task_now(w, task.id);
        CHECK(task.state == TASK_FAILED);
        if (str_find(task.last_error, str_of(wrong[i].says)) == SIZE_MAX)
            fail_msg("%s: %.*s", wrong[i].path, STR_ARG(task.last_error));
    }
    check_no_image(w);
    CHECK(rename(in.root, path_in(w, &in, "../../away")) == 0);
    CHECK_OK(order(w, ROLE_TECHNOLOGIST, "disk", &task));
    work_on_tasks(w);
    CHECK(task_now(w, task.id).state == TASK_QUEUED); /* the root may come back */
}

WORLD(folders_that_lie_too_deep_are_not_imported)
{
    struct inbox in;
    struct task task;
    str path = STR("d");
    inbox_open(&in, w);
    for (int i = 0; i <= IMPORT_DEPTH_MAX; i++) {
        CHECK(mkdir(path_in(w, &in, str_cstr(&w->arena, path)), 0700) == 0);
        path = str_format(&w->arena, "%.*s/d", STR_ARG(path));
    }
    CHECK_OK(order(w, ROLE_TECHNOLOGIST, "d", &task));
    work_on_tasks(w);
    task = task_now(w, task.id);
    CHECK(task.state == TASK_FAILED && str_find(task.last_error, STR("too deep")) != SIZE_MAX);
}

WORLD(an_import_goes_on_when_there_is_room_again)
{
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct set_quota_result ignored;
    struct inbox in;
    struct task task;
    inbox_open(&in, w);
    fill(w, &in);
    int64_t room = (int64_t)sample_file(w, 1, 1).len * 5 / 2;
    CHECK_OK(set_quota_send(&scope, &(struct set_quota){w->organization.name, room}, &ignored));
    CHECK_OK(order(w, ROLE_TECHNOLOGIST, "disk", &task));
    work_on_tasks(w);
    task = task_now(w, task.id);
    CHECK(task.state == TASK_QUEUED && str_find(task.last_error, STR("quota")) != SIZE_MAX);
    CHECK_INT(2, report_of(w, task.id).stored_count);
    CHECK_OK(set_quota_send(&scope, &(struct set_quota){w->organization.name, 0}, &ignored));
    world_wait(w, 60);
    work_on_tasks(w);
    CHECK_STR(STR("5 stored, 1 there already, 1 refused, 7 skipped"), task_now(w, task.id).outcome);
}

WORLD(whoever_may_no_longer_store_has_nothing_imported)
{
    struct inbox in;
    struct task task;
    inbox_open(&in, w);
    fill(w, &in);
    CHECK_OK(order(w, ROLE_TECHNOLOGIST, "disk", &task));
    struct user user = get_user(w, ROLE_TECHNOLOGIST);
    user.is_active = false;
    save_user(w, &user);
    work_on_tasks(w);
    CHECK(task_now(w, task.id).state == TASK_FAILED);
    check_no_image(w);
}

static void cancel(struct task_run_observer *o, struct task_run *run)
{
    (void)o;
    run->is_cancelled = true;
}

WORLD(an_import_that_is_cancelled_stores_no_more)
{
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct task_run_observer observer = {cancel, look_away};
    struct task_run run = {0};
    struct inbox in;
    struct task task;
    bool goes_on;
    inbox_open(&in, w);
    fill(w, &in);
    CHECK_OK(order(w, ROLE_TECHNOLOGIST, "disk", &task));
    CHECK_OK(task_run_next(&scope, &me, &observer, &run, &goes_on));
    CHECK(task_now(w, task.id).state == TASK_CANCELLED);
    check_no_image(w);
}

/* Whatever fails, all is stored in the end, and each once. */
static bool torture(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct inbox in;
    struct task task;
    bool goes_on;
    world_open(&w);
    inbox_open(&in, &w);
    put_zip(&w, &in, "z.zip", 2, 2);
    CHECK_OK(order(&w, ROLE_TECHNOLOGIST, "z.zip", &task));
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
    struct task_report_body report = report_of(&w, task.id);
    CHECK(report.done_count == 2 && report.skipped_count == 1 && report.failed_count == 0);
    CHECK_INT(2, (int64_t)row_count(&w, MEMORY_INSTANCES));
    CHECK_INT(0, w.storage.stage_count);
    world_close(&w);
    return untouched;
}

TEST(an_import_is_done_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE};
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture(codes[i], at) && at < 400)
            at++;
        CHECK(at > 10 && at < 400);
    }
}
