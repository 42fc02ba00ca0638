/* Lists what is stored and asks the database about each. */
#include "infrastructure/sweeper.h"

#include "base/arena.h"
#include "base/log.h"

struct orphan_sink {
    struct object_sink base;
    struct db_context *db;
    struct storage *storage;
    struct clock *clock;
    int64_t age_seconds, removed_count;
    struct leadership *lease;
};

static err take_object(struct object_sink *base, str name, uint64_t size, int64_t age_seconds)
{
    struct orphan_sink *s = container_of(base, struct orphan_sink, base);
    struct db_session *session = NULL;
    struct arena scratch = {0};
    bool referenced = true;
    (void)size;
    if (age_seconds < s->age_seconds || (s->lease != NULL && !leadership_leads(s->lease)))
        return OK;
    err e = db_session_begin(s->db, &scratch, s->clock, &session);
    if (!failed(e))
        e = image_reader_is_referenced(session->readers.images, name, &referenced);
    db_session_end(session);
    arena_deinit(&scratch);
    if (failed(e) || referenced)
        return e;
    e = storage_remove(s->storage, name, s->age_seconds);
    s->removed_count += !failed(e);
    return e.code == ERR_CONFLICT || e.code == ERR_NOT_FOUND ? OK : e;
}

err sweep_stages(struct storage *storage, int64_t age_seconds)
{
    int64_t count;
    TRY(storage_sweep(storage, age_seconds, &count));
    if (count != 0)
        log_event(LOG_INFO, "swept", "stages=%lld", (long long)count);
    return OK;
}

err sweep_objects(struct db_context *db, struct storage *storage, struct clock *clock,
                  int64_t age_seconds, struct leadership *lease)
{
    struct orphan_sink sink = {{take_object}, db, storage, clock, age_seconds, 0, lease};
    TRY(storage_list(storage, &sink.base));
    if (sink.removed_count != 0)
        log_event(LOG_INFO, "swept", "objects=%lld", (long long)sink.removed_count);
    return OK;
}
