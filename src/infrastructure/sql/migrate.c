/* What is missing, one transaction after the other. */
#include "infrastructure/sql/migrate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

static err read_number(struct sql_connection *c, str sql, int64_t parameter, int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_prepare(c, sql, &s));
    if (str_find(sql, STR("?1")) != SIZE_MAX)
        statement_bind_i64(&s, 1, parameter);
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

static err newest_applied(struct sql_connection *c, int64_t *out)
{
    return read_number(c, STR("SELECT coalesce(max(number), 0) FROM schema_migrations"), 0, out);
}

static err record(struct sql_connection *c, const struct migration *m)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_prepare(
        c, STR("INSERT INTO schema_migrations(number, name, applied_at) VALUES (?1, ?2, ?3)"), &s));
    statement_bind_i64(&s, 1, m->number);
    statement_bind_str(&s, 2, str_of(m->name));
    statement_bind_i64(&s, 3, clock_now(clock_system()).us);
    return statement_run(&s);
}

/* A transaction of one step, unless another program took it meanwhile. */
typedef err transaction(struct sql_engine *e, struct sql_connection *c, struct arena *a,
                        const struct migration *m, bool *done);

static err transact(struct sql_engine *e, struct arena *a, const struct migration *m,
                    transaction *run, bool *done)
{
    struct sql_unit unit = {.engine = e};
    struct sql_connection *c;
    int64_t newest;
    TRY(sql_unit_begin(&unit, &c));
    err outcome = newest_applied(c, &newest);
    *done = newest >= m->number;
    if (!failed(outcome) && !*done)
        outcome = run(e, c, a, m, done);
    if (!failed(outcome))
        return sql_unit_commit(&unit);
    sql_unit_rollback(&unit);
    return outcome;
}

/* The script in the language of the engine. */
static const char *script_of(const struct sql_engine *e, struct arena *a, const struct migration *m)
{
    const char *own = m->sql[e->dialect->language];
    str text = str_of(own != NULL ? own : m->sql[0]);
    struct buf out = BUF_IN(a);
    for (size_t open; (open = str_find_char(text, '{')) != SIZE_MAX;) {
        size_t close = str_find_char(text, '}');
        str name = str_sub(text, open + 1, close);
        buf_add(&out, str_sub(text, 0, open));
        for (const struct sql_name *n = e->dialect->names; n->name != NULL; n++)
            if (str_eq(name, str_of(n->name)))
                buf_add(&out, str_of(n->text));
        text = str_sub(text, close + 1, text.len);
    }
    buf_add(&out, text);
    return str_cstr(a, buf_str(&out));
}

/* With batches to come the step is not recorded yet: it begins with the place of the first. */
static err run_script(struct sql_engine *e, struct sql_connection *c, struct arena *a,
                      const struct migration *m, bool *done)
{
    int64_t started;
    *done = true;
    if (m->batch_table == NULL) {
        TRY(e->ops->script(e, script_of(e, a, m)));
        return record(c, m);
    }
    TRY(read_number(c, STR("SELECT count(*) FROM schema_batches WHERE number = ?1"), m->number,
                    &started));
    if (started != 0)
        return OK;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(e->ops->script(e, script_of(e, a, m)));
    TRY(statement_prepare(c, STR("INSERT INTO schema_batches(number, position) VALUES (?1, 0)"),
                          &s));
    statement_bind_i64(&s, 1, m->number);
    return statement_run(&s);
}

static err run_between(struct sql_connection *c, str sql, int64_t first, int64_t second)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_prepare(c, sql, &s));
    statement_bind_i64(&s, 1, first);
    statement_bind_i64(&s, 2, second);
    return statement_run(&s);
}

/* The next MIGRATION_BATCH_SIZE rows that are there: keys may have holes. */
static err run_batch(struct sql_engine *e, struct sql_connection *c, struct arena *a,
                     const struct migration *m, bool *done)
{
    int64_t position, end, last;
    (void)e;
    TRY(read_number(c, STR("SELECT position FROM schema_batches WHERE number = ?1"), m->number,
                    &position));
    TRY(read_number(c,
                    str_format(a,
                               "SELECT coalesce(max(key), 0) FROM (SELECT key FROM %s WHERE key "
                               "> ?1 ORDER BY key LIMIT %d) AS batch",
                               m->batch_table, MIGRATION_BATCH_SIZE),
                    position, &end));
    *done = end == 0;
    if (*done)
        return record(c, m);
    TRY(run_between(c, str_of(m->batch_sql), position, end));
    TRY(read_number(c, str_format(a, "SELECT coalesce(max(key), 0) FROM %s", m->batch_table), 0,
                    &last));
    log_event(LOG_INFO, "migrating", "number=%d name=\"%s\" key=%lld of=%lld", m->number, m->name,
              (long long)end, (long long)last);
    return run_between(c, STR("UPDATE schema_batches SET position = ?2 WHERE number = ?1"),
                       m->number, end);
}

static err apply(struct sql_engine *e, struct arena *a, const struct migration *m)
{
    bool done = false;
    TRY(transact(e, a, m, run_script, &done));
    for (done = m->batch_table == NULL; !done;)
        TRY(transact(e, a, m, run_batch, &done));
    log_event(LOG_INFO, "migrated", "number=%d name=\"%s\"", m->number, m->name);
    return OK;
}

err sql_migrate(struct sql_engine *e, struct arena *a, const struct migration *migrations,
                size_t count, int *applied_count)
{
    struct sql_connection *c;
    int64_t newest;
    *applied_count = 0;
    TRY(sql_script(e, e->dialect->migrations_table));
    TRY(sql_read_begin(e, &c));
    err read = newest_applied(c, &newest);
    sql_read_end(e, c);
    TRY(read);
    if (newest > migrations[count - 1].number)
        return ERRF(a, CONFLICT,
                    "the database has schema %lld, this program knows only %d: use a newer program",
                    (long long)newest, migrations[count - 1].number);
    for (size_t i = 0; i < count; i++) {
        if (migrations[i].number <= newest)
            continue;
        TRY(apply(e, a, &migrations[i]));
        ++*applied_count;
    }
    return OK;
}
