/* The outbox as those read it who act on its events, how far each of them is, and the studies that
 * are coming in. Events are added through the outbox of core/mediator.h. */
#ifndef DOMAIN_REPOSITORIES_EVENT_REPOSITORY_H
#define DOMAIN_REPOSITORIES_EVENT_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/outbox_event.h"

struct event_reader;
struct event_reader_ops {
    err (*find)(struct event_reader *r, struct arena *a, int64_t after_key, uint32_t limit,
                struct outbox_event_slice *out);
    err (*last_key)(struct event_reader *r, int64_t *out);
    err (*get_position)(struct event_reader *r, str name, int64_t *out);
};
struct event_reader {
    const struct event_reader_ops *ops;
};
/* In their order. */
static inline err event_reader_find(struct event_reader *r, struct arena *a, int64_t after_key,
                                    uint32_t limit, struct outbox_event_slice *out)
{
    return r->ops->find(r, a, after_key, limit, out);
}
/* 0: there is none. */
static inline err event_reader_last_key(struct event_reader *r, int64_t *out)
{
    return r->ops->last_key(r, out);
}
/* Errors: NOT_FOUND (nobody of that name has begun). */
static inline err event_reader_get_position(struct event_reader *r, str name, int64_t *out)
{
    return r->ops->get_position(r, name, out);
}

/* What may go: what all have heard, and is old or not kept any longer than that. */
struct event_purge {
    int64_t up_to_key;
    instant made_before;
    const char *const *brief_types; /* NULL-terminated */
    uint32_t limit;
};

struct event_writer;
struct event_writer_ops {
    err (*begin_position)(struct event_writer *w, str name, int64_t position);
    err (*move_position)(struct event_writer *w, str name, int64_t from, int64_t to);
    err (*purge)(struct event_writer *w, const struct event_purge *purge, int64_t *count);
    err (*note_arrival)(struct event_writer *w, const struct study_arrival *arrival);
    err (*take_arrivals)(struct event_writer *w, struct arena *a, instant quiet_since,
                         uint32_t limit, struct study_arrival_slice *out);
};
struct event_writer {
    const struct event_writer_ops *ops;
};
/* Of one that has none. Errors: CONFLICT. */
static inline err event_writer_begin_position(struct event_writer *w, str name, int64_t position)
{
    return w->ops->begin_position(w, name, position);
}
/* Errors: PRECONDITION_FAILED (it is not at from any more: somebody else was at work). */
static inline err event_writer_move_position(struct event_writer *w, str name, int64_t from,
                                             int64_t to)
{
    return w->ops->move_position(w, name, from, to);
}
/* The oldest first. */
static inline err event_writer_purge(struct event_writer *w, const struct event_purge *purge,
                                     int64_t *count)
{
    return w->ops->purge(w, purge, count);
}
/* Counted onto the row of its study, which is made when there is none. */
static inline err event_writer_note_arrival(struct event_writer *w,
                                            const struct study_arrival *arrival)
{
    return w->ops->note_arrival(w, arrival);
}
/* Removes and gives those to which nothing came since then, the oldest first. */
static inline err event_writer_take_arrivals(struct event_writer *w, struct arena *a,
                                             instant quiet_since, uint32_t limit,
                                             struct study_arrival_slice *out)
{
    return w->ops->take_arrivals(w, a, quiet_since, limit, out);
}

#endif
