/* Non-patient objects. A list of them is asked for as one of images is, at LEVEL_NON_PATIENT. */
#ifndef DOMAIN_REPOSITORIES_NON_PATIENT_REPOSITORY_H
#define DOMAIN_REPOSITORIES_NON_PATIENT_REPOSITORY_H

#include "domain/repositories/image_repository.h"

struct non_patient_reader;
struct non_patient_reader_ops {
    err (*find)(struct non_patient_reader *r, struct arena *a, const struct image_filter *filter,
                struct image_page *out);
    err (*locate)(struct non_patient_reader *r, struct arena *a, int64_t organization_key,
                  enum non_patient_category category, str sop_uid, struct non_patient_object *out);
    err (*blobs)(struct non_patient_reader *r, struct arena *a, int64_t object_key,
                 struct instance_blobs *out);
};
struct non_patient_reader {
    const struct non_patient_reader_ops *ops;
};

/* Of one category, in the order of arrival unless another is asked for.
 * Errors: INVALID (a value that its attribute cannot be matched with). */
static inline err non_patient_reader_find(struct non_patient_reader *r, struct arena *a,
                                          const struct image_filter *filter, struct image_page *out)
{
    return r->ops->find(r, a, filter, out);
}
/* Errors: NOT_FOUND, also for one of another category or organization. */
static inline err non_patient_reader_locate(struct non_patient_reader *r, struct arena *a,
                                            int64_t organization_key,
                                            enum non_patient_category category, str sop_uid,
                                            struct non_patient_object *out)
{
    return r->ops->locate(r, a, organization_key, category, sop_uid, out);
}
/* Errors: NOT_FOUND. */
static inline err non_patient_reader_blobs(struct non_patient_reader *r, struct arena *a,
                                           int64_t object_key, struct instance_blobs *out)
{
    return r->ops->blobs(r, a, object_key, out);
}

struct non_patient_writer;
struct non_patient_writer_ops {
    err (*locate)(struct non_patient_writer *w, struct arena *a, int64_t organization_key,
                  str sop_uid, struct non_patient_object *out);
    err (*add)(struct non_patient_writer *w, struct non_patient_object *object,
               const struct instance_blobs *blobs);
};
struct non_patient_writer {
    const struct non_patient_writer_ops *ops;
};

/* Begins the unit of work, so that nobody else adds one until it ends. Of whatever category; key 0
 * when there is none. */
static inline err non_patient_writer_locate(struct non_patient_writer *w, struct arena *a,
                                            int64_t organization_key, str sop_uid,
                                            struct non_patient_object *out)
{
    return w->ops->locate(w, a, organization_key, sop_uid, out);
}
/* The object and its derived data. Gives key and version 1. Errors: CONFLICT. */
static inline err non_patient_writer_add(struct non_patient_writer *w,
                                         struct non_patient_object *object,
                                         const struct instance_blobs *blobs)
{
    return w->ops->add(w, object, blobs);
}

#endif
