/* Each thread claims for itself; the database says who gets what. */
#include "presentation/schedule/task_pool.h"

#include "base/arena.h"
#include "base/log.h"

#include <time.h>

static struct timespec in_ms(uint64_t ms)
{
    uint64_t at = monotonic_ns() + ms * UINT64_C(1000000);
    return (struct timespec){.tv_sec = (time_t)(at / 1000000000u),
                             .tv_nsec = (long)(at % 1000000000u)};
}

/* ---- how the runs are seen from outside ---- */

static void began(struct task_run_observer *o, struct task_run *run)
{
    struct task_slot *slot = container_of(o, struct task_slot, observer);
    pthread_mutex_lock(&slot->lock);
    slot->run = run;
    slot->beaten_ns = monotonic_ns();
    slot->told_done = 0;
    pthread_mutex_unlock(&slot->lock);
    pthread_mutex_lock(&slot->pool->lock);
    if (slot->pool->is_stopping)
        __atomic_store_n(&run->is_stopping, true, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&slot->pool->lock);
}

static void ended(struct task_run_observer *o, struct task_run *run)
{
    struct task_slot *slot = container_of(o, struct task_slot, observer);
    (void)run;
    pthread_mutex_lock(&slot->lock);
    slot->run = NULL;
    pthread_mutex_unlock(&slot->lock);
}

/* A quarter of the lease after the last time; at once when it went on since. */
static bool wants_beat(const struct task_slot *slot)
{
    uint64_t pause = (uint64_t)slot->pool->settings.worker.lease_seconds * 250000000u;
    return slot->run != NULL &&
           (monotonic_ns() - slot->beaten_ns >= pause ||
            __atomic_load_n(&slot->run->progress_done, __ATOMIC_RELAXED) != slot->told_done);
}

static void beat(struct task_slot *slot)
{
    struct task_pool *p = slot->pool;
    struct principal principal = principal_system(0);
    struct arena scratch = {0};
    pthread_mutex_lock(&slot->lock);
    if (wants_beat(slot)) {
        struct scope scope = p->settings.make_scope(p->settings.owner, &scratch, &principal);
        slot->told_done = __atomic_load_n(&slot->run->progress_done, __ATOMIC_RELAXED);
        err e = task_run_beat(&scope, &p->settings.worker, slot->run);
        if (failed(e))
            log_err(LOG_WARN, "task_beat", e);
        else
            slot->beaten_ns = monotonic_ns();
    }
    pthread_mutex_unlock(&slot->lock);
    arena_deinit(&scratch);
}

static void *beat_all(void *argument)
{
    struct task_pool *p = argument;
    struct timespec until = in_ms(1000);
    pthread_mutex_lock(&p->lock);
    while (!p->is_stopping) {
        pthread_mutex_unlock(&p->lock);
        for (size_t i = 0; i < p->thread_count; i++)
            beat(&p->slots[i]);
        pthread_mutex_lock(&p->lock);
        until = in_ms(p->settings.worker.lease_seconds > 4 ? 1000 : 200);
        if (!p->is_stopping)
            pthread_cond_timedwait(&p->changed, &p->lock, &until);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- the threads ---- */

static err step(struct task_slot *slot, bool *goes_on)
{
    const struct task_pool_settings *settings = &slot->pool->settings;
    struct principal principal = principal_system(0);
    struct task_run run = {0};
    struct arena scratch = {0};
    struct scope scope = settings->make_scope(settings->owner, &scratch, &principal);
    err e = task_run_next(&scope, &settings->worker, &slot->observer, &run, goes_on);
    if (failed(e))
        log_err(LOG_WARN, "task_worker", e);
    arena_deinit(&scratch);
    return e;
}

/* Until somebody wakes the pool, or for that time. */
static bool rest(struct task_pool *p, uint64_t ms, uint64_t *wake_seen, bool is_wakeable)
{
    struct timespec until = in_ms(ms);
    pthread_mutex_lock(&p->lock);
    int waited = 0;
    while (!p->is_stopping && waited == 0 && !(is_wakeable && *wake_seen != p->wake_count))
        waited = pthread_cond_timedwait(&p->changed, &p->lock, &until);
    *wake_seen = p->wake_count;
    bool goes_on = !p->is_stopping;
    pthread_mutex_unlock(&p->lock);
    return goes_on;
}

static void *work(void *argument)
{
    struct task_slot *slot = argument;
    struct task_pool *p = slot->pool;
    uint64_t wake_seen = 0;
    bool is_on = true, goes_on;
    while (is_on) {
        err e = step(slot, &goes_on);
        is_on = failed(e) ? rest(p, TASK_PAUSE_MS, &wake_seen, false)
                : goes_on ? rest(p, 0, &wake_seen, true)
                          : rest(p, TASK_POLL_MS, &wake_seen, true);
    }
    return NULL;
}

static void stop_runs(struct task_pool *p)
{
    for (size_t i = 0; i < p->thread_count; i++) {
        pthread_mutex_lock(&p->slots[i].lock);
        if (p->slots[i].run != NULL)
            __atomic_store_n(&p->slots[i].run->is_stopping, true, __ATOMIC_RELAXED);
        pthread_mutex_unlock(&p->slots[i].lock);
    }
}

static void init(struct task_pool *p, const struct task_pool_settings *settings)
{
    pthread_condattr_t attributes;
    *p = (struct task_pool){.settings = *settings};
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* The one that looks at all of them comes last: from then on they stay as they are. */
err task_pool_open(struct task_pool *p, const struct task_pool_settings *settings)
{
    init(p, settings);
    p->is_open = true;
    for (size_t i = 0; i < settings->thread_count && i < TASK_THREAD_COUNT_MAX; i++) {
        struct task_slot *slot = &p->slots[i];
        *slot = (struct task_slot){.observer = {.began = began, .ended = ended}, .pool = p};
        pthread_mutex_init(&slot->lock, NULL);
        if (pthread_create(&slot->thread, NULL, work, slot) != 0) {
            pthread_mutex_destroy(&slot->lock);
            task_pool_close(p);
            return ERR(UNAVAILABLE, "the task pool does not start");
        }
        p->thread_count = i + 1;
    }
    p->has_beater = pthread_create(&p->beater, NULL, beat_all, p) == 0;
    if (p->has_beater)
        return OK;
    task_pool_close(p);
    return ERR(UNAVAILABLE, "the task pool does not start");
}

void task_pool_wake(struct task_pool *p)
{
    if (!p->is_open)
        return;
    pthread_mutex_lock(&p->lock);
    p->wake_count++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

void task_pool_close(struct task_pool *p)
{
    if (!p->is_open)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_stopping = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    stop_runs(p);
    if (p->has_beater)
        pthread_join(p->beater, NULL);
    for (size_t i = 0; i < p->thread_count; i++) {
        pthread_join(p->slots[i].thread, NULL);
        pthread_mutex_destroy(&p->slots[i].lock);
    }
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->changed);
    *p = (struct task_pool){0};
}
