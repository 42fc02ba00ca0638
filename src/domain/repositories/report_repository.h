/* Reports, their versions, locks and critical findings, and the templates they begin with. */
#ifndef DOMAIN_REPOSITORIES_REPORT_REPOSITORY_H
#define DOMAIN_REPOSITORIES_REPORT_REPOSITORY_H

#include "base/err.h"
#include "core/searchable_query.h"
#include "domain/entities/access.h"
#include "domain/entities/report.h"

/* Reports of studies in the trash are not there. */
struct report_filter {
    struct access access;       /* to the studies */
    bool shows_drafts;          /* reports that are for those who write, too */
    uuid study_id;              /* unset: of all studies */
    uuid author_id;             /* unset: of everybody */
    opt_i64 state;              /* enum report_state */
    bool only_critical;         /* with a finding that nobody has acknowledged */
    str search;                 /* words, all of which are in what it says */
    struct sort_key_slice sort; /* among created_at, updated_at, signed_at, state, title */
    uint64_t offset;
    uint32_t limit;
};

struct report_reader;
struct report_reader_ops {
    err (*get)(struct report_reader *r, struct arena *a, const struct access *access,
               bool shows_drafts, uuid id, struct report *out);
    err (*get_by_key)(struct report_reader *r, struct arena *a, int64_t key, struct report *out);
    err (*find)(struct report_reader *r, struct arena *a, const struct report_filter *filter,
                struct report_slice *out, int64_t *total);
    err (*get_version)(struct report_reader *r, struct arena *a, int64_t report_key, int64_t number,
                       struct report_version *out);
    err (*get_version_by_code)(struct report_reader *r, struct arena *a, str code,
                               struct report_version *out);
    err (*find_versions)(struct report_reader *r, struct arena *a, int64_t report_key,
                         struct report_version_slice *out);
    err (*get_lock)(struct report_reader *r, struct arena *a, int64_t report_key,
                    struct report_lock *out);
    err (*get_critical)(struct report_reader *r, struct arena *a, int64_t report_key,
                        struct critical_result *out);
    err (*find_due)(struct report_reader *r, struct arena *a, instant now, uint32_t limit,
                    struct critical_result_slice *out);
};
struct report_reader {
    const struct report_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for what is not within the access, for a draft unless it is shown, and
 * when the study is in the trash. */
static inline err report_reader_get(struct report_reader *r, struct arena *a,
                                    const struct access *access, bool shows_drafts, uuid id,
                                    struct report *out)
{
    return r->ops->get(r, a, access, shows_drafts, id, out);
}
/* Of any organization, for what the program does itself. Errors: NOT_FOUND. */
static inline err report_reader_get_by_key(struct report_reader *r, struct arena *a, int64_t key,
                                           struct report *out)
{
    return r->ops->get_by_key(r, a, key, out);
}
static inline err report_reader_find(struct report_reader *r, struct arena *a,
                                     const struct report_filter *filter, struct report_slice *out,
                                     int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}
/* Errors: NOT_FOUND. */
static inline err report_reader_get_version(struct report_reader *r, struct arena *a,
                                            int64_t report_key, int64_t number,
                                            struct report_version *out)
{
    return r->ops->get_version(r, a, report_key, number, out);
}
/* Of any organization, for whoever has the code. Errors: NOT_FOUND. */
static inline err report_reader_get_version_by_code(struct report_reader *r, struct arena *a,
                                                    str code, struct report_version *out)
{
    return r->ops->get_version_by_code(r, a, code, out);
}
/* By number. */
static inline err report_reader_find_versions(struct report_reader *r, struct arena *a,
                                              int64_t report_key, struct report_version_slice *out)
{
    return r->ops->find_versions(r, a, report_key, out);
}
/* Also one that has ended. Errors: NOT_FOUND. */
static inline err report_reader_get_lock(struct report_reader *r, struct arena *a,
                                         int64_t report_key, struct report_lock *out)
{
    return r->ops->get_lock(r, a, report_key, out);
}
/* The one told of last. Errors: NOT_FOUND. */
static inline err report_reader_get_critical(struct report_reader *r, struct arena *a,
                                             int64_t report_key, struct critical_result *out)
{
    return r->ops->get_critical(r, a, report_key, out);
}
/* Of all organizations, those that nobody has acknowledged in time; the longest due first. */
static inline err report_reader_find_due(struct report_reader *r, struct arena *a, instant now,
                                         uint32_t limit, struct critical_result_slice *out)
{
    return r->ops->find_due(r, a, now, limit, out);
}

struct report_writer;
struct report_writer_ops {
    err (*add)(struct report_writer *w, struct report *report);
    err (*save)(struct report_writer *w, struct report *report);
    err (*add_version)(struct report_writer *w, struct report_version *version);
    err (*save_version)(struct report_writer *w, struct report_version *version);
    err (*remove_version)(struct report_writer *w, int64_t key);
    err (*locate_lock)(struct report_writer *w, struct arena *a, int64_t report_key,
                       struct report_lock *out);
    err (*put_lock)(struct report_writer *w, struct report_lock *lock);
    err (*remove_lock)(struct report_writer *w, int64_t report_key);
    err (*add_critical)(struct report_writer *w, struct critical_result *critical);
    err (*save_critical)(struct report_writer *w, struct critical_result *critical);
};
struct report_writer {
    const struct report_writer_ops *ops;
};
/* The adds give key and version 1. */
static inline err report_writer_add(struct report_writer *w, struct report *report)
{
    return w->ops->add(w, report);
}
/* Errors: PRECONDITION_FAILED. */
static inline err report_writer_save(struct report_writer *w, struct report *report)
{
    return w->ops->save(w, report);
}
/* Errors: CONFLICT (the report has one of that number). */
static inline err report_writer_add_version(struct report_writer *w, struct report_version *version)
{
    return w->ops->add_version(w, version);
}
/* Once it is signed it stays as it is. Errors: CONFLICT (it is signed), PRECONDITION_FAILED. */
static inline err report_writer_save_version(struct report_writer *w,
                                             struct report_version *version)
{
    return w->ops->save_version(w, version);
}
/* One that was never signed. Errors: CONFLICT (it is). */
static inline err report_writer_remove_version(struct report_writer *w, int64_t key)
{
    return w->ops->remove_version(w, key);
}
/* Begins the unit of work, so that nobody else takes the lock until it ends; key 0 when there is
 * none. */
static inline err report_writer_locate_lock(struct report_writer *w, struct arena *a,
                                            int64_t report_key, struct report_lock *out)
{
    return w->ops->locate_lock(w, a, report_key, out);
}
/* Adds it when its key is 0, else saves it. */
static inline err report_writer_put_lock(struct report_writer *w, struct report_lock *lock)
{
    return w->ops->put_lock(w, lock);
}
/* Nothing changes where there is none. */
static inline err report_writer_remove_lock(struct report_writer *w, int64_t report_key)
{
    return w->ops->remove_lock(w, report_key);
}
static inline err report_writer_add_critical(struct report_writer *w,
                                             struct critical_result *critical)
{
    return w->ops->add_critical(w, critical);
}
/* Errors: PRECONDITION_FAILED. */
static inline err report_writer_save_critical(struct report_writer *w,
                                              struct critical_result *critical)
{
    return w->ops->save_critical(w, critical);
}

struct report_template_filter {
    int64_t organization_key;
    str modality, body_part, language; /* absent: all */
    str search;                        /* in its name or procedure */
    uint64_t offset;
    uint32_t limit;
};

struct report_template_reader;
struct report_template_reader_ops {
    err (*get)(struct report_template_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct report_template *out);
    err (*find)(struct report_template_reader *r, struct arena *a,
                const struct report_template_filter *filter, struct report_template_slice *out,
                int64_t *total);
};
struct report_template_reader {
    const struct report_template_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for another organization. */
static inline err report_template_reader_get(struct report_template_reader *r, struct arena *a,
                                             int64_t organization_key, uuid id,
                                             struct report_template *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* By name. */
static inline err report_template_reader_find(struct report_template_reader *r, struct arena *a,
                                              const struct report_template_filter *filter,
                                              struct report_template_slice *out, int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}

struct report_template_writer;
struct report_template_writer_ops {
    err (*add)(struct report_template_writer *w, struct report_template *object);
    err (*save)(struct report_template_writer *w, struct report_template *object);
    err (*remove)(struct report_template_writer *w, int64_t key);
};
struct report_template_writer {
    const struct report_template_writer_ops *ops;
};
/* Errors: CONFLICT (the organization has one of that name and language). */
static inline err report_template_writer_add(struct report_template_writer *w,
                                             struct report_template *object)
{
    return w->ops->add(w, object);
}
/* Errors: PRECONDITION_FAILED, CONFLICT (as add's). */
static inline err report_template_writer_save(struct report_template_writer *w,
                                              struct report_template *object)
{
    return w->ops->save(w, object);
}
/* Reports that began with it stay as they are. */
static inline err report_template_writer_remove(struct report_template_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}

#endif
