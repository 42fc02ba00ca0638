/* Projects, destinations and reports of tasks on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static struct sql_session *of(struct disclosure_reader *r)
{
    return SESSION_OF(r, disclosure_reader);
}

static err get_project(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                       uuid id, struct deidentification_project *out)
{
    return entity_get(of(r), a, &deidentification_project_schema, organization_key, id, out);
}

static err get_destination(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                           uuid id, struct destination *out)
{
    return entity_get(of(r), a, &destination_schema, organization_key, id, out);
}

static err select_by(struct disclosure_reader *r, struct arena *a, const struct schema *schema,
                     const char *where, int64_t value, struct statement *s)
{
    struct sql_connection *c;
    TRY(sql_session_read(of(r), &c));
    TRY(entity_select(c, a, schema, where, s));
    statement_bind_i64(s, 1, value);
    return OK;
}

static err all_projects(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                        struct deidentification_project_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(select_by(r, a, &deidentification_project_schema,
                  "WHERE organization_key = ?1 ORDER BY key", organization_key, &s));
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &deidentification_project_schema, &rows));
    *out = (struct deidentification_project_slice){rows.at, rows.len};
    return OK;
}

static err all_destinations(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                            struct destination_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(select_by(r, a, &destination_schema, "WHERE organization_key = ?1 ORDER BY key",
                  organization_key, &s));
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &destination_schema, &rows));
    *out = (struct destination_slice){rows.at, rows.len};
    return OK;
}

static err get_patient(struct disclosure_reader *r, struct arena *a, int64_t project_key, str code,
                       struct deidentified_patient *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(select_by(r, a, &deidentified_patient_schema, "WHERE project_key = ?1 AND code = ?2",
                  project_key, &s));
    statement_bind_str(&s, 2, code);
    return entity_read_row(&s, a, &deidentified_patient_schema, out);
}

static err get_report(struct disclosure_reader *r, struct arena *a, int64_t task_key,
                      struct task_report *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(select_by(r, a, &task_report_schema, "WHERE task_key = ?1", task_key, &s));
    return entity_read_row(&s, a, &task_report_schema, out);
}

const struct disclosure_reader_ops sql_disclosure_reader_ops = {.get_project = get_project,
                                                                .all_projects = all_projects,
                                                                .get_patient = get_patient,
                                                                .get_destination = get_destination,
                                                                .all_destinations =
                                                                    all_destinations,
                                                                .get_report = get_report};

static struct sql_session *of_writer(struct disclosure_writer *w)
{
    return SESSION_OF(w, disclosure_writer);
}

static err save_project(struct disclosure_writer *w, struct deidentification_project *project)
{
    return project->key == 0
               ? entity_insert(of_writer(w), &deidentification_project_schema, project)
               : entity_update(of_writer(w), &deidentification_project_schema, project);
}

static err locate_project(struct disclosure_writer *w, struct arena *a, int64_t key,
                          struct deidentification_project *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(of_writer(w), &c));
    TRY(entity_select(c, a, &deidentification_project_schema, "WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return entity_read_row(&s, a, &deidentification_project_schema, out);
}

static err remove_project(struct disclosure_writer *w, int64_t key)
{
    int64_t count;
    TRY(sql_session_run(of_writer(w), "DELETE FROM deidentified_patients WHERE project_key = ?1",
                        &key, 1, &count));
    return sql_session_run(of_writer(w), "DELETE FROM deidentification_projects WHERE key = ?1",
                           &key, 1, &count);
}

static err add_patient(struct disclosure_writer *w, struct deidentified_patient *patient)
{
    return entity_insert(of_writer(w), &deidentified_patient_schema, patient);
}

static err save_destination(struct disclosure_writer *w, struct destination *destination)
{
    return destination->key == 0 ? entity_insert(of_writer(w), &destination_schema, destination)
                                 : entity_update(of_writer(w), &destination_schema, destination);
}

static err remove_destination(struct disclosure_writer *w, int64_t key)
{
    int64_t count;
    return sql_session_run(of_writer(w), "DELETE FROM destinations WHERE key = ?1", &key, 1,
                           &count);
}

static err save_report(struct disclosure_writer *w, struct task_report *report)
{
    return report->key == 0 ? entity_insert(of_writer(w), &task_report_schema, report)
                            : entity_update(of_writer(w), &task_report_schema, report);
}

const struct disclosure_writer_ops sql_disclosure_writer_ops = {
    .save_project = save_project,
    .locate_project = locate_project,
    .remove_project = remove_project,
    .add_patient = add_patient,
    .save_destination = save_destination,
    .remove_destination = remove_destination,
    .save_report = save_report};
