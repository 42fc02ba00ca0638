/* Files are looked at in the order of their names, so that a name says what is done already; what
 * was stored and not yet told of when a worker was killed is found stored. They are stored as
 * whoever asked, with what they may now, by the same way as every other image. */
#include "application/services/tasks/import_files.h"

#include "application/queries/tasks/get_task_requester/query.h"
#include "application/services/archive_reader.h"
#include "application/services/disclosure_service.h"
#include "application/services/ingest_service.h"
#include "base/arena.h"

SCHEMA(import_parameters, FIELD(import_parameters, folder), FIELD(import_parameters, path));

/* PS3.10 7.1: the class that a DICOMDIR has stands among the first elements behind "DICM". */
#define MEDIA_DIRECTORY_CLASS "1.2.840.10008.1.3.10"
enum { PREAMBLE_SIZE = 128, HEAD_SIZE = 512 };

struct importing {
    struct archive_visitor base;
    struct task_run *run;
    const struct import_parameters *parameters;
    struct task_run_report report;
    struct principal requester;
    struct arena scratch; /* of the file at hand */
    uint64_t asked_ns;    /* whether they may; 0: not yet */
    str name;             /* of the file at hand */
    int64_t file_count;   /* behind it */
    bool is_over;         /* by an error that is not one of a file */
};

/* ---- what is read ---- */

/* What passes, as far as it says what kind of file it is; it ends when the task shall. */
struct watched_source {
    struct byte_source base, *from;
    struct task_run *run;
    uint64_t size;
    char head[HEAD_SIZE];
    size_t head_size;
};

static err watched_read(struct byte_source *base, void *to, size_t size, size_t *got)
{
    struct watched_source *s = container_of(base, struct watched_source, base);
    TRY(task_run_check(s->run));
    TRY(byte_source_read(s->from, to, size, got));
    size_t room = HEAD_SIZE - s->head_size, taken = *got < room ? *got : room;
    if (taken != 0)
        memcpy(s->head + s->head_size, to, taken);
    s->head_size += taken;
    s->size += *got;
    return s->size <= IMPORT_FILE_SIZE_MAX ? OK : ERR(TOO_LARGE, "the file is too large");
}

static const struct byte_source_ops watched_ops = {.read = watched_read};

/* Of one that could not be stored: whether it is for no archive of images at all. */
static bool is_other(const struct watched_source *s, err e)
{
    bool is_unread = e.code == ERR_MALFORMED || e.code == ERR_INVALID || e.code == ERR_UNSUPPORTED;
    bool is_dicom =
        s->head_size >= PREAMBLE_SIZE + 4 && memcmp(s->head + PREAMBLE_SIZE, "DICM", 4) == 0;
    return is_unread && (!is_dicom || str_find(str_make(s->head, s->head_size),
                                               STR(MEDIA_DIRECTORY_CLASS)) != SIZE_MAX);
}

/* ---- what is told ---- */

static str shown_name(const struct importing *m, struct arena *a, str entry)
{
    str name = m->base.entry_count == 0 || entry.ptr == NULL
                   ? m->name
                   : str_format(a, "%.*s/%.*s", STR_ARG(m->name), STR_ARG(entry));
    return ingest_kept_text(a, name, UPLOAD_NAME_SIZE_MAX);
}

static void note_refusal(struct importing *m, str entry, err e)
{
    struct task_report_body *body = &m->report.body;
    struct arena *a = &m->report.arena;
    body->failed_count++;
    if (body->items.len < IMPORT_REFUSAL_COUNT_MAX)
        *SLICE_PUSH(a, &body->items) =
            (struct task_item){.state = STR("failed"),
                               .reason = ingest_kept_text(a, str_of(e.text), SHORT_TEXT_SIZE_MAX),
                               .path = shown_name(m, a, entry),
                               .code = str_of(err_code_name(e.code))};
}

static void note(struct importing *m, str entry, const struct ingest_result *result, err e,
                 bool is_skipped)
{
    struct task_report_body *body = &m->report.body;
    if (failed(e) && !is_skipped)
        note_refusal(m, entry, e);
    body->skipped_count += is_skipped;
    if (failed(e))
        return;
    body->done_count++;
    body->stored_count += !result->was_there;
    body->there_count += result->was_there;
}

/* A name that cannot be kept is looked at again by the next attempt. */
static void note_place(struct importing *m, int64_t entry)
{
    struct task_report_body *body = &m->report.body;
    if (!str_is_utf8(m->name))
        return;
    if (!str_eq(body->place, m->name))
        body->place = str_copy(&m->report.arena, m->name);
    body->entry = entry;
}

/* found: how many there are with the one at hand and those behind it. */
static err step(struct importing *m, int64_t entry, int64_t found)
{
    struct task_report_body *body = &m->report.body;
    int64_t total = body->position + found;
    body->position++;
    body->remaining_count = found - 1;
    note_place(m, entry);
    task_run_progress(m->run, body->position, total, "files");
    return task_run_report_save(&m->report, false);
}

/* ---- one after the other ---- */

/* It may have been taken from them meanwhile. Errors: FORBIDDEN. */
static err check_requester(struct importing *m)
{
    struct get_task_requester_result found;
    struct scope scope = *m->run->scope;
    uint64_t now = monotonic_ns();
    if (m->asked_ns != 0 && now - m->asked_ns < IMPORT_RIGHTS_SECONDS * UINT64_C(1000000000))
        return OK;
    scope.arena = scope.issues.arena = &m->scratch;
    TRY(get_task_requester_send(&scope, &(struct get_task_requester){m->run->task.created_by},
                                &found));
    m->requester = found.requester;
    m->asked_ns = now;
    return OK;
}

