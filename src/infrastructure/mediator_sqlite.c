/* The ports of the pipeline. */
#include "infrastructure/mediator_sqlite.h"

#include "base/arena.h"
#include "base/log.h"
#include "domain/entities/principal.h"
#include "infrastructure/sqlite_session.h"

static struct mediator_sqlite *self(struct mediator *m)
{
    return container_of(m, struct mediator_sqlite, base);
}

static err authorize(struct mediator *m, const struct principal *principal, permission_number needs)
{
    (void)m;
    if (permissions_have(principal->permissions, needs))
        return OK;
    return principal->kind == PRINCIPAL_NOBODY ? ERR(UNAUTHENTICATED, "sign in first")
                                               : ERR(FORBIDDEN, "your role does not allow this");
}

static err read_begin(struct mediator *m, struct scope *scope, struct readers **out)
{
    struct sqlite_session *session = NEW(scope->arena, struct sqlite_session);
    sqlite_session_init(session, self(m)->db, scope->clock);
    *out = &session->readers;
    return OK;
}

static void read_end(struct mediator *m, struct readers *readers)
{
    (void)m;
    sqlite_session_deinit(container_of(readers, struct sqlite_session, readers));
}

static err work_begin(struct mediator *m, struct scope *scope, struct unit_of_work **out,
                      struct readers **readers)
{
    struct sqlite_session *session = NEW(scope->arena, struct sqlite_session);
    sqlite_session_init(session, self(m)->db, scope->clock);
    *out = &session->uow;
    *readers = &session->readers;
    return OK;
}

static err work_commit(struct mediator *m, struct unit_of_work *uow)
{
    struct sqlite_session *session = container_of(uow, struct sqlite_session, uow);
    (void)m;
    err e = sqlite_session_commit(session);
    sqlite_session_deinit(session);
    return e;
}

static void work_rollback(struct mediator *m, struct unit_of_work *uow)
{
    (void)m;
    sqlite_session_deinit(container_of(uow, struct sqlite_session, uow));
}

static struct audit_event event_of(const struct call *c, err outcome)
{
    const struct scope *s = c->scope;
    return (struct audit_event){.id = uuid_make(s->clock),
                                .organization_key = s->principal->organization_key,
                                .created_at = clock_now(s->clock),
                                .action = str_of(c->use_case->name),
                                .outcome = str_of(err_code_name(outcome.code)),
                                .user_id = s->principal->user_id,
                                .subject_id = s->subject_id,
                                .peer_address = s->peer_address,
                                .request_id = s->request_id,
                                .count = 1};
}

static uint64_t touch_hash(const struct call *c)
{
    const struct scope *s = c->scope;
    const struct {
        const void *at;
        size_t size;
    } parts[] = {{&s->principal->user_id, sizeof(uuid)},
                 {&s->subject_id, sizeof(uuid)},
                 {uuid_is_set(s->subject_id) ? "" : c->use_case->name,
                  uuid_is_set(s->subject_id) ? 0 : strlen(c->use_case->name)}};
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        for (size_t n = 0; n < parts[i].size; n++)
            hash = (hash ^ ((const unsigned char *)parts[i].at)[n]) * UINT64_C(0x100000001b3);
    return hash;
}

/* True when this principal's touch of this study is on record already: then it only counts. */
static bool count_touch(struct mediator_sqlite *m, uint64_t hash, instant now)
{
    struct audit_touch *touch = &m->touches[hash % AUDIT_TOUCH_COUNT];
    pthread_mutex_lock(&m->lock);
    bool known =
        touch->who_and_what == hash && now.us - touch->first_at.us < SECONDS(AUDIT_TOUCH_SECONDS);
    if (known)
        touch->unwritten_count++;
    pthread_mutex_unlock(&m->lock);
    return known;
}

