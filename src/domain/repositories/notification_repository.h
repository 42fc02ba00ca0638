/* Notifications: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_NOTIFICATION_REPOSITORY_H
#define DOMAIN_REPOSITORIES_NOTIFICATION_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/notification_settings.h"

struct notification_filter {
    int64_t user_key;
    bool only_unread;
    str kind; /* absent: all */
    uint64_t offset;
    uint32_t limit;
};

struct notification_reader;
struct notification_reader_ops {
    err (*get)(struct notification_reader *r, struct arena *a, int64_t user_key, uuid id,
               struct notification *out);
    err (*find)(struct notification_reader *r, struct arena *a,
                const struct notification_filter *filter, struct notification_slice *out,
                int64_t *total);
    err (*after)(struct notification_reader *r, struct arena *a, int64_t user_key,
                 int64_t after_key, uint32_t limit, struct notification_slice *out);
    err (*count_unread)(struct notification_reader *r, int64_t user_key, int64_t *out);
    err (*newest_key)(struct notification_reader *r, int64_t *out);
    err (*is_told)(struct notification_reader *r, int64_t event_sequence, bool *out);
    err (*get_settings)(struct notification_reader *r, struct arena *a, int64_t user_key,
                        struct notification_settings *out);
    err (*all_settings)(struct notification_reader *r, struct arena *a, int64_t organization_key,
                        struct notification_settings_slice *out);
    err (*next_due)(struct notification_reader *r, int64_t organization_key, int64_t after_user_key,
                    instant now, int64_t *user_key);
};
struct notification_reader {
    const struct notification_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for somebody else's. */
static inline err notification_reader_get(struct notification_reader *r, struct arena *a,
                                          int64_t user_key, uuid id, struct notification *out)
{
    return r->ops->get(r, a, user_key, id, out);
}
/* Newest first. */
static inline err notification_reader_find(struct notification_reader *r, struct arena *a,
                                           const struct notification_filter *filter,
                                           struct notification_slice *out, int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}
/* Those of the receiver behind a key, oldest first. Keys grow in the order of commits. */
static inline err notification_reader_after(struct notification_reader *r, struct arena *a,
                                            int64_t user_key, int64_t after_key, uint32_t limit,
                                            struct notification_slice *out)
{
    return r->ops->after(r, a, user_key, after_key, limit, out);
}
static inline err notification_reader_count_unread(struct notification_reader *r, int64_t user_key,
                                                   int64_t *out)
{
    return r->ops->count_unread(r, user_key, out);
}
/* Of whomever; 0: there is none. */
static inline err notification_reader_newest_key(struct notification_reader *r, int64_t *out)
{
    return r->ops->newest_key(r, out);
}
/* Whether the event has been told to anybody, or waits to be told by mail. */
static inline err notification_reader_is_told(struct notification_reader *r, int64_t event_sequence,
                                              bool *out)
{
    return r->ops->is_told(r, event_sequence, out);
}
/* Errors: NOT_FOUND (they have chosen nothing). */
static inline err notification_reader_get_settings(struct notification_reader *r, struct arena *a,
                                                   int64_t user_key,
                                                   struct notification_settings *out)
{
    return r->ops->get_settings(r, a, user_key, out);
}
/* Of all who have chosen something. */
static inline err notification_reader_all_settings(struct notification_reader *r, struct arena *a,
                                                   int64_t organization_key,
                                                   struct notification_settings_slice *out)
{
    return r->ops->all_settings(r, a, organization_key, out);
}
/* The next receiver with a mail that is due; 0: there is none. */
static inline err notification_reader_next_due(struct notification_reader *r,
                                               int64_t organization_key, int64_t after_user_key,
                                               instant now, int64_t *user_key)
{
    return r->ops->next_due(r, organization_key, after_user_key, now, user_key);
}

struct notification_writer;
struct notification_writer_ops {
    err (*add)(struct notification_writer *w, struct notification *notification);
    err (*mark_read)(struct notification_writer *w, int64_t user_key, int64_t first_key,
                     int64_t last_key, instant now, int64_t *count);
    err (*remove)(struct notification_writer *w, int64_t user_key, int64_t key);
    err (*remove_read)(struct notification_writer *w, int64_t user_key, int64_t *count);
    err (*purge)(struct notification_writer *w, instant made_before, int64_t kept_count,
                 int64_t *count);
    err (*save_settings)(struct notification_writer *w, struct notification_settings *settings);
    err (*add_mail)(struct notification_writer *w, struct notification_mail *mail);
    err (*take_due)(struct notification_writer *w, struct arena *a, int64_t user_key, instant now,
                    struct notification_mail_slice *out);
};
struct notification_writer {
    const struct notification_writer_ops *ops;
};
/* Gives it its key and version 1. Errors: CONFLICT (the receiver has been told of the event). */
static inline err notification_writer_add(struct notification_writer *w,
                                          struct notification *notification)
{
    return w->ops->add(w, notification);
}
/* Those with keys between the two, both included, that were not read yet. */
static inline err notification_writer_mark_read(struct notification_writer *w, int64_t user_key,
                                                int64_t first_key, int64_t last_key, instant now,
                                                int64_t *count)
{
    return w->ops->mark_read(w, user_key, first_key, last_key, now, count);
}
static inline err notification_writer_remove(struct notification_writer *w, int64_t user_key,
                                             int64_t key)
{
    return w->ops->remove(w, user_key, key);
}
static inline err notification_writer_remove_read(struct notification_writer *w, int64_t user_key,
                                                  int64_t *count)
{
    return w->ops->remove_read(w, user_key, count);
}
/* Removes what was made before, and of each receiver all but the newest. */
static inline err notification_writer_purge(struct notification_writer *w, instant made_before,
                                            int64_t kept_count, int64_t *count)
{
    return w->ops->purge(w, made_before, kept_count, count);
}
/* The first ones of a user (key 0), or those that were there. Errors: CONFLICT (somebody else made
 * them), PRECONDITION_FAILED. */
static inline err notification_writer_save_settings(struct notification_writer *w,
                                                    struct notification_settings *settings)
{
    return w->ops->save_settings(w, settings);
}
/* Gives it its key and version 1. Errors: CONFLICT (the receiver has one of that event). */
static inline err notification_writer_add_mail(struct notification_writer *w,
                                               struct notification_mail *mail)
{
    return w->ops->add_mail(w, mail);
}
/* Removes what is due of a receiver and gives it, oldest first; NOTIFICATION_DIGEST_COUNT_MAX at
 * most. */
static inline err notification_writer_take_due(struct notification_writer *w, struct arena *a,
                                               int64_t user_key, instant now,
                                               struct notification_mail_slice *out)
{
    return w->ops->take_due(w, a, user_key, now, out);
}

#endif