static err store(struct importing *m, str entry, struct byte_source *content)
{
    struct watched_source source = {.base = {&watched_ops}, .from = content, .run = m->run};
    struct ingest_result result = {0};
    struct scope scope = *m->run->scope;
    scope.principal = &m->requester;
    scope.arena = &m->scratch;
    scope.issues = (struct issues){.arena = &m->scratch};
    err e = ingest_instance(&scope, &source.base, &(struct ingest_options){0}, &result);
    if (failed(e))
        TRY(task_run_check(m->run));
    if (ingest_is_passing(e))
        return e;
    note(m, entry, &result, e, failed(e) && is_other(&source, e));
    return OK;
}

static err take_one(struct importing *m, str name, err refused, struct byte_source *content)
{
    TRY(task_run_check(m->run));
    TRY(check_requester(m));
    if (failed(refused))
        note_refusal(m, name, refused);
    else
        TRY(store(m, name, content));
    return OK;
}

static err take(struct archive_visitor *v, uint64_t number, str name, err refused,
                struct byte_source *content)
{
    struct importing *m = container_of(v, struct importing, base);
    bool is_archive = v->entry_count != 0;
    int64_t left = is_archive ? (int64_t)(v->entry_count - number) : 0;
    err e = take_one(m, name, refused, content);
    if (!failed(e))
        e = step(m, left != 0 ? (int64_t)number : 0, 1 + left + m->file_count);
    m->is_over = failed(e);
    if (failed(e)) /* the text may live in scratch */
        e.text = str_cstr(m->run->scope->arena, str_of(e.text));
    arena_reset(&m->scratch);
    return e;
}

static err read_file(struct importing *m, uint64_t skip)
{
    struct import_folders *folders = m->run->scope->services->import_folders;
    uint64_t size;
    int fd;
    m->base.entry_count = 0;
    TRY(import_folders_open(folders, m->parameters->folder, m->name, &fd, &size));
    err e = size <= IMPORT_FILE_SIZE_MAX ? archive_file_walk(fd, size, m->name, skip, &m->base)
                                         : ERR(TOO_LARGE, "the file is too large");
    fd_close(fd);
    return e;
}

/* What cannot be opened, or is half an archive, is refused as a whole. */
static err import_one(struct importing *m, uint64_t skip)
{
    TRY(task_run_check(m->run));
    err e = read_file(m, skip);
    if (m->is_over || e.code == ERR_UNAVAILABLE || e.code == ERR_INTERNAL)
        return e;
    if (!failed(e)) {
        note_place(m, 0);
        return OK;
    }
    note_refusal(m, STR_NONE, e);
    return step(m, 0, 1 + m->file_count);
}

static err import_all(struct importing *m, const struct str_slice *files)
{
    const struct task_report_body *body = &m->report.body;
    str begun = str_copy(m->run->scope->arena, body->place);
    uint64_t skip = (uint64_t)body->entry;
    size_t first = 0;
    while (first < files->len && str_cmp(files->at[first], begun) < 0)
        first++;
    bool is_begun = first < files->len && str_eq(files->at[first], begun);
    if (is_begun && skip == 0)
        first++;
    task_run_progress(m->run, body->position, body->position + (int64_t)(files->len - first),
                      "files");
    for (size_t i = first; i < files->len; i++) {
        m->name = files->at[i];
        m->file_count = (int64_t)(files->len - i) - 1;
        TRY(import_one(m, str_eq(m->name, begun) ? skip : 0));
    }
    return OK;
}

static bool goes_on(void *owner)
{
    return !failed(task_run_check(owner));
}

static err list_files(struct importing *m, struct import_listing *out)
{
    const struct import_patience patience = {goes_on, m->run};
    struct import_folders *folders = m->run->scope->services->import_folders;
    if (folders == NULL)
        return ERR(INVALID, "GANTRY_IMPORT_ROOT is not set");
    TRY(import_folders_list(folders, m->run->scope->arena, m->parameters->folder,
                            m->parameters->path, &patience, out));
    if (m->report.body.place.len == 0 && m->report.body.position == 0)
        m->report.body.skipped_count = out->other_count;
    return OK;
}

static err import_files(struct importing *m)
{
    struct import_listing listing;
    task_run_stage(m->run, "looking for files");
    TRY(check_requester(m));
    TRY(list_files(m, &listing));
    task_run_stage(m->run, "importing");
    err e = import_all(m, &listing.files);
    err saved = task_run_report_save(&m->report, true);
    return failed(e) ? e : saved;
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    struct importing m = {.base = {.take = take}, .run = run, .parameters = parameters};
    err e = task_run_report_open(&m.report, run);
    if (!failed(e))
        e = import_files(&m);
    if (failed(e)) /* the text may live in what ends here */
        e.text = str_cstr(run->scope->arena, str_of(e.text));
    const struct task_report_body *body = &m.report.body;
    out->words =
        str_format(run->scope->arena, "%lld stored, %lld there already, %lld refused, %lld skipped",
                   (long long)body->stored_count, (long long)body->there_count,
                   (long long)body->failed_count, (long long)body->skipped_count);
    bool has_nothing = body->done_count == 0 && body->failed_count != 0;
    arena_deinit(&m.report.arena);
    arena_deinit(&m.scratch);
    TRY(e);
    return has_nothing ? ERRF(run->scope->arena, CONFLICT, "%.*s", STR_ARG(out->words)) : OK;
}

const struct task_kind import_kind = {
    .name = "import",
    .doc = "Store the files of a folder or an archive on the server",
    .parameters = &import_parameters_schema,
    .count_max = 2,
    .attempt_count_max = 12,
    .run = run,
};
