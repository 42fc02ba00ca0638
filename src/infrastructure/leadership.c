/* Asking for the lease, again and again. */
#include "infrastructure/leadership.h"

#include "base/arena.h"
#include "base/log.h"

#include <time.h>

static err take(struct leadership *l, struct arena *a, int64_t *token)
{
    struct db_session *session;
    instant now = clock_now(l->clock);
    struct lease lease = {.name = l->name,
                          .holder = l->holder,
                          .expires_at = instant_add(now, SECONDS(LEADERSHIP_SECONDS))};
    TRY(db_session_begin(l->db, a, l->clock, &session));
    err e = lease_writer_take(session->uow.leases, &lease, now);
    if (!failed(e))
        e = db_session_commit(session);
    db_session_end(session);
    *token = failed(e) ? 0 : lease.token;
    return e;
}

/* A failure leaves what is held as it is: it ends by itself. */
static void renew(struct leadership *l)
{
    struct arena scratch = {0};
    int64_t token;
    uint64_t asked_ns = monotonic_ns();
    err e = take(l, &scratch, &token);
    arena_deinit(&scratch);
    if (failed(e)) {
        log_err(LOG_WARN, "leadership", e);
        return;
    }
    pthread_mutex_lock(&l->lock);
    bool led = l->leads_until_ns != 0;
    l->token = token;
    l->leads_until_ns = token == 0 ? 0
                                   : asked_ns + (LEADERSHIP_SECONDS - LEADERSHIP_MARGIN_SECONDS) *
                                                    (uint64_t)1000000000;
    pthread_mutex_unlock(&l->lock);
    if (led != (token != 0))
        log_event(LOG_INFO, "leadership", "lease=%.*s leads=%s token=%lld", STR_ARG(l->name),
                  token != 0 ? "true" : "false", (long long)token);
}

static void give_back(struct leadership *l)
{
    struct arena scratch = {0};
    struct db_session *session;
    err e = db_session_begin(l->db, &scratch, l->clock, &session);
    if (!failed(e)) {
        e = lease_writer_release(session->uow.leases, l->name, l->holder);
        if (!failed(e))
            e = db_session_commit(session);
        db_session_end(session);
    }
    if (failed(e))
        log_err(LOG_WARN, "leadership", e);
    arena_deinit(&scratch);
}

static void *work(void *argument)
{
    struct leadership *l = argument;
    pthread_mutex_lock(&l->lock);
    while (!l->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += LEADERSHIP_RENEWAL_MS / 1000;
        pthread_cond_timedwait(&l->changed, &l->lock, &until);
        if (l->stopping)
            break;
        pthread_mutex_unlock(&l->lock);
        renew(l);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

err leadership_open(struct leadership *l, struct db_context *db, struct clock *clock, str name,
                    uuid holder)
{
    pthread_condattr_t attributes;
    *l = (struct leadership){.db = db,
                             .clock = clock,
                             .name = name,
                             .holder = uuid_is_set(holder) ? holder : uuid_make(clock),
                             .is_common = uuid_is_set(holder)};
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&l->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    renew(l);
    l->has_thread = pthread_create(&l->thread, NULL, work, l) == 0;
    return l->has_thread ? OK : ERR(UNAVAILABLE, "the thread that renews the lease does not start");
}

void leadership_close(struct leadership *l)
{
    if (l->db == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    if (l->has_thread)
        pthread_join(l->thread, NULL);
    if (!l->is_common && leadership_leads(l))
        give_back(l);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->changed);
    *l = (struct leadership){0};
}

bool leadership_leads(struct leadership *l)
{
    if (l->db == NULL)
        return false;
    pthread_mutex_lock(&l->lock);
    bool leads = monotonic_ns() < l->leads_until_ns;
    pthread_mutex_unlock(&l->lock);
    return leads;
}

void leadership_ask(struct leadership *l)
{
    if (l->db == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
}
