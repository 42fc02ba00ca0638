/* Work items in memory. */
#include "base/arena.h"
#include "infrastructure/memory/memory_session.h"

#include <stdlib.h>

static struct memory_session *of_reader(struct work_item_reader *r)
{
    return container_of(r, struct memory_session, base.repositories.work_item_reader);
}

static struct memory_session *of_writer(struct work_item_writer *w)
{
    return container_of(w, struct memory_session, base.repositories.work_item_writer);
}

static bool has_uid(const void *row, const void *argument)
{
    const struct work_item *item = row, *like = argument;
    return item->organization_key == like->organization_key &&
           str_eq(item->sop_instance_uid, like->sop_instance_uid);
}

static err get(struct work_item_reader *r, struct arena *a, int64_t organization_key, str uid,
               struct work_item *out)
{
    const struct work_item like = {.organization_key = organization_key, .sop_instance_uid = uid};
    return memory_first(of_reader(r), a, MEMORY_WORK_ITEMS, has_uid, &like, out);
}

static err get_to_change(struct work_item_writer *w, struct arena *a, int64_t organization_key,
                         str uid, struct work_item *out)
{
    struct memory_session *s = of_writer(w);
    const struct work_item like = {.organization_key = organization_key, .sop_instance_uid = uid};
    (void)memory_write(s);
    return memory_first(s, a, MEMORY_WORK_ITEMS, has_uid, &like, out);
}

static bool is_found(const struct work_item *item, const struct work_item_filter *f)
{
    for (size_t i = 0; i < f->conditions.len; i++)
        if (work_item_condition_is_of_column(&f->conditions.at[i]) &&
            !work_item_column_holds(&f->conditions.at[i], item))
            return false;
    return item->organization_key == f->organization_key;
}

static int compare_starts(const void *one, const void *other)
{
    const struct work_item *a = *(const struct work_item *const *)one,
                           *b = *(const struct work_item *const *)other;
    if (a->scheduled_start_at.us != b->scheduled_start_at.us)
        return a->scheduled_start_at.us < b->scheduled_start_at.us ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

static err find(struct work_item_reader *r, struct arena *a, const struct work_item_filter *f,
                struct work_item_page *out)
{
    const struct memory_rows *rows = memory_rows(of_reader(r), MEMORY_WORK_ITEMS);
    const struct work_item **found = NEW_ARRAY(a, const struct work_item *, rows->len);
    size_t count = 0, size = 0;
    *out = (struct work_item_page){.total = -1};
    for (size_t i = 0; i < rows->len; i++)
        if (is_found(rows->at[i], f))
            found[count++] = rows->at[i];
    if (f->wants_total)
        out->total = (int64_t)count;
    if (count != 0)
        qsort(found, count, sizeof *found, compare_starts);
    for (size_t i = f->offset; i < count && !out->more; i++) {
        out->more = out->items.len == f->limit || (out->items.len != 0 && size >= f->size_max);
        if (out->more)
            break;
        memory_row_read(a, MEMORY_WORK_ITEMS, found[i], SLICE_PUSH(a, &out->items));
        size += found[i]->data_set.len;
    }
    return OK;
}

/* ---- subscriptions ---- */

/* The one of the AE to that item alone. */
static const struct work_item_subscription *
own_of(const struct memory_rows *rows, const struct work_item_subscription *s, int64_t item_key)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct work_item_subscription *o = rows->at[i];
        if (o->organization_key == s->organization_key && str_eq(o->ae_title, s->ae_title) &&
            o->scope == SUBSCRIPTION_ONE && o->work_item_key == item_key)
            return o;
    }
    return NULL;
}

static bool is_of(const struct memory_rows *rows, const struct work_item_subscription *s,
                  const struct work_item *item)
{
    if (s->organization_key != item->organization_key)
        return false;
    if (s->scope == SUBSCRIPTION_ONE)
        return s->work_item_key == item->key && s->state != SUBSCRIPTION_NONE;
    return s->scope == SUBSCRIPTION_GLOBAL &&
           (s->until_at.us == 0 || s->until_at.us >= item->created_at.us) &&
           own_of(rows, s, item->key) == NULL;
}

static err has_subscriber(struct work_item_reader *r, const struct work_item *item, bool *out)
{
    const struct memory_rows *rows = memory_rows(of_reader(r), MEMORY_WORK_ITEM_SUBSCRIPTIONS);
    *out = false;
    for (size_t i = 0; i < rows->len && !*out; i++)
        *out = is_of(rows, rows->at[i], item);
    return OK;
}

