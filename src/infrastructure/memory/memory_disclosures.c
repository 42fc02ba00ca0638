/* Projects, destinations and reports of tasks in memory. */
#include "infrastructure/memory/memory_session.h"

#include "domain/entities/disclosure.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static struct memory_session *of(struct disclosure_reader *r)
{
    return SESSION_OF(r, disclosure_reader);
}

static bool is_project(const void *row, const void *argument)
{
    const struct deidentification_project *p = row, *like = argument;
    return uuid_eq(p->id, like->id) && p->organization_key == like->organization_key;
}

static err get_project(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                       uuid id, struct deidentification_project *out)
{
    const struct deidentification_project like = {.id = id, .organization_key = organization_key};
    return memory_first(of(r), a, MEMORY_DEIDENTIFICATION_PROJECTS, is_project, &like, out);
}

static err all_projects(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                        struct deidentification_project_slice *out)
{
    const struct memory_rows *rows = memory_rows(of(r), MEMORY_DEIDENTIFICATION_PROJECTS);
    *out = (struct deidentification_project_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct deidentification_project *p = rows->at[i];
        if (p->organization_key == organization_key)
            memory_row_read(a, MEMORY_DEIDENTIFICATION_PROJECTS, p, SLICE_PUSH(a, out));
    }
    return OK;
}

static bool is_patient(const void *row, const void *argument)
{
    const struct deidentified_patient *p = row, *like = argument;
    return p->project_key == like->project_key && str_eq(p->code, like->code);
}

static err get_patient(struct disclosure_reader *r, struct arena *a, int64_t project_key, str code,
                       struct deidentified_patient *out)
{
    const struct deidentified_patient like = {.project_key = project_key, .code = code};
    return memory_first(of(r), a, MEMORY_DEIDENTIFIED_PATIENTS, is_patient, &like, out);
}

static bool is_destination(const void *row, const void *argument)
{
    const struct destination *d = row, *like = argument;
    return uuid_eq(d->id, like->id) && d->organization_key == like->organization_key;
}

static err get_destination(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                           uuid id, struct destination *out)
{
    const struct destination like = {.id = id, .organization_key = organization_key};
    return memory_first(of(r), a, MEMORY_DESTINATIONS, is_destination, &like, out);
}

static err all_destinations(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                            struct destination_slice *out)
{
    const struct memory_rows *rows = memory_rows(of(r), MEMORY_DESTINATIONS);
    *out = (struct destination_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct destination *d = rows->at[i];
        if (d->organization_key == organization_key)
            memory_row_read(a, MEMORY_DESTINATIONS, d, SLICE_PUSH(a, out));
    }
    return OK;
}

static bool is_report(const void *row, const void *argument)
{
    return ((const struct task_report *)row)->task_key == *(const int64_t *)argument;
}

static err get_report(struct disclosure_reader *r, struct arena *a, int64_t task_key,
                      struct task_report *out)
{
    return memory_first(of(r), a, MEMORY_TASK_REPORTS, is_report, &task_key, out);
}

const struct disclosure_reader_ops memory_disclosure_reader_ops = {
    .get_project = get_project,
    .all_projects = all_projects,
    .get_patient = get_patient,
    .get_destination = get_destination,
    .all_destinations = all_destinations,
    .get_report = get_report};

static struct memory_session *of_writer(struct disclosure_writer *w)
{
    return SESSION_OF(w, disclosure_writer);
}

static err save_project(struct disclosure_writer *w, struct deidentification_project *project)
{
    return project->key == 0
               ? memory_insert(of_writer(w), MEMORY_DEIDENTIFICATION_PROJECTS, project)
               : memory_update(of_writer(w), MEMORY_DEIDENTIFICATION_PROJECTS, project);
}

static err locate_project(struct disclosure_writer *w, struct arena *a, int64_t key,
                          struct deidentification_project *out)
{
    const void *found =
        memory_row_find(&memory_write(of_writer(w))->tables[MEMORY_DEIDENTIFICATION_PROJECTS], key);
    if (found == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_DEIDENTIFICATION_PROJECTS, found, out);
    return OK;
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static bool is_of_project(const void *row, const void *argument)
{
    return ((const struct deidentified_patient *)row)->project_key == *(const int64_t *)argument;
}

static err remove_project(struct disclosure_writer *w, int64_t key)
{
    struct memory_session *s = of_writer(w);
    struct memory_rows *tables = memory_write(s)->tables;
    memory_rows_remove(&s->db->arena, &tables[MEMORY_DEIDENTIFIED_PATIENTS], is_of_project, &key);
    memory_rows_remove(&s->db->arena, &tables[MEMORY_DEIDENTIFICATION_PROJECTS], has_key, &key);
    return OK;
}

static err add_patient(struct disclosure_writer *w, struct deidentified_patient *patient)
{
    return memory_insert(of_writer(w), MEMORY_DEIDENTIFIED_PATIENTS, patient);
}

static err save_destination(struct disclosure_writer *w, struct destination *destination)
{
    return destination->key == 0 ? memory_insert(of_writer(w), MEMORY_DESTINATIONS, destination)
                                 : memory_update(of_writer(w), MEMORY_DESTINATIONS, destination);
}

static err remove_destination(struct disclosure_writer *w, int64_t key)
{
    struct memory_session *s = of_writer(w);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_DESTINATIONS], has_key, &key);
    return OK;
}

static err save_report(struct disclosure_writer *w, struct task_report *report)
{
    return report->key == 0 ? memory_insert(of_writer(w), MEMORY_TASK_REPORTS, report)
                            : memory_update(of_writer(w), MEMORY_TASK_REPORTS, report);
}

const struct disclosure_writer_ops memory_disclosure_writer_ops = {
    .save_project = save_project,
    .locate_project = locate_project,
    .remove_project = remove_project,
    .add_patient = add_patient,
    .save_destination = save_destination,
    .remove_destination = remove_destination,
    .save_report = save_report};
