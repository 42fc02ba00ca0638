/* Work items on SQL. Whoever is to be told of an event is found by the statement that writes it. */
#include "infrastructure/sql/match.h"
#include "infrastructure/sql/session.h"

#include "base/arena.h"
#include "dicom/matching.h"

static struct sql_session *of_reader(struct work_item_reader *r)
{
    return container_of(r, struct sql_session, base.repositories.work_item_reader);
}

static struct sql_session *of_writer(struct work_item_writer *w)
{
    return container_of(w, struct sql_session, base.repositories.work_item_writer);
}

static err begin_select(struct sql_connection *c, struct arena *a, const struct schema *schema,
                        const char *where, struct statement *out)
{
    return statement_prepare(c, str_format(a, "%s %s", entity_sql(schema)->select, where), out);
}

static err get_by(struct sql_connection *c, struct arena *a, int64_t organization_key, str uid,
                  struct work_item *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(begin_select(c, a, &work_item_schema,
                     "WHERE organization_key = ?1 AND sop_instance_uid = ?2", &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_str(&s, 2, uid);
    return entity_read_row(&s, a, &work_item_schema, out);
}

static err get(struct work_item_reader *r, struct arena *a, int64_t organization_key, str uid,
               struct work_item *out)
{
    struct sql_connection *c;
    TRY(sql_session_read(of_reader(r), &c));
    return get_by(c, a, organization_key, uid, out);
}

/* By whoever has the turn: others may have changed it in the transaction that is still open. */
static err get_to_change(struct work_item_writer *w, struct arena *a, int64_t organization_key,
                         str uid, struct work_item *out)
{
    struct sql_connection *c;
    TRY(sql_session_write(of_writer(w), &c));
    return get_by(c, a, organization_key, uid, out);
}

/* ---- search ---- */

static void add_list(struct sql_builder *b, const struct work_item_condition *c)
{
    bool is_state = c->column->kind == WORK_ITEM_COLUMN_STATE;
    buf_addf(&b->where, " AND %s IN (NULL", c->column->member);
    for (size_t i = 0; i < c->texts.len; i++) {
        buf_add_char(&b->where, ',');
        if (is_state)
            sql_add_number(b, work_item_state_of(c->texts.at[i]));
        else
            sql_add_text(b, c->texts.at[i]);
    }
    buf_add_char(&b->where, ')');
}

/* The states whose names are like it. */
static void add_states(struct sql_builder *b, str pattern)
{
    buf_add(&b->where, STR(" AND state IN (NULL"));
    for (unsigned i = 0; i < WORK_ITEM_STATE_COUNT; i++)
        if (wildcard_matches(pattern, str_of(work_item_state_names[i]))) {
            buf_add_char(&b->where, ',');
            sql_add_number(b, i);
        }
    buf_add_char(&b->where, ')');
}

static void add_set(struct sql_builder *b, const struct work_item_condition *c)
{
    buf_add(&b->where, STR(" AND (FALSE"));
    for (size_t i = 0; i < c->texts.len; i++) {
        buf_addf(&b->where, " OR set_has(%s, ", c->column->member);
        sql_add_text(b, c->texts.at[i]);
        buf_add_char(&b->where, ')');
    }
    buf_add_char(&b->where, ')');
}

static void add_moments(struct sql_builder *b, const struct work_item_condition *c)
{
    buf_addf(&b->where, " AND %s >= ", c->column->member);
    sql_add_number(b, c->first.us);
    buf_addf(&b->where, " AND %s <= ", c->column->member);
    sql_add_number(b, c->last.us);
}

static void add_condition(struct sql_builder *b, const struct work_item_condition *c)
{
    if (!work_item_condition_is_of_column(c))
        return;
    if (c->kind == WORK_ITEM_IS_BETWEEN) {
        add_moments(b, c);
    } else if (c->kind == WORK_ITEM_NAME_LIKE) {
        buf_addf(&b->where, " AND name_is_like(%s_key, ", c->column->member);
        sql_add_text(b, c->texts.at[0]);
        buf_add_char(&b->where, ')');
    } else if (c->column->kind == WORK_ITEM_COLUMN_SET) {
        add_set(b, c);
    } else if (c->kind == WORK_ITEM_IS_ONE_OF) {
        add_list(b, c);
    } else if (c->column->kind == WORK_ITEM_COLUMN_STATE) {
        add_states(b, c->texts.at[0]);
    } else {
        buf_addf(&b->where, " AND %s %s ", c->column->member, b->dialect->like);
        sql_add_text(b, sql_like_pattern(b->arena, c->texts.at[0]));
        buf_add(&b->where, STR(" ESCAPE '\\'"));
    }
}

static err count_total(struct sql_connection *c, const struct sql_builder *b, int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_prepare(
        c,
        str_format(b->arena, "SELECT count(*) FROM work_items %.*s", STR_ARG(buf_str(&b->where))),
        &s));
    sql_bind_parameters(&s, b);
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

static err read_page(struct statement *s, struct arena *a, const struct work_item_filter *f,
                     struct work_item_page *out)
{
    size_t size = 0;
    bool has_row;
    for (;;) {
        TRY(statement_step(s, &has_row));
        if (!has_row)
            return OK;
        if (out->items.len == f->limit || (out->items.len != 0 && size >= f->size_max)) {
            out->more = true;
            return OK;
        }
        struct work_item *item = SLICE_PUSH(a, &out->items);
        statement_column_object(s, a, 0, &work_item_schema, item);
        size += item->data_set.len;
    }
}

static err find(struct work_item_reader *r, struct arena *a, const struct work_item_filter *f,
                struct work_item_page *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(of_reader(r), &c));
    struct sql_builder b = {.arena = a, .dialect = c->engine->dialect, .where = BUF_IN(a)};
    *out = (struct work_item_page){.total = -1};
    buf_add(&b.where, STR("WHERE organization_key = "));
    sql_add_number(&b, f->organization_key);
    for (size_t i = 0; i < f->conditions.len; i++)
        add_condition(&b, &f->conditions.at[i]);
    if (f->wants_total)
        TRY(count_total(c, &b, &out->total));
    TRY(statement_prepare(
        c,
        str_format(a, "%s %.*s ORDER BY scheduled_start_at, key LIMIT %u OFFSET %llu",
                   entity_sql(&work_item_schema)->select, STR_ARG(buf_str(&b.where)), f->limit + 1,
                   (unsigned long long)f->offset),
        &s));
    sql_bind_parameters(&s, &b);
    statement_stream(&s);
    return read_page(&s, a, f, out);
}

/* ---- subscriptions and events, read ---- */

/* s is a subscription to the item of the organization ?1 with the key ?2, made at ?3. */
#define IS_TOLD                                                                                    \
    "s.organization_key = ?1 AND ((s.scope = 0 AND s.work_item_key = ?2 AND s.state <> 0) OR "     \
    "(s.scope = 1 AND (s.until_at IS NULL OR s.until_at >= ?3) AND NOT EXISTS (SELECT 1 FROM "     \
    "work_item_subscriptions o WHERE o.organization_key = s.organization_key AND "                 \
    "o.ae_title = s.ae_title AND o.scope = 0 AND o.work_item_key = ?2)))"

static void bind_item(struct statement *s, const struct work_item *item)
{
    statement_bind_i64(s, 1, item->organization_key);
    statement_bind_i64(s, 2, item->key);
    statement_bind_i64(s, 3, item->created_at.us);
}

static err has_subscriber(struct work_item_reader *r, const struct work_item *item, bool *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(of_reader(r), &c));
    TRY(statement_begin(c, "SELECT 1 FROM work_item_subscriptions s WHERE " IS_TOLD " LIMIT 1",
                        &s));
    bind_item(&s, item);
    return statement_step(&s, out);
}

