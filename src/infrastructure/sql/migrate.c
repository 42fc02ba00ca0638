/* What is missing, one transaction after the other. */
#include "infrastructure/sql/migrate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include <time.h>

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

/* What goes on through the transactions of one step. */
struct stepping {
    const struct migration *m;
    migration_report *report;
    struct migration_progress progress;
    bool is_done, is_done_by_other;
};

typedef err transaction(struct sql_engine *e, struct sql_connection *c, struct arena *a,
                        struct stepping *step);

static err transact_once(struct sql_engine *e, struct arena *a, transaction *run,
                         struct stepping *step)
{
    struct sql_unit unit = {.engine = e};
    struct sql_connection *c;
    TRY(sql_unit_begin(&unit, &c));
    err outcome = run(e, c, a, step);
    if (!failed(outcome))
        return sql_unit_commit(&unit);
    sql_unit_rollback(&unit);
    return outcome;
}

/* Those who still serve may hold what is needed: they are done soon. */
static err transact(struct sql_engine *e, struct arena *a, transaction *run, struct stepping *step)
{
    const struct timespec pause = {0, MIGRATION_PAUSE_MS * 1000000L};
    for (int attempt = 1;; attempt++) {
        err outcome = transact_once(e, a, run, step);
        if (outcome.code != ERR_SERIALIZATION || attempt == MIGRATION_ATTEMPT_COUNT_MAX)
            return outcome;
        nanosleep(&pause, NULL);
    }
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

/* Unless another program did it meanwhile. */
static err is_missing(struct sql_connection *c, struct stepping *step, bool *out)
{
    int64_t newest;
    TRY(newest_applied(c, &newest));
    *out = newest < step->m->number;
    step->is_done = step->is_done_by_other = !*out;
    return OK;
}

/* With batches to come the step is not recorded yet: it begins with the place of the first. */
static err run_script(struct sql_engine *e, struct sql_connection *c, struct arena *a,
                      struct stepping *step)
{
    const struct migration *m = step->m;
    int64_t started;
    bool missing;
    TRY(is_missing(c, step, &missing));
    if (!missing)
        return OK;
    if (m->batch_table == NULL) {
        TRY(e->ops->script(e, script_of(e, a, m)));
        step->is_done = true;
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
                     struct stepping *step)
{
    const struct migration *m = step->m;
    int64_t position, end, last;
    bool missing;
    (void)e;
    TRY(is_missing(c, step, &missing));
    if (!missing)
        return OK;
    TRY(read_number(c, STR("SELECT position FROM schema_batches WHERE number = ?1"), m->number,
                    &position));
    TRY(read_number(c,
                    str_format(a,
                               "SELECT coalesce(max(key), 0) FROM (SELECT key FROM %s WHERE key "
                               "> ?1 ORDER BY key LIMIT %d) AS batch",
                               m->batch_table, MIGRATION_BATCH_SIZE),
                    position, &end));
    step->is_done = end == 0;
    if (step->is_done)
        return record(c, m);
    TRY(run_between(c, str_of(m->batch_sql), position, end));
    TRY(read_number(c, str_format(a, "SELECT coalesce(max(key), 0) FROM %s", m->batch_table), 0,
                    &last));
    step->progress = (struct migration_progress){.step = m, .key = end, .last_key = last};
    return run_between(c, STR("UPDATE schema_batches SET position = ?2 WHERE number = ?1"),
                       m->number, end);
}

static err apply(struct sql_engine *e, struct arena *a, struct stepping *step)
{
    TRY(transact(e, a, run_script, step));
    step->is_done = step->is_done || step->m->batch_table == NULL;
    while (!step->is_done) {
        TRY(transact(e, a, run_batch, step));
        if (!step->is_done)
            step->report(&step->progress);
    }
    if (!step->is_done_by_other)
        step->report(&(struct migration_progress){.step = step->m, .is_done = true});
    return OK;
}

/* The tables of what was done: made by the first who comes, while nobody else makes them. */
static err make_tables(struct sql_engine *e, struct sql_connection *c, struct arena *a,
                       struct stepping *step)
{
    (void)c;
    (void)a;
    (void)step;
    return e->ops->script(e, e->dialect->migrations_table);
}

static err read_newest(struct sql_engine *e, int64_t *out)
{
    struct sql_connection *c;
    TRY(sql_read_begin(e, &c));
    err read = newest_applied(c, out);
    sql_read_end(e, c);
    return read;
}

err sql_migrate_reporting(struct sql_engine *e, struct arena *a, const struct migration *migrations,
                          size_t count, migration_report *report, int *applied_count)
{
    int64_t newest;
    *applied_count = 0;
    TRY(transact(e, a, make_tables, NULL));
    TRY(read_newest(e, &newest));
    if (newest > migrations[count - 1].number)
        return ERRF(a, CONFLICT,
                    "the database has schema %lld, this program knows only %d: use a newer program",
                    (long long)newest, migrations[count - 1].number);
    for (size_t i = 0; i < count; i++) {
        struct stepping step = {.m = &migrations[i], .report = report};
        if (migrations[i].number <= newest)
            continue;
        TRY(apply(e, a, &step));
        *applied_count += step.is_done_by_other ? 0 : 1;
    }
    return OK;
}

static void report_to_log(const struct migration_progress *p)
{
    if (p->is_done)
        log_event(LOG_INFO, "migrated", "number=%d name=\"%s\"", p->step->number, p->step->name);
    else
        log_event(LOG_INFO, "migrating", "number=%d name=\"%s\" key=%lld of=%lld", p->step->number,
                  p->step->name, (long long)p->key, (long long)p->last_key);
}

err sql_migrate(struct sql_engine *e, struct arena *a, const struct migration *migrations,
                size_t count, int *applied_count)
{
    return sql_migrate_reporting(e, a, migrations, count, report_to_log, applied_count);
}
