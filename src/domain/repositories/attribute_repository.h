/* The attributes that are indexed, and the values kept of them. */
#ifndef DOMAIN_REPOSITORIES_ATTRIBUTE_REPOSITORY_H
#define DOMAIN_REPOSITORIES_ATTRIBUTE_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/indexed_attribute.h"
#include "domain/entities/instance.h"

struct attribute_reader;
struct attribute_reader_ops {
    err (*list)(struct attribute_reader *r, struct arena *a, int64_t organization_key,
                struct indexed_attribute_slice *out);
    err (*get)(struct attribute_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct indexed_attribute *out);
    err (*unfinished)(struct attribute_reader *r, struct arena *a,
                      struct indexed_attribute_slice *out);
};
struct attribute_reader {
    const struct attribute_reader_ops *ops;
};

/* Those of the organization that are not removed, in the order in which they were added. */
static inline err attribute_reader_list(struct attribute_reader *r, struct arena *a,
                                        int64_t organization_key,
                                        struct indexed_attribute_slice *out)
{
    return r->ops->list(r, a, organization_key, out);
}
/* Errors: NOT_FOUND, also for another organization and for what is removed. */
static inline err attribute_reader_get(struct attribute_reader *r, struct arena *a,
                                       int64_t organization_key, uuid id,
                                       struct indexed_attribute *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* Of all organizations those that are being built or removed. */
static inline err attribute_reader_unfinished(struct attribute_reader *r, struct arena *a,
                                              struct indexed_attribute_slice *out)
{
    return r->ops->unfinished(r, a, out);
}

/* What is kept of one attribute in one instance. */
struct kept_values {
    int64_t attribute_key;
    struct attribute_value_slice values;
};
SLICE(kept_values);

struct attribute_writer;
struct attribute_writer_ops {
    err (*add)(struct attribute_writer *w, struct indexed_attribute *attribute);
    err (*save)(struct attribute_writer *w, struct indexed_attribute *attribute);
    err (*remove)(struct attribute_writer *w, int64_t key);
    err (*mark_incomplete)(struct attribute_writer *w, int64_t key);
    err (*put)(struct attribute_writer *w, const struct instance *instance,
               const struct kept_values *kept);
    err (*forget)(struct attribute_writer *w, const struct instance *instance);
    err (*discard)(struct attribute_writer *w, int64_t key, uint32_t limit, int64_t *count);
};
struct attribute_writer {
    const struct attribute_writer_ops *ops;
};
/* Gives it its key, which no other ever had, and version 1. Errors: CONFLICT (the organization has
 * that path). */
static inline err attribute_writer_add(struct attribute_writer *w,
                                       struct indexed_attribute *attribute)
{
    return w->ops->add(w, attribute);
}
/* Writes all of it if its version is still the one read, and adds one to it. Errors:
 * PRECONDITION_FAILED, CONFLICT. */
static inline err attribute_writer_save(struct attribute_writer *w,
                                        struct indexed_attribute *attribute)
{
    return w->ops->save(w, attribute);
}
/* The attribute itself; nothing when it is gone already. */
static inline err attribute_writer_remove(struct attribute_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}
/* Sets is_incomplete; its version goes on only when it was not set. */
static inline err attribute_writer_mark_incomplete(struct attribute_writer *w, int64_t key)
{
    return w->ops->mark_incomplete(w, key);
}
/* Keeps values of an instance; those that are kept already stay as they are. They go with the
 * instance. */
static inline err attribute_writer_put(struct attribute_writer *w, const struct instance *instance,
                                       const struct kept_values *kept)
{
    return w->ops->put(w, instance, kept);
}
/* Removes all values of an instance. */
static inline err attribute_writer_forget(struct attribute_writer *w,
                                          const struct instance *instance)
{
    return w->ops->forget(w, instance);
}
/* Removes values of an attribute, limit at most; count 0 when there are none left. */
static inline err attribute_writer_discard(struct attribute_writer *w, int64_t key, uint32_t limit,
                                           int64_t *count)
{
    return w->ops->discard(w, key, limit, count);
}

#endif