static err find_subscriptions(struct work_item_reader *r, struct arena *a, int64_t organization_key,
                              enum subscription_scope scope, uint32_t limit,
                              struct work_item_subscription_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = (struct work_item_subscription_slice){0};
    TRY(sql_session_read(of_reader(r), &c));
    TRY(begin_select(c, a, &work_item_subscription_schema,
                     "WHERE (?1 = 0 OR organization_key = ?1) AND scope = ?2 ORDER BY key LIMIT ?3",
                     &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_i64(&s, 2, scope);
    statement_bind_i64(&s, 3, limit);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &work_item_subscription_schema, SLICE_PUSH(a, out));
    }
}

static err find_events(struct work_item_reader *r, struct arena *a, int64_t organization_key,
                       str ae_title, int64_t after_key, uint32_t limit,
                       struct work_item_event_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = (struct work_item_event_slice){0};
    TRY(sql_session_read(of_reader(r), &c));
    TRY(begin_select(
        c, a, &work_item_event_schema,
        "WHERE organization_key = ?1 AND ae_title = ?2 AND key > ?3 ORDER BY key LIMIT ?4", &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_str(&s, 2, ae_title);
    statement_bind_i64(&s, 3, after_key);
    statement_bind_i64(&s, 4, limit);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &work_item_event_schema, SLICE_PUSH(a, out));
    }
}

