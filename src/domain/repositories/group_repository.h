/* Groups and who is in them: reading and writing apart. Members are listed by
 * user_reader_find. */
#ifndef DOMAIN_REPOSITORIES_GROUP_REPOSITORY_H
#define DOMAIN_REPOSITORIES_GROUP_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/user_group.h"

struct group_filter {
    int64_t organization_key;
    str search;       /* part of the name */
    int64_t user_key; /* those it is a member of; 0: all */
    uint64_t offset;
    uint32_t limit;
};

struct group_reader;
struct group_reader_ops {
    err (*get)(struct group_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct user_group *out);
    err (*find)(struct group_reader *r, struct arena *a, const struct group_filter *filter,
                struct user_group_slice *out, int64_t *total);
};
struct group_reader {
    const struct group_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for another organization. */
static inline err group_reader_get(struct group_reader *r, struct arena *a,
                                   int64_t organization_key, uuid id, struct user_group *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* By name. */
static inline err group_reader_find(struct group_reader *r, struct arena *a,
                                    const struct group_filter *filter, struct user_group_slice *out,
                                    int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}

struct group_writer;
struct group_writer_ops {
    err (*add)(struct group_writer *w, struct user_group *group);
    err (*save)(struct group_writer *w, struct user_group *group);
    err (*remove)(struct group_writer *w, int64_t key);
    err (*add_member)(struct group_writer *w, int64_t group_key, int64_t user_key);
    err (*remove_member)(struct group_writer *w, int64_t group_key, int64_t user_key);
    err (*remove_user)(struct group_writer *w, int64_t user_key);
};
struct group_writer {
    const struct group_writer_ops *ops;
};
/* Gives it its key and version 1. Errors: CONFLICT (name taken). */
static inline err group_writer_add(struct group_writer *w, struct user_group *group)
{
    return w->ops->add(w, group);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED, CONFLICT. */
static inline err group_writer_save(struct group_writer *w, struct user_group *group)
{
    return w->ops->save(w, group);
}
/* With all memberships; what was granted to it is for grant_writer_remove_all. */
static inline err group_writer_remove(struct group_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}
/* Nothing happens to who is one already. Errors: CONFLICT (no such group or user). */
static inline err group_writer_add_member(struct group_writer *w, int64_t group_key,
                                          int64_t user_key)
{
    return w->ops->add_member(w, group_key, user_key);
}
/* Errors: NOT_FOUND. */
static inline err group_writer_remove_member(struct group_writer *w, int64_t group_key,
                                             int64_t user_key)
{
    return w->ops->remove_member(w, group_key, user_key);
}
/* From all groups: of somebody who goes. */
static inline err group_writer_remove_user(struct group_writer *w, int64_t user_key)
{
    return w->ops->remove_user(w, user_key);
}

#endif
