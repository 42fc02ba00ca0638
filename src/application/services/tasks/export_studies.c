/* What is read is read as whoever asked, with what they may now; the audit trail has them
 * downloading each study. The same studies give the same bytes, so that a task that is done again
 * stores the same object; what a crash leaves of one is a stage, which is swept, or a file that is
 * not seen. */
#include "application/services/tasks/export_studies.h"

#include "application/queries/images/retrieve_archive/query.h"
#include "application/queries/tasks/get_task_requester/query.h"
#include "application/services/archive_writer.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"

#include <stdlib.h>

const char *const export_format_names[] = {"zip", "tar", NULL};
_Static_assert(COUNT_OF(export_format_names) == EXPORT_FORMAT_COUNT + 1, "a format without a name");

SCHEMA(export_study, FIELD(export_study, id), FIELD(export_study, study_instance_uid));
SCHEMA(export_parameters, FIELD_LIST_OF(export_parameters, studies, export_study),
       FIELD_ENUM_OF(export_parameters, format, export_format_names),
       FIELD(export_parameters, without_dicomdir), FIELD(export_parameters, folder));

struct export
{
    struct task_run *run;
    const struct export_parameters *parameters;
    const struct medium_content **contents; /* by patient */
    size_t content_count, instance_count;
    struct medium medium;
    struct byte_sink sink;
    struct stage *stage; /* one of both */
    struct export_file *file;
};

/* ---- what is read ---- */

static err find_study(struct export *x, struct scope *scope, const struct export_study *study)
{
    struct retrieve_archive query = {{.study_uid = study->study_instance_uid}};
    struct retrieve_archive_result *found = NEW(scope->arena, struct retrieve_archive_result);
    err e = retrieve_archive_send(scope, &query, found);
    if (e.code == ERR_NOT_FOUND || e.code == ERR_FORBIDDEN)
        return ERR(FORBIDDEN, "a study is not there any more, or not for whoever asked");
    TRY(e);
    if (found->content.instances.at[0].row.deidentified != NULL)
        return ERR(FORBIDDEN, "whoever asked sees de-identified images only");
    x->contents[x->content_count++] = &found->content;
    x->instance_count += found->content.instances.len;
    return x->instance_count <= EXPORT_INSTANCE_COUNT_MAX
               ? OK
               : ERR(TOO_LARGE, "the studies have too many instances together");
}

static int by_patient(const void *a, const void *b)
{
    const struct study *one = &(*(const struct medium_content *const *)a)->study,
                       *other = &(*(const struct medium_content *const *)b)->study;
    int order = str_cmp(one->patient_id, other->patient_id);
    if (order == 0)
        order = str_cmp(one->issuer_of_patient_id, other->issuer_of_patient_id);
    return order != 0 ? order : str_cmp(one->study_instance_uid, other->study_instance_uid);
}

static err find_studies(struct export *x)
{
    struct get_task_requester_result found;
    const struct export_study_slice *studies = &x->parameters->studies;
    struct scope scope = *x->run->scope;
    TRY(get_task_requester_send(x->run->scope,
                                &(struct get_task_requester){x->run->task.created_by}, &found));
    scope.principal = &found.requester;
    x->contents = NEW_ARRAY(scope.arena, const struct medium_content *, studies->len);
    for (size_t i = 0; i < studies->len; i++) {
        TRY(task_run_check(x->run));
        TRY(find_study(x, &scope, &studies->at[i]));
    }
    qsort(x->contents, x->content_count, sizeof *x->contents, by_patient);
    return medium_plan_all(scope.arena, x->contents, x->content_count, &x->medium);
}

/* ---- what is written ---- */

static str name_of(struct export *x)
{
    return str_format(x->run->scope->arena, "export-%.*s.%s",
                      STR_ARG(uuid_text(x->run->scope->arena, x->run->task.id)),
                      export_format_names[x->parameters->format]);
}

static err output_write(struct byte_sink *base, const void *bytes, size_t size)
{
    struct export *x = container_of(base, struct export, sink);
    const struct services *services = x->run->scope->services;
    TRY(task_run_check(x->run));
    return x->file != NULL ? export_file_write(services->export_folders, x->file, bytes, size)
                           : storage_stage_write(services->storage, x->stage, bytes, size);
}