static err newest_event(struct work_item_reader *r, int64_t *key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(of_reader(r), &c));
    TRY(statement_begin(c, "SELECT coalesce(max(key), 0) FROM work_item_events", &s));
    TRY(statement_step(&s, &has_row));
    *key = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

const struct work_item_reader_ops sql_work_item_reader_ops = {
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
    return entity_insert(of_writer(w), &work_item_schema, item);
}

static err save(struct work_item_writer *w, struct work_item *item)
{
    return entity_update(of_writer(w), &work_item_schema, item);
}

static err forget_exclusions(struct sql_connection *c, const struct work_item_subscription *sub)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c,
                        "DELETE FROM work_item_subscriptions WHERE organization_key = ?1 AND "
                        "ae_title = ?2 AND scope = 0 AND state = 0",
                        &s));
    statement_bind_i64(&s, 1, sub->organization_key);
    statement_bind_str(&s, 2, sub->ae_title);
    return statement_run(&s);
}

static err subscribe(struct work_item_writer *w, const struct work_item_subscription *sub,
                     bool keeps_own)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(of_writer(w), &c));
    if (sub->scope == SUBSCRIPTION_GLOBAL)
        TRY(forget_exclusions(c, sub));
    TRY(statement_begin(
        c,
        "INSERT INTO work_item_subscriptions(organization_key, created_at, ae_title, scope, "
        "work_item_key, state, filter) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT "
        "(organization_key, ae_title, scope, work_item_key) DO UPDATE SET "
        "created_at = excluded.created_at, state = excluded.state, filter = excluded.filter, "
        "until_at = NULL WHERE ?8 = 0 OR work_item_subscriptions.state = 0",
        &s));
    statement_bind_i64(&s, 1, sub->organization_key);
    statement_bind_i64(&s, 2, sub->created_at.us);
    statement_bind_str(&s, 3, sub->ae_title);
    statement_bind_i64(&s, 4, sub->scope);
    statement_bind_i64(&s, 5, sub->work_item_key);
    statement_bind_i64(&s, 6, sub->state);
    statement_bind_str(&s, 7, sub->filter);
    statement_bind_i64(&s, 8, keeps_own);
    return statement_run(&s);
}

static err unsubscribe_all(struct work_item_writer *w, int64_t organization_key, str ae_title,
                           int64_t *count)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(of_writer(w), &c));
    TRY(statement_begin(
        c, "DELETE FROM work_item_subscriptions WHERE organization_key = ?1 AND ae_title = ?2",
        &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_str(&s, 2, ae_title);
    TRY(statement_run(&s));
    *count = statement_changes(&s);
    return OK;
}

static err suspend(struct work_item_writer *w, int64_t organization_key, str ae_title,
                   enum subscription_scope scope, instant now, int64_t *count)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(of_writer(w), &c));
    TRY(statement_begin(c,
                        "UPDATE work_item_subscriptions SET until_at = coalesce(until_at, ?4) "
                        "WHERE organization_key = ?1 AND ae_title = ?2 AND scope = ?3",
                        &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_str(&s, 2, ae_title);
    statement_bind_i64(&s, 3, scope);
    statement_bind_i64(&s, 4, now.us);
    TRY(statement_run(&s));
    *count = statement_changes(&s);
    return OK;
}

#define EVENT_COLUMNS                                                                              \
    "work_item_events(organization_key, created_at, ae_title, sop_instance_uid, type, state, "     \
    "input_readiness_state, details)"

static err tell(struct work_item_writer *w, const struct work_item *item,
                const struct work_item_event *event)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(of_writer(w), &c));
    TRY(statement_begin(c,
                        "INSERT INTO " EVENT_COLUMNS " SELECT s.organization_key, ?4, s.ae_title, "
                        "?5, ?6, ?7, ?8, ?9 FROM work_item_subscriptions s WHERE " IS_TOLD
                        " ORDER BY s.key",
                        &s));
    bind_item(&s, item);
    statement_bind_i64(&s, 4, event->created_at.us);
    statement_bind_str(&s, 5, event->sop_instance_uid);
    statement_bind_i64(&s, 6, event->type);
    statement_bind_i64(&s, 7, event->state);
    statement_bind_str(&s, 8, event->input_readiness_state);
    statement_bind_str(&s, 9, event->details);
    return statement_run(&s);
}

