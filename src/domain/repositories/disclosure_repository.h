/* Projects, destinations and reports of tasks: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_DISCLOSURE_REPOSITORY_H
#define DOMAIN_REPOSITORIES_DISCLOSURE_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/disclosure.h"

struct disclosure_reader;
struct disclosure_reader_ops {
    err (*get_project)(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                       uuid id, struct deidentification_project *out);
    err (*all_projects)(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                        struct deidentification_project_slice *out);
    err (*get_patient)(struct disclosure_reader *r, struct arena *a, int64_t project_key, str code,
                       struct deidentified_patient *out);
    err (*get_destination)(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                           uuid id, struct destination *out);
    err (*all_destinations)(struct disclosure_reader *r, struct arena *a, int64_t organization_key,
                            struct destination_slice *out);
    err (*get_report)(struct disclosure_reader *r, struct arena *a, int64_t task_key,
                      struct task_report *out);
};
struct disclosure_reader {
    const struct disclosure_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for another organization. */
static inline err disclosure_reader_get_project(struct disclosure_reader *r, struct arena *a,
                                                int64_t organization_key, uuid id,
                                                struct deidentification_project *out)
{
    return r->ops->get_project(r, a, organization_key, id, out);
}
/* In the order in which they were made. */
static inline err disclosure_reader_all_projects(struct disclosure_reader *r, struct arena *a,
                                                 int64_t organization_key,
                                                 struct deidentification_project_slice *out)
{
    return r->ops->all_projects(r, a, organization_key, out);
}
/* Errors: NOT_FOUND (it has no number yet). */
static inline err disclosure_reader_get_patient(struct disclosure_reader *r, struct arena *a,
                                                int64_t project_key, str code,
                                                struct deidentified_patient *out)
{
    return r->ops->get_patient(r, a, project_key, code, out);
}
/* Errors: NOT_FOUND, also for another organization. */
static inline err disclosure_reader_get_destination(struct disclosure_reader *r, struct arena *a,
                                                    int64_t organization_key, uuid id,
                                                    struct destination *out)
{
    return r->ops->get_destination(r, a, organization_key, id, out);
}
/* In the order in which they were made. */
static inline err disclosure_reader_all_destinations(struct disclosure_reader *r, struct arena *a,
                                                     int64_t organization_key,
                                                     struct destination_slice *out)
{
    return r->ops->all_destinations(r, a, organization_key, out);
}
/* Errors: NOT_FOUND (the task has told nothing yet). */
static inline err disclosure_reader_get_report(struct disclosure_reader *r, struct arena *a,
                                               int64_t task_key, struct task_report *out)
{
    return r->ops->get_report(r, a, task_key, out);
}

struct disclosure_writer;
struct disclosure_writer_ops {
    err (*save_project)(struct disclosure_writer *w, struct deidentification_project *project);
    err (*locate_project)(struct disclosure_writer *w, struct arena *a, int64_t key,
                          struct deidentification_project *out);
    err (*remove_project)(struct disclosure_writer *w, int64_t key);
    err (*add_patient)(struct disclosure_writer *w, struct deidentified_patient *patient);
    err (*save_destination)(struct disclosure_writer *w, struct destination *destination);
    err (*remove_destination)(struct disclosure_writer *w, int64_t key);
    err (*save_report)(struct disclosure_writer *w, struct task_report *report);
};
struct disclosure_writer {
    const struct disclosure_writer_ops *ops;
};
/* A new one (key 0), or one that was there.
 * Errors: CONFLICT (one of that name is there), PRECONDITION_FAILED. */
static inline err disclosure_writer_save_project(struct disclosure_writer *w,
                                                 struct deidentification_project *project)
{
    return w->ops->save_project(w, project);
}
/* As it is now, held until the unit of work ends. Errors: NOT_FOUND. */
static inline err disclosure_writer_locate_project(struct disclosure_writer *w, struct arena *a,
                                                   int64_t key,
                                                   struct deidentification_project *out)
{
    return w->ops->locate_project(w, a, key, out);
}
/* With the numbers of its patients. */
static inline err disclosure_writer_remove_project(struct disclosure_writer *w, int64_t key)
{
    return w->ops->remove_project(w, key);
}
/* Gives it its key. Errors: CONFLICT (it has a number). */
static inline err disclosure_writer_add_patient(struct disclosure_writer *w,
                                                struct deidentified_patient *patient)
{
    return w->ops->add_patient(w, patient);
}
/* A new one (key 0), or one that was there.
 * Errors: CONFLICT (one of that name is there), PRECONDITION_FAILED. */
static inline err disclosure_writer_save_destination(struct disclosure_writer *w,
                                                     struct destination *destination)
{
    return w->ops->save_destination(w, destination);
}
static inline err disclosure_writer_remove_destination(struct disclosure_writer *w, int64_t key)
{
    return w->ops->remove_destination(w, key);
}
/* The first of a task (key 0), or the one that was there.
 * Errors: CONFLICT, PRECONDITION_FAILED. */
static inline err disclosure_writer_save_report(struct disclosure_writer *w,
                                                struct task_report *report)
{
    return w->ops->save_report(w, report);
}

#endif
