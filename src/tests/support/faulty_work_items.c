/* Work items that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_work_item_reader_get(struct work_item_reader *r, struct arena *a,
                                       int64_t organization_key, str uid, struct work_item *out)
{
    PASS(work_item_reader, r, "work_item_reader_get");
    return work_item_reader_get(s->inner->readers.work_items, a, organization_key, uid, out);
}

static err faulty_work_item_reader_find(struct work_item_reader *r, struct arena *a,
                                        const struct work_item_filter *filter,
                                        struct work_item_page *out)
{
    PASS(work_item_reader, r, "work_item_reader_find");
    return work_item_reader_find(s->inner->readers.work_items, a, filter, out);
}

static err faulty_work_item_reader_has_subscriber(struct work_item_reader *r,
                                                  const struct work_item *item, bool *out)
{
    PASS(work_item_reader, r, "work_item_reader_has_subscriber");
    return work_item_reader_has_subscriber(s->inner->readers.work_items, item, out);
}

static err faulty_work_item_reader_find_subscriptions(struct work_item_reader *r, struct arena *a,
                                                      int64_t organization_key,
                                                      enum subscription_scope scope, uint32_t limit,
                                                      struct work_item_subscription_slice *out)
{
    PASS(work_item_reader, r, "work_item_reader_find_subscriptions");
    return work_item_reader_find_subscriptions(s->inner->readers.work_items, a, organization_key,
                                               scope, limit, out);
}

static err faulty_work_item_reader_find_events(struct work_item_reader *r, struct arena *a,
                                               int64_t organization_key, str ae_title,
                                               int64_t after_key, uint32_t limit,
                                               struct work_item_event_slice *out)
{
    PASS(work_item_reader, r, "work_item_reader_find_events");
    return work_item_reader_find_events(s->inner->readers.work_items, a, organization_key, ae_title,
                                        after_key, limit, out);
}

static err faulty_work_item_reader_newest_event(struct work_item_reader *r, int64_t *key)
{
    PASS(work_item_reader, r, "work_item_reader_newest_event");
    return work_item_reader_newest_event(s->inner->readers.work_items, key);
}

const struct work_item_reader_ops faulty_work_item_reader_ops = {
    .get = faulty_work_item_reader_get,
    .find = faulty_work_item_reader_find,
    .has_subscriber = faulty_work_item_reader_has_subscriber,
    .find_subscriptions = faulty_work_item_reader_find_subscriptions,
    .find_events = faulty_work_item_reader_find_events,
    .newest_event = faulty_work_item_reader_newest_event,
};

static err faulty_work_item_writer_get(struct work_item_writer *w, struct arena *a,
                                       int64_t organization_key, str uid, struct work_item *out)
{
    PASS(work_item_writer, w, "work_item_writer_get");
    return work_item_writer_get(s->inner->uow.work_items, a, organization_key, uid, out);
}

static err faulty_work_item_writer_add(struct work_item_writer *w, struct work_item *item)
{
    PASS(work_item_writer, w, "work_item_writer_add");
    return work_item_writer_add(s->inner->uow.work_items, item);
}

static err faulty_work_item_writer_save(struct work_item_writer *w, struct work_item *item)
{
    PASS(work_item_writer, w, "work_item_writer_save");
    return work_item_writer_save(s->inner->uow.work_items, item);
}

static err faulty_work_item_writer_subscribe(struct work_item_writer *w,
                                             const struct work_item_subscription *sub,
                                             bool keeps_own)
{
    PASS(work_item_writer, w, "work_item_writer_subscribe");
    return work_item_writer_subscribe(s->inner->uow.work_items, sub, keeps_own);
}

static err faulty_work_item_writer_unsubscribe_all(struct work_item_writer *w,
                                                   int64_t organization_key, str ae_title,
                                                   int64_t *count)
{
    PASS(work_item_writer, w, "work_item_writer_unsubscribe_all");
    return work_item_writer_unsubscribe_all(s->inner->uow.work_items, organization_key, ae_title,
                                            count);
}

static err faulty_work_item_writer_suspend(struct work_item_writer *w, int64_t organization_key,
                                           str ae_title, enum subscription_scope scope, instant now,
                                           int64_t *count)
{
    PASS(work_item_writer, w, "work_item_writer_suspend");
    return work_item_writer_suspend(s->inner->uow.work_items, organization_key, ae_title, scope,
                                    now, count);
}

static err faulty_work_item_writer_tell(struct work_item_writer *w, const struct work_item *item,
                                        const struct work_item_event *event)
{
    PASS(work_item_writer, w, "work_item_writer_tell");
    return work_item_writer_tell(s->inner->uow.work_items, item, event);
}

static err faulty_work_item_writer_tell_one(struct work_item_writer *w,
                                            const struct work_item_event *event)
{
    PASS(work_item_writer, w, "work_item_writer_tell_one");
    return work_item_writer_tell_one(s->inner->uow.work_items, event);
}

static err faulty_work_item_writer_tell_states(struct work_item_writer *w, int64_t organization_key,
                                               str ae_title, instant now)
{
    PASS(work_item_writer, w, "work_item_writer_tell_states");
    return work_item_writer_tell_states(s->inner->uow.work_items, organization_key, ae_title, now);
}

static err faulty_work_item_writer_tell_status(struct work_item_writer *w,
                                               const struct work_item_event *event)
{
    PASS(work_item_writer, w, "work_item_writer_tell_status");
    return work_item_writer_tell_status(s->inner->uow.work_items, event);
}

static err faulty_work_item_writer_purge(struct work_item_writer *w, instant ended_before,
                                         instant told_before, uint32_t limit, int64_t *item_count)
{
    PASS(work_item_writer, w, "work_item_writer_purge");
    return work_item_writer_purge(s->inner->uow.work_items, ended_before, told_before, limit,
                                  item_count);
}

const struct work_item_writer_ops faulty_work_item_writer_ops = {
    .get = faulty_work_item_writer_get,
    .add = faulty_work_item_writer_add,
    .save = faulty_work_item_writer_save,
    .subscribe = faulty_work_item_writer_subscribe,
    .unsubscribe_all = faulty_work_item_writer_unsubscribe_all,
    .suspend = faulty_work_item_writer_suspend,
    .tell = faulty_work_item_writer_tell,
    .tell_one = faulty_work_item_writer_tell_one,
    .tell_states = faulty_work_item_writer_tell_states,
    .tell_status = faulty_work_item_writer_tell_status,
    .purge = faulty_work_item_writer_purge,
};