static const struct byte_sink_ops output_ops = {.write = output_write};

static err output_begin(struct export *x)
{
    const struct services *services = x->run->scope->services;
    x->sink.ops = &output_ops;
    if (x->parameters->folder.ptr == NULL)
        return storage_stage_begin(services->storage, &x->stage);
    if (services->export_folders == NULL)
        return ERR(INVALID, "GANTRY_EXPORT_ROOT is not set");
    return export_file_begin(services->export_folders, x->parameters->folder, name_of(x), &x->file);
}

static void output_abort(struct export *x)
{
    const struct services *services = x->run->scope->services;
    if (x->file != NULL)
        export_file_abort(services->export_folders, x->file);
    storage_stage_abort(services->storage, x->stage);
}

static err write_object(struct archive_writer *w, struct storage *storage,
                        const struct medium_file *entry)
{
    const struct instance *n = entry->instance;
    struct object_file object;
    struct region_source source;
    err e = storage_open(storage, n->object_name, OBJECT_WHOLE, &object);
    if (e.code == ERR_NOT_FOUND)
        return ERR(UNAVAILABLE, "a stored object is missing");
    TRY(e);
    region_source_init(&source, object.fd, 0, object.size);
    e = archive_writer_add(w, entry->name, (uint64_t)n->size, n->created_at, &source.base);
    fd_close(object.fd);
    return e;
}

static err write_archive(struct export *x)
{
    const struct services *services = x->run->scope->services;
    const struct medium *medium = &x->medium;
    struct archive_writer w;
    archive_writer_begin(&w, x->run->scope->arena, &x->sink, x->parameters->format == EXPORT_ZIP);
    if (!x->parameters->without_dicomdir) {
        struct memory_source source;
        memory_source_init(&source, medium->dicomdir);
        TRY(archive_writer_add(&w, STR("DICOMDIR"), medium->dicomdir.len,
                               x->contents[0]->study.created_at, &source.base));
    }
    for (size_t i = 0; i < medium->files.len; i++) {
        task_run_progress(x->run, (int64_t)i, (int64_t)medium->files.len, "instances");
        TRY(write_object(&w, services->storage, &medium->files.at[i]));
    }
    task_run_progress(x->run, (int64_t)medium->files.len, (int64_t)medium->files.len, "instances");
    return archive_writer_end(&w);
}

/* Ends what was begun in every case. */
static err output_commit(struct export *x, struct task_result *out)
{
    const struct services *services = x->run->scope->services;
    struct arena *a = x->run->scope->arena;
    struct stored_object stored;
    if (x->file != NULL)
        return export_file_commit(services->export_folders, x->file);
    TRY(storage_stage_commit(services->storage, x->stage, &stored));
    out->output_object = str_copy(a, str_make(stored.name, OBJECT_NAME_SIZE));
    out->output_name = name_of(x);
    out->output_type =
        x->parameters->format == EXPORT_ZIP ? STR("application/zip") : STR("application/x-tar");
    out->output_size = (int64_t)stored.size;
    return OK;
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    struct export x = {.run = run, .parameters = parameters};
    struct arena *a = run->scope->arena;
    task_run_stage(run, "looking for what is in the studies");
    TRY(find_studies(&x));
    task_run_stage(run, "writing the archive");
    TRY(output_begin(&x));
    err e = write_archive(&x);
    if (failed(e)) {
        output_abort(&x);
        return e;
    }
    TRY(output_commit(&x, out));
    str where =
        x.parameters->folder.ptr != NULL
            ? str_format(a, ", to %.*s/%.*s", STR_ARG(x.parameters->folder), STR_ARG(name_of(&x)))
            : STR("");
    out->words = str_format(a, "%zu instances of %zu studies were written%.*s", x.instance_count,
                            x.content_count, STR_ARG(where));
    return OK;
}

const struct task_kind export_kind = {
    .name = "export",
    .doc = "Write studies into an archive",
    .parameters = &export_parameters_schema,
    .count_max = 2,
    .attempt_count_max = 5,
    .run = run,
};