static err tell_one(struct work_item_writer *w, const struct work_item_event *event)
{
    struct work_item_event row = *event;
    return entity_insert(of_writer(w), &work_item_event_schema, &row);
}

static err tell_states(struct work_item_writer *w, int64_t organization_key, str ae_title,
                       instant now)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(of_writer(w), &c));
    TRY(statement_begin(c,
                        "INSERT INTO " EVENT_COLUMNS " SELECT w.organization_key, ?3, ?2, "
                        "w.sop_instance_uid, 1, w.state, w.input_readiness_state, NULL "
                        "FROM work_items w WHERE w.organization_key = ?1 ORDER BY w.key",
                        &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_str(&s, 2, ae_title);
    statement_bind_i64(&s, 3, now.us);
    return statement_run(&s);
}

static err tell_status(struct work_item_writer *w, const struct work_item_event *event)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(of_writer(w), &c));
    TRY(statement_begin(c,
                        "INSERT INTO " EVENT_COLUMNS " SELECT DISTINCT s.organization_key, "
                        "CAST(?1 AS BIGINT), s.ae_title, ?2, CAST(?3 AS BIGINT), 0, NULL, ?4 FROM "
                        "work_item_subscriptions s WHERE s.state <> 0",
                        &s));
    statement_bind_i64(&s, 1, event->created_at.us);
    statement_bind_str(&s, 2, event->sop_instance_uid);
    statement_bind_i64(&s, 3, event->type);
    statement_bind_str(&s, 4, event->details);
    return statement_run(&s);
}

/* Of an item w: nobody holds it back. */
#define IS_FREE                                                                                    \
    "NOT EXISTS (SELECT 1 FROM work_item_subscriptions s WHERE "                                   \
    "s.organization_key = w.organization_key AND s.state = 2 AND ((s.scope = 0 AND "               \
    "s.work_item_key = w.key) OR (s.scope = 1 AND (s.until_at IS NULL OR s.until_at >= "           \
    "w.created_at) AND NOT EXISTS (SELECT 1 FROM work_item_subscriptions o WHERE "                 \
    "o.organization_key = s.organization_key AND o.ae_title = s.ae_title AND o.scope = 0 AND "     \
    "o.work_item_key = w.key))))"

static err find_free(struct sql_connection *c, struct arena *a, instant ended_before,
                     uint32_t limit, struct key_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_begin(
        c, "SELECT w.key FROM work_items w WHERE w.ended_at < ?1 AND " IS_FREE " LIMIT ?2", &s));
    statement_bind_i64(&s, 1, ended_before.us);
    statement_bind_i64(&s, 2, limit);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        *SLICE_PUSH(a, out) = statement_column_i64(&s, 0);
    }
}

static err run_with(struct sql_connection *c, const char *sql, int64_t number)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c, sql, &s));
    statement_bind_i64(&s, 1, number);
    return statement_run(&s);
}

static err purge(struct work_item_writer *w, instant ended_before, instant told_before,
                 uint32_t limit, int64_t *item_count)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct key_slice keys = {0};
    struct sql_connection *c;
    TRY(sql_session_write(of_writer(w), &c));
    TRY(find_free(c, &scratch, ended_before, limit, &keys));
    for (size_t i = 0; i < keys.len; i++) {
        int64_t key = keys.at[i];
        TRY(run_with(
            c, "DELETE FROM work_item_subscriptions WHERE scope = 0 AND work_item_key = ?1", key));
        TRY(run_with(c, "DELETE FROM work_items WHERE key = ?1", key));
    }
    *item_count = (int64_t)keys.len;
    return run_with(c, "DELETE FROM work_item_events WHERE created_at < ?1", told_before.us);
}

const struct work_item_writer_ops sql_work_item_writer_ops = {
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
