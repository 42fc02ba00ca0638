/* Work items, who is told of them, and what is to be told: reading and writing apart. All of it
 * inside an organization. */
#ifndef DOMAIN_REPOSITORIES_WORK_ITEM_REPOSITORY_H
#define DOMAIN_REPOSITORIES_WORK_ITEM_REPOSITORY_H

#include "domain/entities/work_item_match.h"

/* Of the conditions those with a column are answered; the other ones are the caller's. */
struct work_item_filter {
    int64_t organization_key;
    struct work_item_condition_slice conditions;
    uint64_t offset;
    uint32_t limit;
    size_t size_max;  /* bytes of data sets: the page ends behind them */
    bool wants_total; /* else it is -1 */
};
struct work_item_page {
    struct work_item_slice items; /* by scheduled start, then as they were made */
    int64_t total;
    bool more;
};

/* The condition is answered by the database, to the full. */
static inline bool work_item_condition_is_of_column(const struct work_item_condition *c)
{
    return c->column != NULL && c->kind != WORK_ITEM_NAME_WORDS;
}

struct work_item_reader;
struct work_item_reader_ops {
    err (*get)(struct work_item_reader *r, struct arena *a, int64_t organization_key, str uid,
               struct work_item *out);
    err (*find)(struct work_item_reader *r, struct arena *a, const struct work_item_filter *filter,
                struct work_item_page *out);
    err (*has_subscriber)(struct work_item_reader *r, const struct work_item *item, bool *out);
    err (*find_subscriptions)(struct work_item_reader *r, struct arena *a, int64_t organization_key,
                              enum subscription_scope scope, uint32_t limit,
                              struct work_item_subscription_slice *out);
    err (*find_events)(struct work_item_reader *r, struct arena *a, int64_t organization_key,
                       str ae_title, int64_t after_key, uint32_t limit,
                       struct work_item_event_slice *out);
    err (*newest_event)(struct work_item_reader *r, int64_t *key);
};
struct work_item_reader {
    const struct work_item_reader_ops *ops;
};
/* Errors: NOT_FOUND. */
static inline err work_item_reader_get(struct work_item_reader *r, struct arena *a,
                                       int64_t organization_key, str uid, struct work_item *out)
{
    return r->ops->get(r, a, organization_key, uid, out);
}
static inline err work_item_reader_find(struct work_item_reader *r, struct arena *a,
                                        const struct work_item_filter *filter,
                                        struct work_item_page *out)
{
    return r->ops->find(r, a, filter, out);
}
/* Somebody is told of what happens to it. */
static inline err work_item_reader_has_subscriber(struct work_item_reader *r,
                                                  const struct work_item *item, bool *out)
{
    return r->ops->has_subscriber(r, item, out);
}
/* Of organization 0: of all of them. In the order they were made. */
static inline err work_item_reader_find_subscriptions(struct work_item_reader *r, struct arena *a,
                                                      int64_t organization_key,
                                                      enum subscription_scope scope, uint32_t limit,
                                                      struct work_item_subscription_slice *out)
{
    return r->ops->find_subscriptions(r, a, organization_key, scope, limit, out);
}
/* Behind after_key, in the order of keys. */
static inline err work_item_reader_find_events(struct work_item_reader *r, struct arena *a,
                                               int64_t organization_key, str ae_title,
                                               int64_t after_key, uint32_t limit,
                                               struct work_item_event_slice *out)
{
    return r->ops->find_events(r, a, organization_key, ae_title, after_key, limit, out);
}
/* The key of the newest of all organizations; 0: there is none. */
static inline err work_item_reader_newest_event(struct work_item_reader *r, int64_t *key)
{
    return r->ops->newest_event(r, key);
}

