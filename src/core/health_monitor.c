/* A thread per module: check, tell, sleep. */
#include "core/health_monitor.h"

#include "base/clock.h"
#include "base/log.h"

#include <time.h>

static const uint64_t ns_per_ms = 1000000;

static void sleep_until_changed(struct health_monitor *m, uint64_t until_ns)
{
    struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000u),
                             .tv_nsec = (long)(until_ns % 1000000000u)};
    pthread_cond_clockwait(&m->changed, &m->lock, CLOCK_MONOTONIC, &until);
}

static void *watch(void *argument)
{
    struct health_watch *w = argument;
    struct health_monitor *m = w->monitor;
    pthread_mutex_lock(&m->lock);
    while (!m->stopping) {
        pthread_mutex_unlock(&m->lock);
        err health = w->module->health(m->app);
        pthread_mutex_lock(&m->lock);
        w->code = health.code;
        w->answered_ns = monotonic_ns();
        pthread_cond_broadcast(&m->changed);
        uint64_t until = w->answered_ns + HEALTH_INTERVAL_MS * ns_per_ms;
        while (!m->stopping && monotonic_ns() < until)
            sleep_until_changed(m, until);
    }
    w->has_ended = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

static bool has_answered(const struct health_watch *w)
{
    return w->answered_ns != 0;
}

static bool has_ended(const struct health_watch *w)
{
    return w->has_ended;
}

/* With the lock. False when the time ran out first. */
static bool wait_for_all(struct health_monitor *m, bool (*is_so)(const struct health_watch *w))
{
    uint64_t deadline = monotonic_ns() + HEALTH_WAIT_MS * ns_per_ms;
    for (size_t i = 0; i < m->watch_count;) {
        if (is_so(&m->watches[i]))
            i++;
        else if (monotonic_ns() >= deadline)
            return false;
        else
            sleep_until_changed(m, deadline);
    }
    return true;
}

static err start_watch(struct health_monitor *m, const struct module *module)
{
    if (m->watch_count == HEALTH_MODULE_COUNT_MAX)
        return ERR(INVALID, "too many modules have a health");
    struct health_watch *w = &m->watches[m->watch_count];
    *w = (struct health_watch){.monitor = m, .module = module};
    if (pthread_create(&w->thread, NULL, watch, w) != 0)
        return ERR(UNAVAILABLE, "the health checks do not start");
    m->watch_count++;
    return OK;
}

err health_monitor_open(struct health_monitor *m, const struct di_container *c, struct app *app)
{
    *m = (struct health_monitor){.app = app, .is_open = true};
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->changed, NULL);
    for (size_t i = 0; i < c->opened_count; i++) {
        const struct module *module = &c->modules[i];
        if (di_container_is_wanted(c, module) && module->health != NULL &&
            (module->is_used == NULL || module->is_used(app)))
            TRY(start_watch(m, module));
    }
    pthread_mutex_lock(&m->lock);
    wait_for_all(m, has_answered);
    pthread_mutex_unlock(&m->lock);
    return OK;
}

void health_monitor_close(struct health_monitor *m)
{
    if (!m->is_open)
        return;
    pthread_mutex_lock(&m->lock);
    m->stopping = true;
    pthread_cond_broadcast(&m->changed);
    bool all_ended = wait_for_all(m, has_ended);
    pthread_mutex_unlock(&m->lock);
    if (!all_ended) {
        log_event(LOG_WARN, "health_check_hangs", "waited_ms=%d", HEALTH_WAIT_MS);
        return;
    }
    for (size_t i = 0; i < m->watch_count; i++)
        pthread_join(m->watches[i].thread, NULL);
    pthread_mutex_destroy(&m->lock);
    pthread_cond_destroy(&m->changed);
    *m = (struct health_monitor){0};
}

err health_monitor_read(struct health_monitor *m,
                        void (*report)(void *to, const struct module *module, err health), void *to)
{
    err worst = OK;
    if (!m->is_open)
        return ERR(UNAVAILABLE, "nobody asks the modules");
    pthread_mutex_lock(&m->lock);
    uint64_t now = monotonic_ns();
    for (size_t i = 0; i < m->watch_count; i++) {
        const struct health_watch *w = &m->watches[i];
        bool is_old = w->answered_ns == 0 || now - w->answered_ns > HEALTH_AGE_MS_MAX * ns_per_ms;
        err e = {is_old ? ERR_UNAVAILABLE : w->code, "", HERE};
        report(to, w->module, e);
        if (failed(e) && !w->module->is_optional)
            worst = e;
    }
    pthread_mutex_unlock(&m->lock);
    return worst;
}
