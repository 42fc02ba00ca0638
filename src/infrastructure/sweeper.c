/* Lists what is stored and asks the database about each. */
#include "infrastructure/sweeper.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "infrastructure/sqlite_session.h"

struct orphan_sink {
    struct object_sink base;
    struct sqlite_database *db;
    struct storage *storage;
    struct clock *clock;
    int64_t age_seconds, removed_count;
};

static err take_object(struct object_sink *base, str name, uint64_t size, int64_t age_seconds)
{
    struct orphan_sink *s = container_of(base, struct orphan_sink, base);
    struct sqlite_session session;
    bool referenced = true;
    (void)size;
    if (age_seconds < s->age_seconds)
        return OK;
    sqlite_session_init(&session, s->db, s->clock);
    err e = image_reader_is_referenced(session.readers.images, name, &referenced);
    sqlite_session_deinit(&session);
    if (failed(e) || referenced)
        return e;
    e = storage_remove(s->storage, name, s->age_seconds);
    s->removed_count += !failed(e);
    return e.code == ERR_CONFLICT || e.code == ERR_NOT_FOUND ? OK : e;
}

err sweep_storage(struct sqlite_database *db, struct storage *storage, struct clock *clock,
                  int64_t age_seconds)
{
    struct orphan_sink sink = {{take_object}, db, storage, clock, age_seconds, 0};
    int64_t stage_count;
    TRY(storage_sweep(storage, age_seconds, &stage_count));
    TRY(storage_list(storage, &sink.base));
    if (stage_count + sink.removed_count != 0)
        log_event(LOG_INFO, "swept", "stages=%lld objects=%lld", (long long)stage_count,
                  (long long)sink.removed_count);
    return OK;
}

err sweep_outbox(struct sqlite_database *db, const struct subscription *subscriptions, size_t count)
{
    struct sqlite_unit unit = {.db = db};
    struct sqlite_connection *c;
    struct statement s = {0};
    struct arena scratch = {0};
    struct buf sql = BUF_IN(&scratch);
    buf_add(
        &sql,
        STR("DELETE FROM outbox WHERE key <= (SELECT coalesce(min(key), 0) + 10000 FROM outbox)"));
    for (size_t i = 0; i < count; i++)
        buf_addf(&sql, " AND type <> ?%zu", i + 1);
    err e = sqlite_unit_begin(&unit, &c);
    if (!failed(e))
        e = statement_prepare(c, buf_str(&sql), &s);
    for (size_t i = 0; i < count && !failed(e); i++)
        statement_bind_str(&s, (int)i + 1, str_of(subscriptions[i].event->name));
    if (!failed(e))
        e = statement_run(&s);
    statement_end(&s);
    arena_deinit(&scratch);
    if (!failed(e))
        return sqlite_unit_commit(&unit);
    sqlite_unit_rollback(&unit);
    return e;
}
