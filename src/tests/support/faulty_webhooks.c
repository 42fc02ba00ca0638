/* Webhooks that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_webhook_reader_get(struct webhook_reader *r, struct arena *a,
                                     int64_t organization_key, uuid id, struct webhook *out)
{
    PASS(webhook_reader, r, "webhook_reader_get");
    return webhook_reader_get(s->inner->readers.webhooks, a, organization_key, id, out);
}

static err faulty_webhook_reader_all(struct webhook_reader *r, struct arena *a,
                                     int64_t organization_key, struct webhook_slice *out)
{
    PASS(webhook_reader, r, "webhook_reader_all");
    return webhook_reader_all(s->inner->readers.webhooks, a, organization_key, out);
}

static err faulty_webhook_reader_get_delivery(struct webhook_reader *r, struct arena *a,
                                              int64_t organization_key, uuid id,
                                              struct webhook_delivery *out)
{
    PASS(webhook_reader, r, "webhook_reader_get_delivery");
    return webhook_reader_get_delivery(s->inner->readers.webhooks, a, organization_key, id, out);
}

static err faulty_webhook_reader_find_deliveries(struct webhook_reader *r, struct arena *a,
                                                 const struct webhook_delivery_filter *filter,
                                                 struct webhook_delivery_slice *out, int64_t *total)
{
    PASS(webhook_reader, r, "webhook_reader_find_deliveries");
    return webhook_reader_find_deliveries(s->inner->readers.webhooks, a, filter, out, total);
}

static err faulty_webhook_reader_find_waiting(struct webhook_reader *r, struct arena *a,
                                              instant due_before, struct webhook_slice *out)
{
    PASS(webhook_reader, r, "webhook_reader_find_waiting");
    return webhook_reader_find_waiting(s->inner->readers.webhooks, a, due_before, out);
}

static err faulty_webhook_reader_count(struct webhook_reader *r, struct webhook_count *out)
{
    PASS(webhook_reader, r, "webhook_reader_count");
    return webhook_reader_count(s->inner->readers.webhooks, out);
}

const struct webhook_reader_ops faulty_webhook_reader_ops = {
    .get = faulty_webhook_reader_get,
    .all = faulty_webhook_reader_all,
    .get_delivery = faulty_webhook_reader_get_delivery,
    .find_deliveries = faulty_webhook_reader_find_deliveries,
    .find_waiting = faulty_webhook_reader_find_waiting,
    .count = faulty_webhook_reader_count,
};

static err faulty_webhook_writer_add(struct webhook_writer *w, struct webhook *webhook)
{
    PASS(webhook_writer, w, "webhook_writer_add");
    return webhook_writer_add(s->inner->uow.webhooks, webhook);
}

static err faulty_webhook_writer_save(struct webhook_writer *w, struct webhook *webhook)
{
    PASS(webhook_writer, w, "webhook_writer_save");
    return webhook_writer_save(s->inner->uow.webhooks, webhook);
}

static err faulty_webhook_writer_save_progress(struct webhook_writer *w,
                                               const struct webhook *webhook)
{
    PASS(webhook_writer, w, "webhook_writer_save_progress");
    return webhook_writer_save_progress(s->inner->uow.webhooks, webhook);
}

static err faulty_webhook_writer_locate(struct webhook_writer *w, struct arena *a, int64_t key,
                                        struct webhook *out)
{
    PASS(webhook_writer, w, "webhook_writer_locate");
    return webhook_writer_locate(s->inner->uow.webhooks, a, key, out);
}

static err faulty_webhook_writer_remove(struct webhook_writer *w, int64_t key)
{
    PASS(webhook_writer, w, "webhook_writer_remove");
    return webhook_writer_remove(s->inner->uow.webhooks, key);
}

static err faulty_webhook_writer_add_delivery(struct webhook_writer *w,
                                              struct webhook_delivery *delivery)
{
    PASS(webhook_writer, w, "webhook_writer_add_delivery");
    return webhook_writer_add_delivery(s->inner->uow.webhooks, delivery);
}

static err faulty_webhook_writer_save_delivery(struct webhook_writer *w,
                                               struct webhook_delivery *delivery)
{
    PASS(webhook_writer, w, "webhook_writer_save_delivery");
    return webhook_writer_save_delivery(s->inner->uow.webhooks, delivery);
}

static err faulty_webhook_writer_locate_delivery(struct webhook_writer *w, struct arena *a,
                                                 int64_t key, struct webhook_delivery *out)
{
    PASS(webhook_writer, w, "webhook_writer_locate_delivery");
    return webhook_writer_locate_delivery(s->inner->uow.webhooks, a, key, out);
}

static err faulty_webhook_writer_first_due(struct webhook_writer *w, struct arena *a,
                                           int64_t webhook_key, instant now,
                                           struct webhook_delivery *out)
{
    PASS(webhook_writer, w, "webhook_writer_first_due");
    return webhook_writer_first_due(s->inner->uow.webhooks, a, webhook_key, now, out);
}

static err faulty_webhook_writer_next_time(struct webhook_writer *w, int64_t webhook_key,
                                           instant *out)
{
    PASS(webhook_writer, w, "webhook_writer_next_time");
    return webhook_writer_next_time(s->inner->uow.webhooks, webhook_key, out);
}

static err faulty_webhook_writer_resume(struct webhook_writer *w, int64_t webhook_key, instant now)
{
    PASS(webhook_writer, w, "webhook_writer_resume");
    return webhook_writer_resume(s->inner->uow.webhooks, webhook_key, now);
}

static err faulty_webhook_writer_give_up(struct webhook_writer *w, int64_t webhook_key, instant now)
{
    PASS(webhook_writer, w, "webhook_writer_give_up");
    return webhook_writer_give_up(s->inner->uow.webhooks, webhook_key, now);
}

static err faulty_webhook_writer_purge(struct webhook_writer *w, instant made_before,
                                       uint32_t limit, int64_t *count)
{
    PASS(webhook_writer, w, "webhook_writer_purge");
    return webhook_writer_purge(s->inner->uow.webhooks, made_before, limit, count);
}

const struct webhook_writer_ops faulty_webhook_writer_ops = {
    .add = faulty_webhook_writer_add,
    .save = faulty_webhook_writer_save,
    .save_progress = faulty_webhook_writer_save_progress,
    .locate = faulty_webhook_writer_locate,
    .remove = faulty_webhook_writer_remove,
    .add_delivery = faulty_webhook_writer_add_delivery,
    .save_delivery = faulty_webhook_writer_save_delivery,
    .locate_delivery = faulty_webhook_writer_locate_delivery,
    .first_due = faulty_webhook_writer_first_due,
    .next_time = faulty_webhook_writer_next_time,
    .resume = faulty_webhook_writer_resume,
    .give_up = faulty_webhook_writer_give_up,
    .purge = faulty_webhook_writer_purge,
};
