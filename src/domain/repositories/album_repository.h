/* Albums: reading and writing apart. What is in one is asked with an image_filter. */
#ifndef DOMAIN_REPOSITORIES_ALBUM_REPOSITORY_H
#define DOMAIN_REPOSITORIES_ALBUM_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/access.h"
#include "domain/entities/album.h"

struct album_filter {
    int64_t organization_key;
    /* those of this user, and those that were granted to them or to a group of theirs; 0: all */
    int64_t user_key;
    instant now; /* grants that ended before do not count */
    uint64_t offset;
    uint32_t limit;
};

struct album_reader;
struct album_reader_ops {
    err (*get)(struct album_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct album *out);
    err (*find)(struct album_reader *r, struct arena *a, const struct album_filter *filter,
                struct album_slice *out, int64_t *total);
    err (*is_granted)(struct album_reader *r, const struct access *access, int64_t album_key,
                      bool *out);
};
struct album_reader {
    const struct album_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for another organization. */
static inline err album_reader_get(struct album_reader *r, struct arena *a,
                                   int64_t organization_key, uuid id, struct album *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* Newest first. */
static inline err album_reader_find(struct album_reader *r, struct arena *a,
                                    const struct album_filter *filter, struct album_slice *out,
                                    int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}
/* Whether an access with a limit has a grant on the album itself. */
static inline err album_reader_is_granted(struct album_reader *r, const struct access *access,
                                          int64_t album_key, bool *out)
{
    return r->ops->is_granted(r, access, album_key, out);
}

struct album_writer;
struct album_writer_ops {
    err (*add)(struct album_writer *w, struct album *album);
    err (*save)(struct album_writer *w, struct album *album);
    err (*remove)(struct album_writer *w, int64_t key);
    err (*put_study)(struct album_writer *w, int64_t album_key, int64_t study_key, uuid added_by,
                     instant now);
    err (*take_study)(struct album_writer *w, int64_t album_key, int64_t study_key);
};
struct album_writer {
    const struct album_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err album_writer_add(struct album_writer *w, struct album *album)
{
    return w->ops->add(w, album);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED. */
static inline err album_writer_save(struct album_writer *w, struct album *album)
{
    return w->ops->save(w, album);
}
/* With what is in it and the grants on it; its studies stay where they are. */
static inline err album_writer_remove(struct album_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}
/* Nothing changes when it is there already. */
static inline err album_writer_put_study(struct album_writer *w, int64_t album_key,
                                         int64_t study_key, uuid added_by, instant now)
{
    return w->ops->put_study(w, album_key, study_key, added_by, now);
}
static inline err album_writer_take_study(struct album_writer *w, int64_t album_key,
                                          int64_t study_key)
{
    return w->ops->take_study(w, album_key, study_key);
}

#endif
