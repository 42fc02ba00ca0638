/* Webhooks in memory. */
#include "infrastructure/memory/memory_session.h"

#include "domain/entities/webhook.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

struct owned_id {
    int64_t organization_key;
    uuid id;
};

static bool is_webhook(const void *row, const void *argument)
{
    const struct webhook *webhook = row;
    const struct owned_id *like = argument;
    return uuid_eq(webhook->id, like->id) && webhook->organization_key == like->organization_key;
}

static err get(struct webhook_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct webhook *out)
{
    return memory_first(SESSION_OF(r, webhook_reader), a, MEMORY_WEBHOOKS, is_webhook,
                        &(struct owned_id){organization_key, id}, out);
}

static err all(struct webhook_reader *r, struct arena *a, int64_t organization_key,
               struct webhook_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, webhook_reader), MEMORY_WEBHOOKS);
    *out = (struct webhook_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct webhook *)rows->at[i])->organization_key == organization_key)
            memory_row_read(a, MEMORY_WEBHOOKS, rows->at[i], SLICE_PUSH(a, out));
    return OK;
}

static bool is_delivery(const void *row, const void *argument)
{
    const struct webhook_delivery *delivery = row;
    const struct owned_id *like = argument;
    return uuid_eq(delivery->id, like->id) && delivery->organization_key == like->organization_key;
}

static err get_delivery(struct webhook_reader *r, struct arena *a, int64_t organization_key,
                        uuid id, struct webhook_delivery *out)
{
    return memory_first(SESSION_OF(r, webhook_reader), a, MEMORY_WEBHOOK_DELIVERIES, is_delivery,
                        &(struct owned_id){organization_key, id}, out);
}

static bool matches(const struct webhook_delivery *d, const struct webhook_delivery_filter *f)
{
    return d->organization_key == f->organization_key && d->webhook_key == f->webhook_key &&
           (!f->state.is_set || (int64_t)d->state == f->state.value) &&
           (f->event_type.ptr == NULL || str_eq(d->event_type, f->event_type));
}

static err find_deliveries(struct webhook_reader *r, struct arena *a,
                           const struct webhook_delivery_filter *f,
                           struct webhook_delivery_slice *out, int64_t *total)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, webhook_reader), MEMORY_WEBHOOK_DELIVERIES);
    *out = (struct webhook_delivery_slice){0};
    *total = 0;
    for (size_t i = rows->len; i-- > 0;) {
        if (!matches(rows->at[i], f))
            continue;
        if ((uint64_t)*total >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_WEBHOOK_DELIVERIES, rows->at[i], SLICE_PUSH(a, out));
        ++*total;
    }
    return OK;
}

static bool waits(const struct memory_rows *deliveries, int64_t webhook_key, instant due_before)
{
    for (size_t i = 0; i < deliveries->len; i++) {
        const struct webhook_delivery *d = deliveries->at[i];
        if (d->webhook_key == webhook_key && d->state == DELIVERY_PENDING &&
            d->next_attempt_at.us < due_before.us)
            return true;
    }
    return false;
}

static err find_waiting(struct webhook_reader *r, struct arena *a, instant due_before,
                        struct webhook_slice *out)
{
    struct memory_session *s = SESSION_OF(r, webhook_reader);
    const struct memory_rows *rows = memory_rows(s, MEMORY_WEBHOOKS);
    *out = (struct webhook_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct webhook *webhook = rows->at[i];
        if (webhook->is_active &&
            waits(memory_rows(s, MEMORY_WEBHOOK_DELIVERIES), webhook->key, due_before))
            memory_row_read(a, MEMORY_WEBHOOKS, webhook, SLICE_PUSH(a, out));
    }
    return OK;
}

