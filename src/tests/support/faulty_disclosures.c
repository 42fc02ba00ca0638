/* What leaves, failing. */
#include "tests/support/faulty_parts.h"

static err faulty_get_project(struct disclosure_reader *r, struct arena *a,
                              int64_t organization_key, uuid id,
                              struct deidentification_project *out)
{
    PASS(disclosure_reader, r, "disclosure_reader_get_project");
    return disclosure_reader_get_project(s->inner->readers.disclosures, a, organization_key, id,
                                         out);
}

static err faulty_all_projects(struct disclosure_reader *r, struct arena *a,
                               int64_t organization_key, struct deidentification_project_slice *out)
{
    PASS(disclosure_reader, r, "disclosure_reader_all_projects");
    return disclosure_reader_all_projects(s->inner->readers.disclosures, a, organization_key, out);
}

static err faulty_get_patient(struct disclosure_reader *r, struct arena *a, int64_t project_key,
                              str code, struct deidentified_patient *out)
{
    PASS(disclosure_reader, r, "disclosure_reader_get_patient");
    return disclosure_reader_get_patient(s->inner->readers.disclosures, a, project_key, code, out);
}

static err faulty_get_destination(struct disclosure_reader *r, struct arena *a,
                                  int64_t organization_key, uuid id, struct destination *out)
{
    PASS(disclosure_reader, r, "disclosure_reader_get_destination");
    return disclosure_reader_get_destination(s->inner->readers.disclosures, a, organization_key, id,
                                             out);
}

static err faulty_all_destinations(struct disclosure_reader *r, struct arena *a,
                                   int64_t organization_key, struct destination_slice *out)
{
    PASS(disclosure_reader, r, "disclosure_reader_all_destinations");
    return disclosure_reader_all_destinations(s->inner->readers.disclosures, a, organization_key,
                                              out);
}

static err faulty_get_report(struct disclosure_reader *r, struct arena *a, int64_t task_key,
                             struct task_report *out)
{
    PASS(disclosure_reader, r, "disclosure_reader_get_report");
    return disclosure_reader_get_report(s->inner->readers.disclosures, a, task_key, out);
}

const struct disclosure_reader_ops faulty_disclosure_reader_ops = {
    .get_project = faulty_get_project,
    .all_projects = faulty_all_projects,
    .get_patient = faulty_get_patient,
    .get_destination = faulty_get_destination,
    .all_destinations = faulty_all_destinations,
    .get_report = faulty_get_report,
};

static err faulty_save_project(struct disclosure_writer *w,
                               struct deidentification_project *project)
{
    PASS(disclosure_writer, w, "disclosure_writer_save_project");
    return disclosure_writer_save_project(s->inner->uow.disclosures, project);
}

static err faulty_locate_project(struct disclosure_writer *w, struct arena *a, int64_t key,
                                 struct deidentification_project *out)
{
    PASS(disclosure_writer, w, "disclosure_writer_locate_project");
    return disclosure_writer_locate_project(s->inner->uow.disclosures, a, key, out);
}

static err faulty_remove_project(struct disclosure_writer *w, int64_t key)
{
    PASS(disclosure_writer, w, "disclosure_writer_remove_project");
    return disclosure_writer_remove_project(s->inner->uow.disclosures, key);
}

static err faulty_add_patient(struct disclosure_writer *w, struct deidentified_patient *patient)
{
    PASS(disclosure_writer, w, "disclosure_writer_add_patient");
    return disclosure_writer_add_patient(s->inner->uow.disclosures, patient);
}

static err faulty_save_destination(struct disclosure_writer *w, struct destination *destination)
{
    PASS(disclosure_writer, w, "disclosure_writer_save_destination");
    return disclosure_writer_save_destination(s->inner->uow.disclosures, destination);
}

static err faulty_remove_destination(struct disclosure_writer *w, int64_t key)
{
    PASS(disclosure_writer, w, "disclosure_writer_remove_destination");
    return disclosure_writer_remove_destination(s->inner->uow.disclosures, key);
}

static err faulty_save_report(struct disclosure_writer *w, struct task_report *report)
{
    PASS(disclosure_writer, w, "disclosure_writer_save_report");
    return disclosure_writer_save_report(s->inner->uow.disclosures, report);
}

const struct disclosure_writer_ops faulty_disclosure_writer_ops = {
    .save_project = faulty_save_project,
    .locate_project = faulty_locate_project,
    .remove_project = faulty_remove_project,
    .add_patient = faulty_add_patient,
    .save_destination = faulty_save_destination,
    .remove_destination = faulty_remove_destination,
    .save_report = faulty_save_report,
};