static err write_count(struct sqlite_session *session, int64_t event_key, int64_t count)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_write(session, &c));
    TRY(statement_begin(c, "UPDATE audit_events SET count = count + ?2 WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, event_key);
    statement_bind_i64(&s, 2, count);
    return statement_run(&s);
}

/* A first touch: durable before the answer. What the slot still counted for another event goes with
 * it. */
static err record_read(struct mediator_sqlite *m, struct call *c, err outcome)
{
    uint64_t hash = touch_hash(c);
    struct audit_event event = event_of(c, outcome);
    if (!failed(outcome) && count_touch(m, hash, event.created_at))
        return OK;
    struct sqlite_session session;
    sqlite_session_init(&session, m->db, c->scope->clock);
    err e = audit_writer_add(session.uow.audit, &event);
    struct audit_touch *touch = &m->touches[hash % AUDIT_TOUCH_COUNT];
    pthread_mutex_lock(&m->lock);
    struct audit_touch before = *touch;
    if (!failed(outcome))
        *touch = (struct audit_touch){hash, event.created_at, event.key, 0};
    else
        before.unwritten_count = 0;
    pthread_mutex_unlock(&m->lock);
    if (!failed(e) && before.unwritten_count != 0)
        e = write_count(&session, before.event_key, before.unwritten_count);
    if (!failed(e))
        e = sqlite_session_commit(&session);
    sqlite_session_deinit(&session);
    return e;
}

static err audit(struct mediator *base, struct call *c, struct unit_of_work *uow, err outcome)
{
    struct mediator_sqlite *m = self(base);
    bool refused = outcome.code == ERR_FORBIDDEN || outcome.code == ERR_UNAUTHENTICATED;
    if (c->scope->principal->kind == PRINCIPAL_NOBODY && uow == NULL)
        return OK; /* nobody's refused request is in the access log; it must not fill the trail */
    if (uow != NULL) {
        struct audit_event event = event_of(c, outcome);
        return audit_writer_add(uow->audit, &event);
    }
    if (failed(outcome) && !refused)
        return OK; /* nothing was seen and nothing was refused */
    return record_read(m, c, outcome);
}

static void traced(struct mediator *base, const struct call *c, err outcome, uint64_t duration_ns)
{
    struct mediator_sqlite *m = self(base);
    for (size_t i = ((uintptr_t)c->use_case >> 4) % USE_CASE_COUNT_MAX;;
         i = (i + 1) % USE_CASE_COUNT_MAX) {
        struct use_case_metric *metric = &m->metrics[i];
        const struct use_case *expected = NULL;
        const struct use_case *here = __atomic_load_n(&metric->use_case, __ATOMIC_ACQUIRE);
        if (here == NULL && __atomic_compare_exchange_n(&metric->use_case, &expected, c->use_case,
                                                        false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            here = c->use_case;
        else if (here == NULL)
            here = expected;
        if (here != c->use_case)
            continue;
        __atomic_fetch_add(&metric->call_count, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&metric->total_ns, duration_ns, __ATOMIC_RELAXED);
        if (failed(outcome))
            __atomic_fetch_add(&metric->error_count, 1, __ATOMIC_RELAXED);
        return;
    }
}

static const struct mediator_ops sqlite_ops = {
    .authorize = authorize,
    .read_begin = read_begin,
    .read_end = read_end,
    .work_begin = work_begin,
    .work_commit = work_commit,
    .work_rollback = work_rollback,
    .audit = audit,
    .traced = traced,
};

void mediator_sqlite_open(struct mediator_sqlite *m, struct sqlite_database *db,
                          struct clock *clock)
{
    *m = (struct mediator_sqlite){.base = {&sqlite_ops}, .db = db, .clock = clock};
    pthread_mutex_init(&m->lock, NULL);
    m->touches = heap_alloc_array(AUDIT_TOUCH_COUNT, sizeof *m->touches);
}

void mediator_sqlite_close(struct mediator_sqlite *m)
{
    if (m->base.ops == NULL)
        return;
    pthread_mutex_destroy(&m->lock);
    heap_free(m->touches);
    *m = (struct mediator_sqlite){0};
}

err mediator_sqlite_flush_audit(struct mediator_sqlite *m)
{
    struct sqlite_session session;
    err e = OK;
    sqlite_session_init(&session, m->db, m->clock);
    for (size_t i = 0; i < AUDIT_TOUCH_COUNT && !failed(e); i++) {
        pthread_mutex_lock(&m->lock);
        int64_t count = m->touches[i].unwritten_count, key = m->touches[i].event_key;
        m->touches[i].unwritten_count = 0;
        pthread_mutex_unlock(&m->lock);
        if (count != 0)
            e = write_count(&session, key, count);
    }
    if (!failed(e))
        e = sqlite_session_commit(&session);
    sqlite_session_deinit(&session);
    return e;
}