struct work_item_writer;
struct work_item_writer_ops {
    err (*get)(struct work_item_writer *w, struct arena *a, int64_t organization_key, str uid,
               struct work_item *out);
    err (*add)(struct work_item_writer *w, struct work_item *item);
    err (*save)(struct work_item_writer *w, struct work_item *item);
    err (*subscribe)(struct work_item_writer *w, const struct work_item_subscription *s,
                     bool keeps_own);
    err (*unsubscribe_all)(struct work_item_writer *w, int64_t organization_key, str ae_title,
                           int64_t *count);
    err (*suspend)(struct work_item_writer *w, int64_t organization_key, str ae_title,
                   enum subscription_scope scope, instant now, int64_t *count);
    err (*tell)(struct work_item_writer *w, const struct work_item *item,
                const struct work_item_event *event);
    err (*tell_one)(struct work_item_writer *w, const struct work_item_event *event);
    err (*tell_states)(struct work_item_writer *w, int64_t organization_key, str ae_title,
                       instant now);
    err (*tell_status)(struct work_item_writer *w, const struct work_item_event *event);
    err (*purge)(struct work_item_writer *w, instant ended_before, instant told_before,
                 uint32_t limit, int64_t *item_count);
};
struct work_item_writer {
    const struct work_item_writer_ops *ops;
};
/* To change it: nobody else does until the unit of work ends. Errors: NOT_FOUND. */
static inline err work_item_writer_get(struct work_item_writer *w, struct arena *a,
                                       int64_t organization_key, str uid, struct work_item *out)
{
    return w->ops->get(w, a, organization_key, uid, out);
}
/* Gives it its key and version 1. Errors: CONFLICT (the UID is taken). */
static inline err work_item_writer_add(struct work_item_writer *w, struct work_item *item)
{
    return w->ops->add(w, item);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED. */
static inline err work_item_writer_save(struct work_item_writer *w, struct work_item *item)
{
    return w->ops->save(w, item);
}
/* In place of one that the AE has of the same scope and item; with keeps_own only of one that was
 * given up. A global one makes up for those of single items that were given up. */
static inline err work_item_writer_subscribe(struct work_item_writer *w,
                                             const struct work_item_subscription *s, bool keeps_own)
{
    return w->ops->subscribe(w, s, keeps_own);
}
/* Every one of the AE. */
static inline err work_item_writer_unsubscribe_all(struct work_item_writer *w,
                                                   int64_t organization_key, str ae_title,
                                                   int64_t *count)
{
    return w->ops->unsubscribe_all(w, organization_key, ae_title, count);
}
/* A global or filtered one is of nothing that is made from now on. *count: 0 when there is none. */
static inline err work_item_writer_suspend(struct work_item_writer *w, int64_t organization_key,
                                           str ae_title, enum subscription_scope scope, instant now,
                                           int64_t *count)
{
    return w->ops->suspend(w, organization_key, ae_title, scope, now, count);
}
/* An event of the item for everybody who has subscribed to it; event->ae_title is not looked at. */
static inline err work_item_writer_tell(struct work_item_writer *w, const struct work_item *item,
                                        const struct work_item_event *event)
{
    return w->ops->tell(w, item, event);
}
static inline err work_item_writer_tell_one(struct work_item_writer *w,
                                            const struct work_item_event *event)
{
    return w->ops->tell_one(w, event);
}
/* State reports of all items, in the order they were made. */
static inline err work_item_writer_tell_states(struct work_item_writer *w, int64_t organization_key,
                                               str ae_title, instant now)
{
    return w->ops->tell_states(w, organization_key, ae_title, now);
}
/* To every AE with a subscription, of every organization; those of event are not looked at. */
static inline err work_item_writer_tell_status(struct work_item_writer *w,
                                               const struct work_item_event *event)
{
    return w->ops->tell_status(w, event);
}
/* Removes items that ended before and have no deletion lock, limit at most, with the subscriptions
 * to them; and events that were told before. */
static inline err work_item_writer_purge(struct work_item_writer *w, instant ended_before,
                                         instant told_before, uint32_t limit, int64_t *item_count)
{
    return w->ops->purge(w, ended_before, told_before, limit, item_count);
}

#endif