static err find_subscriptions(struct work_item_reader *r, struct arena *a, int64_t organization_key,
                              enum subscription_scope scope, uint32_t limit,
                              struct work_item_subscription_slice *out)
{
    const struct memory_rows *rows = memory_rows(of_reader(r), MEMORY_WORK_ITEM_SUBSCRIPTIONS);
    *out = (struct work_item_subscription_slice){0};
    for (size_t i = 0; i < rows->len && out->len < limit; i++) {
        const struct work_item_subscription *s = rows->at[i];
        if ((organization_key == 0 || s->organization_key == organization_key) && s->scope == scope)
            memory_row_read(a, MEMORY_WORK_ITEM_SUBSCRIPTIONS, s, SLICE_PUSH(a, out));
    }
    return OK;
}

static err find_events(struct work_item_reader *r, struct arena *a, int64_t organization_key,
                       str ae_title, int64_t after_key, uint32_t limit,
                       struct work_item_event_slice *out)
{
    const struct memory_rows *rows = memory_rows(of_reader(r), MEMORY_WORK_ITEM_EVENTS);
    *out = (struct work_item_event_slice){0};
    for (size_t i = 0; i < rows->len && out->len < limit; i++) {
        const struct work_item_event *event = rows->at[i];
        if (event->organization_key == organization_key && str_eq(event->ae_title, ae_title) &&
            event->key > after_key)
            memory_row_read(a, MEMORY_WORK_ITEM_EVENTS, event, SLICE_PUSH(a, out));
    }
    return OK;
}

static err newest_event(struct work_item_reader *r, int64_t *key)
{
    *key = memory_row_next_key(memory_rows(of_reader(r), MEMORY_WORK_ITEM_EVENTS)) - 1;
    return OK;
}

const struct work_item_reader_ops memory_work_item_reader_ops = {
    .get = get,
    .find = find,
    .has_subscriber = has_subscriber,
    .find_subscriptions = find_subscriptions,
    .find_events = find_events,
    .newest_event = newest_event,
};

/* ---- writing ---- */

static err add(struct work_item_writer *w, struct work_item *item)
{
    return memory_insert(of_writer(w), MEMORY_WORK_ITEMS, item);
}

static err save(struct work_item_writer *w, struct work_item *item)
{
    return memory_update(of_writer(w), MEMORY_WORK_ITEMS, item);
}

static int64_t remove_subscriptions(struct memory_session *s,
                                    bool (*goes)(const void *row, const void *argument),
                                    const void *argument)
{
    return memory_rows_remove(
        &s->db->arena, &memory_write(s)->tables[MEMORY_WORK_ITEM_SUBSCRIPTIONS], goes, argument);
}

static bool is_of_ae(const void *row, const void *argument)
{
    const struct work_item_subscription *s = row, *like = argument;
    return s->organization_key == like->organization_key && str_eq(s->ae_title, like->ae_title);
}

static bool is_exclusion(const void *row, const void *argument)
{
    const struct work_item_subscription *s = row;
    return is_of_ae(row, argument) && s->scope == SUBSCRIPTION_ONE && s->state == SUBSCRIPTION_NONE;
}

static bool is_same(const void *row, const void *argument)
{
    const struct work_item_subscription *s = row, *like = argument;
    return is_of_ae(row, argument) && s->scope == like->scope &&
           s->work_item_key == like->work_item_key;
}

static err subscribe(struct work_item_writer *w, const struct work_item_subscription *sub,
                     bool keeps_own)
{
    struct memory_session *s = of_writer(w);
    struct work_item_subscription row = *sub;
    row.until_at = (instant){0};
    if (sub->scope == SUBSCRIPTION_GLOBAL)
        remove_subscriptions(s, is_exclusion, sub);
    struct work_item_subscription own;
    err e = memory_first(s, &s->db->arena, MEMORY_WORK_ITEM_SUBSCRIPTIONS, is_same, sub, &own);
    if (keeps_own && !failed(e) && own.state != SUBSCRIPTION_NONE)
        return OK;
    remove_subscriptions(s, is_same, sub);
    return memory_insert(s, MEMORY_WORK_ITEM_SUBSCRIPTIONS, &row);
}

static err unsubscribe_all(struct work_item_writer *w, int64_t organization_key, str ae_title,
                           int64_t *count)
{
    const struct work_item_subscription like = {.organization_key = organization_key,
                                                .ae_title = ae_title};
    *count = remove_subscriptions(of_writer(w), is_of_ae, &like);
    return OK;
}

static err suspend(struct work_item_writer *w, int64_t organization_key, str ae_title,
                   enum subscription_scope scope, instant now, int64_t *count)
{
    struct memory_session *s = of_writer(w);
    const struct work_item_subscription like = {
        .organization_key = organization_key, .ae_title = ae_title, .scope = scope};
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_WORK_ITEM_SUBSCRIPTIONS];
    *count = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct work_item_subscription *old = rows->at[i];
        if (!is_of_ae(old, &like) || old->scope != scope)
            continue;
        struct work_item_subscription *row =
            memory_row_make(&s->db->arena, MEMORY_WORK_ITEM_SUBSCRIPTIONS, old);
        if (row->until_at.us == 0)
            row->until_at = now;
        memory_row_replace(&s->db->arena, rows, row);
        ++*count;
    }
    return OK;
}

