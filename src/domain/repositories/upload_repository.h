/* Uploads, their parts and what became of their files: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_UPLOAD_REPOSITORY_H
#define DOMAIN_REPOSITORIES_UPLOAD_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/upload.h"

struct upload_filter {
    int64_t organization_key;
    uuid owner_id;
    opt_i64 state; /* an enum upload_state */
    uint64_t offset;
    uint32_t limit;
};

struct upload_reader;
struct upload_reader_ops {
    err (*get)(struct upload_reader *r, struct arena *a, int64_t organization_key, uuid owner_id,
               uuid id, struct upload *out);
    err (*find)(struct upload_reader *r, struct arena *a, const struct upload_filter *filter,
                struct upload_slice *out, int64_t *total);
    err (*parts)(struct upload_reader *r, struct arena *a, int64_t upload_key, int64_t after,
                 uint32_t limit, struct upload_part_slice *out);
    err (*files)(struct upload_reader *r, struct arena *a, int64_t upload_key, uint64_t offset,
                 uint32_t limit, struct upload_file_slice *out, int64_t *total);
};
struct upload_reader {
    const struct upload_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for somebody else's. */
static inline err upload_reader_get(struct upload_reader *r, struct arena *a,
                                    int64_t organization_key, uuid owner_id, uuid id,
                                    struct upload *out)
{
    return r->ops->get(r, a, organization_key, owner_id, id, out);
}
/* The newest first. */
static inline err upload_reader_find(struct upload_reader *r, struct arena *a,
                                     const struct upload_filter *filter, struct upload_slice *out,
                                     int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}
/* In the order of their numbers, those behind after. */
static inline err upload_reader_parts(struct upload_reader *r, struct arena *a, int64_t upload_key,
                                      int64_t after, uint32_t limit, struct upload_part_slice *out)
{
    return r->ops->parts(r, a, upload_key, after, limit, out);
}
/* In the order of their numbers. */
static inline err upload_reader_files(struct upload_reader *r, struct arena *a, int64_t upload_key,
                                      uint64_t offset, uint32_t limit,
                                      struct upload_file_slice *out, int64_t *total)
{
    return r->ops->files(r, a, upload_key, offset, limit, out, total);
}

struct upload_writer;
struct upload_writer_ops {
    err (*add)(struct upload_writer *w, struct upload *upload);
    err (*save)(struct upload_writer *w, struct upload *upload);
    err (*put_part)(struct upload_writer *w, struct upload_part *part, opt_i64 *replaced_size);
    err (*add_file)(struct upload_writer *w, struct upload_file *file);
    err (*remove_parts)(struct upload_writer *w, int64_t upload_key);
    err (*remove)(struct upload_writer *w, int64_t upload_key);
    err (*purge)(struct upload_writer *w, instant now, int64_t *count);
};
struct upload_writer {
    const struct upload_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err upload_writer_add(struct upload_writer *w, struct upload *upload)
{
    return w->ops->add(w, upload);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED. */
static inline err upload_writer_save(struct upload_writer *w, struct upload *upload)
{
    return w->ops->save(w, upload);
}
/* In the place of the one of that number, if there is one: then *replaced_size is its size. Gives
 * it its key. */
static inline err upload_writer_put_part(struct upload_writer *w, struct upload_part *part,
                                         opt_i64 *replaced_size)
{
    return w->ops->put_part(w, part, replaced_size);
}
/* Gives it its key. Errors: CONFLICT (there is one of that number). */
static inline err upload_writer_add_file(struct upload_writer *w, struct upload_file *file)
{
    return w->ops->add_file(w, file);
}
/* Then nothing refers to their objects any more. */
static inline err upload_writer_remove_parts(struct upload_writer *w, int64_t upload_key)
{
    return w->ops->remove_parts(w, upload_key);
}
/* With all that belongs to it. */
static inline err upload_writer_remove(struct upload_writer *w, int64_t upload_key)
{
    return w->ops->remove(w, upload_key);
}
/* Removes what expired and is not being worked on. */
static inline err upload_writer_purge(struct upload_writer *w, instant now, int64_t *count)
{
    return w->ops->purge(w, now, count);
}

#endif
