/* Retention on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err get(struct retention_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct retention_rule *out)
{
    return entity_get(SESSION_OF(r, retention_reader), a, &retention_rule_schema, organization_key,
                      id, out);
}

static err find(struct retention_reader *r, struct arena *a, int64_t organization_key,
                struct retention_rule_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, retention_reader), &c));
    TRY(entity_select(c, a, &retention_rule_schema,
                      "WHERE organization_key = ?1 ORDER BY name, key", &s));
    statement_bind_i64(&s, 1, organization_key);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &retention_rule_schema, &rows));
    *out = (struct retention_rule_slice){rows.at, rows.len};
    return OK;
}

static err get_hold(struct retention_reader *r, struct arena *a, int64_t study_key,
                    struct legal_hold *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, retention_reader), &c));
    TRY(entity_select(c, a, &legal_hold_schema, "WHERE study_key = ?1", &s));
    statement_bind_i64(&s, 1, study_key);
    return entity_read_row(&s, a, &legal_hold_schema, out);
}

#define IS_HELD "EXISTS (SELECT 1 FROM legal_holds WHERE study_key = studies.key)"

/* before and behind: constants around what the filter means. */
static err ask(struct retention_reader *r, struct arena *a, const struct retention_filter *f,
               const char *before, const char *behind, struct statement *s)
{
    struct sql_connection *c;
    TRY(sql_session_read(SESSION_OF(r, retention_reader), &c));
    TRY(statement_prepare(
        c,
        str_format(a,
                   "%s FROM studies WHERE organization_key = ?1 AND state = 0 AND (?2 IS NULL OR "
                   "created_at < ?2) AND (?3 IS NULL OR (study_date <> '' AND study_date < ?3)) "
                   "AND (?4 IS NULL OR %s('\\' || modalities || '\\', ?4) > 0)%s",
                   before, c->engine->dialect->position, behind),
        s));
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_opt_i64(s, 2, (opt_i64){f->received_before.us != 0, f->received_before.us});
    statement_bind_str(s, 3, f->study_date_before);
    statement_bind_str(
        s, 4, f->modality.len != 0 ? str_format(a, "\\%.*s\\", STR_ARG(f->modality)) : STR_NONE);
    return OK;
}

static err due(struct retention_reader *r, struct arena *a, const struct retention_filter *filter,
               uint32_t limit, struct uuid_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(ask(r, a, filter, "SELECT id", " AND NOT " IS_HELD " ORDER BY created_at, key LIMIT ?5",
            &s));
    statement_bind_i64(&s, 5, limit);
    *out = (struct uuid_slice){0};
    for (bool has_row;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        *SLICE_PUSH(a, out) = statement_column_uuid(&s, 0);
    }
}

static err count(struct retention_reader *r, struct arena *a, const struct retention_filter *filter,
                 struct retention_count *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(ask(r, a, filter,
            "SELECT CAST(coalesce(sum(CASE WHEN " IS_HELD " THEN 0 ELSE 1 END), 0) AS BIGINT), "
            "CAST(coalesce(sum(CASE WHEN " IS_HELD " THEN 0 ELSE size END), 0) AS BIGINT), "
            "CAST(coalesce(sum(CASE WHEN " IS_HELD " THEN 1 ELSE 0 END), 0) AS BIGINT)",
            "", &s));
    TRY(statement_step(&s, &has_row));
    *out = (struct retention_count){statement_column_i64(&s, 0), statement_column_i64(&s, 1),
                                    statement_column_i64(&s, 2)};
    return OK;
}

/* Series and instances in the trash are few among very many: they have rows of their own. */
static err trashed(struct retention_reader *r, struct arena *a, int64_t organization_key,
                   enum image_level level, instant before, uint32_t limit,
                   struct trash_item_slice *out)
{
#define OF_TRASH(table_, level_)                                                                   \
    "SELECT i.id FROM trash_items t JOIN " table_ " i ON i.key = t.row_key WHERE "                 \
    "t.organization_key = ?1 AND t.level = " level_ " AND i.trashed_at < ?2 AND NOT EXISTS "       \
    "(SELECT 1 FROM legal_holds WHERE study_key = i.study_key) ORDER BY i.trashed_at, i.key "      \
    "LIMIT ?3"
    static const char *const sql[LEVEL_COUNT] = {
        "SELECT id FROM studies WHERE organization_key = ?1 AND state = 1 AND trashed_at < ?2 AND "
        "NOT " IS_HELD " AND EXISTS (SELECT 1 FROM series WHERE study_key = studies.key) "
        "ORDER BY trashed_at, key LIMIT ?3",
        OF_TRASH("series", "1"), OF_TRASH("instances", "2")};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, retention_reader), &c));
    TRY(statement_begin(c, sql[level], &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_i64(&s, 2, before.us);
    statement_bind_i64(&s, 3, limit);
    *out = (struct trash_item_slice){0};
    for (bool has_row;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        *SLICE_PUSH(a, out) = (struct trash_item){level, statement_column_uuid(&s, 0)};
    }
}

const struct retention_reader_ops sql_retention_reader_ops = {
    .get = get, .find = find, .get_hold = get_hold, .due = due, .count = count, .trashed = trashed};

static struct sql_session *writing(struct retention_writer *w)
{
    return SESSION_OF(w, retention_writer);
}

static err add(struct retention_writer *w, struct retention_rule *rule)
{
    return entity_insert(writing(w), &retention_rule_schema, rule);
}

static err save(struct retention_writer *w, struct retention_rule *rule)
{
    return entity_update(writing(w), &retention_rule_schema, rule);
}

static err remove_rule(struct retention_writer *w, int64_t key)
{
    int64_t changed;
    return sql_session_run(writing(w), "DELETE FROM retention_rules WHERE key = ?1", &key, 1,
                           &changed);
}

static err add_hold(struct retention_writer *w, struct legal_hold *hold)
{
    return entity_insert(writing(w), &legal_hold_schema, hold);
}

static err save_hold(struct retention_writer *w, struct legal_hold *hold)
{
    return entity_update(writing(w), &legal_hold_schema, hold);
}

static err remove_hold(struct retention_writer *w, int64_t key)
{
    int64_t changed;
    return sql_session_run(writing(w), "DELETE FROM legal_holds WHERE key = ?1", &key, 1, &changed);
}

const struct retention_writer_ops sql_retention_writer_ops = {.add = add,
                                                              .save = save,
                                                              .remove = remove_rule,
                                                              .add_hold = add_hold,
                                                              .save_hold = save_hold,
                                                              .remove_hold = remove_hold};