static err count_all(struct webhook_reader *r, struct webhook_count *out)
{
    struct memory_session *s = SESSION_OF(r, webhook_reader);
    const struct memory_rows *rows = memory_rows(s, MEMORY_WEBHOOK_DELIVERIES);
    *out = (struct webhook_count){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct webhook_delivery *d = rows->at[i];
        const struct webhook *webhook =
            memory_row_find(memory_rows(s, MEMORY_WEBHOOKS), d->webhook_key);
        if (webhook == NULL || !webhook->is_active)
            continue;
        out->failed += d->state == DELIVERY_FAILED;
        if (d->state != DELIVERY_PENDING)
            continue;
        out->pending++;
        if (out->oldest_at.us == 0 || d->created_at.us < out->oldest_at.us)
            out->oldest_at = d->created_at;
    }
    return OK;
}

const struct webhook_reader_ops memory_webhook_reader_ops = {.get = get,
                                                             .all = all,
                                                             .get_delivery = get_delivery,
                                                             .find_deliveries = find_deliveries,
                                                             .find_waiting = find_waiting,
                                                             .count = count_all};

static struct memory_rows *rows_of(struct webhook_writer *w, enum memory_table table)
{
    return &memory_write(SESSION_OF(w, webhook_writer))->tables[table];
}

static err add(struct webhook_writer *w, struct webhook *webhook)
{
    return memory_insert(SESSION_OF(w, webhook_writer), MEMORY_WEBHOOKS, webhook);
}

static err save(struct webhook_writer *w, struct webhook *webhook)
{
    return memory_update(SESSION_OF(w, webhook_writer), MEMORY_WEBHOOKS, webhook);
}

static err save_progress(struct webhook_writer *w, const struct webhook *webhook)
{
    struct memory_session *s = SESSION_OF(w, webhook_writer);
    const struct webhook *kept = memory_row_find(rows_of(w, MEMORY_WEBHOOKS), webhook->key);
    if (kept == NULL)
        return OK;
    struct webhook changed = *kept;
    changed.is_active = webhook->is_active;
    changed.task_id = webhook->task_id;
    changed.failure_count = webhook->failure_count;
    changed.failing_since = webhook->failing_since;
    changed.next_attempt_at = webhook->next_attempt_at;
    changed.is_slow = webhook->is_slow;
    changed.last_success_at = webhook->last_success_at;
    changed.last_error = webhook->last_error;
    changed.deactivated_reason = webhook->deactivated_reason;
    memory_row_replace(&s->db->arena, rows_of(w, MEMORY_WEBHOOKS),
                       memory_row_make(&s->db->arena, MEMORY_WEBHOOKS, &changed));
    return OK;
}

static err locate_in(struct webhook_writer *w, struct arena *a, enum memory_table table,
                     int64_t key, void *out)
{
    const void *found = memory_row_find(rows_of(w, table), key);
    if (found == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, table, found, out);
    return OK;
}

static err locate(struct webhook_writer *w, struct arena *a, int64_t key, struct webhook *out)
{
    return locate_in(w, a, MEMORY_WEBHOOKS, key, out);
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static bool is_of(const void *row, const void *argument)
{
    return ((const struct webhook_delivery *)row)->webhook_key == *(const int64_t *)argument;
}

static err remove_webhook(struct webhook_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, webhook_writer);
    memory_rows_remove(&s->db->arena, rows_of(w, MEMORY_WEBHOOK_DELIVERIES), is_of, &key);
    memory_rows_remove(&s->db->arena, rows_of(w, MEMORY_WEBHOOKS), has_key, &key);
    return OK;
}

static err add_delivery(struct webhook_writer *w, struct webhook_delivery *delivery)
{
    return memory_insert(SESSION_OF(w, webhook_writer), MEMORY_WEBHOOK_DELIVERIES, delivery);
}

static err save_delivery(struct webhook_writer *w, struct webhook_delivery *delivery)
{
    return memory_update(SESSION_OF(w, webhook_writer), MEMORY_WEBHOOK_DELIVERIES, delivery);
}

static err locate_delivery(struct webhook_writer *w, struct arena *a, int64_t key,
                           struct webhook_delivery *out)
{
    return locate_in(w, a, MEMORY_WEBHOOK_DELIVERIES, key, out);
}