static err put_event(struct memory_session *s, const struct work_item_event *event,
                     int64_t organization_key, str ae_title)
{
    struct work_item_event row = *event;
    row.organization_key = organization_key;
    row.ae_title = ae_title;
    return memory_insert(s, MEMORY_WORK_ITEM_EVENTS, &row);
}

static err tell(struct work_item_writer *w, const struct work_item *item,
                const struct work_item_event *event)
{
    struct memory_session *s = of_writer(w);
    const struct memory_rows *rows = &memory_write(s)->tables[MEMORY_WORK_ITEM_SUBSCRIPTIONS];
    for (size_t i = 0; i < rows->len; i++) {
        const struct work_item_subscription *sub = rows->at[i];
        if (is_of(rows, sub, item))
            TRY(put_event(s, event, sub->organization_key, sub->ae_title));
    }
    return OK;
}

static err tell_one(struct work_item_writer *w, const struct work_item_event *event)
{
    return put_event(of_writer(w), event, event->organization_key, event->ae_title);
}

static err tell_states(struct work_item_writer *w, int64_t organization_key, str ae_title,
                       instant now)
{
    struct memory_session *s = of_writer(w);
    const struct memory_rows *rows = &memory_write(s)->tables[MEMORY_WORK_ITEMS];
    for (size_t i = 0; i < rows->len; i++) {
        const struct work_item *item = rows->at[i];
        const struct work_item_event event = {.created_at = now,
                                              .sop_instance_uid = item->sop_instance_uid,
                                              .type = WORK_ITEM_STATE_REPORT,
                                              .state = item->state,
                                              .input_readiness_state = item->input_readiness_state};
        if (item->organization_key == organization_key)
            TRY(put_event(s, &event, organization_key, ae_title));
    }
    return OK;
}

/* An AE is told once, by the first of its subscriptions. */
static err tell_status(struct work_item_writer *w, const struct work_item_event *event)
{
    struct memory_session *s = of_writer(w);
    const struct memory_rows *rows = &memory_write(s)->tables[MEMORY_WORK_ITEM_SUBSCRIPTIONS];
    for (size_t i = 0; i < rows->len; i++) {
        const struct work_item_subscription *sub = rows->at[i], *before = NULL;
        for (size_t n = 0; n < i && before == NULL; n++) {
            const struct work_item_subscription *other = rows->at[n];
            before = other->state != SUBSCRIPTION_NONE && is_of_ae(other, sub) ? other : NULL;
        }
        if (sub->state != SUBSCRIPTION_NONE && before == NULL)
            TRY(put_event(s, event, sub->organization_key, sub->ae_title));
    }
    return OK;
}

static bool is_held(const struct memory_rows *rows, const struct work_item *item)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct work_item_subscription *s = rows->at[i];
        if (s->state == SUBSCRIPTION_LOCKED && is_of(rows, s, item))
            return true;
    }
    return false;
}

static bool is_of_item(const void *row, const void *argument)
{
    const struct work_item_subscription *s = row;
    return s->scope == SUBSCRIPTION_ONE && s->work_item_key == *(const int64_t *)argument;
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static bool was_told_before(const void *row, const void *argument)
{
    return ((const struct work_item_event *)row)->created_at.us < ((const instant *)argument)->us;
}

static err purge(struct work_item_writer *w, instant ended_before, instant told_before,
                 uint32_t limit, int64_t *item_count)
{
    struct memory_session *s = of_writer(w);
    struct memory_state *state = memory_write(s);
    struct memory_rows *items = &state->tables[MEMORY_WORK_ITEMS];
    *item_count = 0;
    for (size_t i = 0; i < items->len && *item_count < (int64_t)limit;) {
        const struct work_item *item = items->at[i];
        int64_t key = item->key;
        if (item->ended_at.us == 0 || item->ended_at.us >= ended_before.us ||
            is_held(&state->tables[MEMORY_WORK_ITEM_SUBSCRIPTIONS], item)) {
            i++;
            continue;
        }
        remove_subscriptions(s, is_of_item, &key);
        memory_rows_remove(&s->db->arena, items, has_key, &key);
        ++*item_count;
    }
    memory_rows_remove(&s->db->arena, &state->tables[MEMORY_WORK_ITEM_EVENTS], was_told_before,
                       &told_before);
    return OK;
}

const struct work_item_writer_ops memory_work_item_writer_ops = {
    .get = get_to_change,
    .add = add,
    .save = save,
    .subscribe = subscribe,
    .unsubscribe_all = unsubscribe_all,
    .suspend = suspend,
    .tell = tell,
    .tell_one = tell_one,
    .tell_states = tell_states,
    .tell_status = tell_status,
    .purge = purge,
};