static err first_due(struct webhook_writer *w, struct arena *a, int64_t webhook_key, instant now,
                     struct webhook_delivery *out)
{
    const struct memory_rows *rows = rows_of(w, MEMORY_WEBHOOK_DELIVERIES);
    for (size_t i = 0; i < rows->len; i++) {
        const struct webhook_delivery *d = rows->at[i];
        if (d->webhook_key == webhook_key && d->state == DELIVERY_PENDING &&
            d->next_attempt_at.us <= now.us)
            return locate_in(w, a, MEMORY_WEBHOOK_DELIVERIES, d->key, out);
    }
    return ERR(NOT_FOUND, "not found");
}

static err next_time(struct webhook_writer *w, int64_t webhook_key, instant *out)
{
    const struct memory_rows *rows = rows_of(w, MEMORY_WEBHOOK_DELIVERIES);
    *out = (instant){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct webhook_delivery *d = rows->at[i];
        if (d->webhook_key == webhook_key && d->state == DELIVERY_PENDING &&
            (out->us == 0 || d->next_attempt_at.us < out->us))
            *out = d->next_attempt_at;
    }
    return OK;
}

/* Each that waits, as change has it. */
static err change_waiting(struct webhook_writer *w, int64_t webhook_key, instant now,
                          void (*change)(struct webhook_delivery *d, instant now))
{
    for (size_t i = 0; i < rows_of(w, MEMORY_WEBHOOK_DELIVERIES)->len; i++) {
        struct webhook_delivery d =
            *(const struct webhook_delivery *)rows_of(w, MEMORY_WEBHOOK_DELIVERIES)->at[i];
        if (d.webhook_key != webhook_key || d.state != DELIVERY_PENDING)
            continue;
        change(&d, now);
        TRY(memory_update(SESSION_OF(w, webhook_writer), MEMORY_WEBHOOK_DELIVERIES, &d));
    }
    return OK;
}

static void make_due(struct webhook_delivery *d, instant now)
{
    if (d->next_attempt_at.us > now.us)
        d->next_attempt_at = now;
}

static err resume(struct webhook_writer *w, int64_t webhook_key, instant now)
{
    return change_waiting(w, webhook_key, now, make_due);
}

static void end_late(struct webhook_delivery *d, instant now)
{
    if (d->give_up_at.us > now.us)
        return;
    d->state = DELIVERY_FAILED;
    d->next_attempt_at = (instant){0};
    d->updated_at = now;
    if (d->last_error.ptr == NULL)
        d->last_error = STR("it was not sent within a day");
}

static err give_up(struct webhook_writer *w, int64_t webhook_key, instant now)
{
    return change_waiting(w, webhook_key, now, end_late);
}

struct purging {
    instant made_before;
    uint32_t *left;
};

static bool goes(const void *row, const void *argument)
{
    const struct webhook_delivery *d = row;
    const struct purging *p = argument;
    if (d->state == DELIVERY_PENDING || d->created_at.us >= p->made_before.us || *p->left == 0)
        return false;
    --*p->left;
    return true;
}

static err purge(struct webhook_writer *w, instant made_before, uint32_t limit, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, webhook_writer);
    *count = memory_rows_remove(&s->db->arena, rows_of(w, MEMORY_WEBHOOK_DELIVERIES), goes,
                                &(struct purging){made_before, &limit});
    return OK;
}

const struct webhook_writer_ops memory_webhook_writer_ops = {.add = add,
                                                             .save = save,
                                                             .save_progress = save_progress,
                                                             .locate = locate,
                                                             .remove = remove_webhook,
                                                             .add_delivery = add_delivery,
                                                             .save_delivery = save_delivery,
                                                             .locate_delivery = locate_delivery,
                                                             .first_due = first_due,
                                                             .next_time = next_time,
                                                             .resume = resume,
                                                             .give_up = give_up,
                                                             .purge = purge};
