/* Sleeps until the next job is due. */
#include "presentation/schedule/scheduler.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>
#include <time.h>

static uint64_t due_ns(const struct scheduler *s, size_t i)
{
    uint64_t woken = s->began_ns[i] + (uint64_t)SCHEDULER_WAKE_MS * 1000000u;
    return s->is_woken[i] && woken < s->next_ns[i] ? woken : s->next_ns[i];
}

static void run_due(struct scheduler *s)
{
    for (size_t i = 0; i < s->job_count && !s->stopping; i++) {
        if (monotonic_ns() < due_ns(s, i))
            continue;
        s->is_woken[i] = false;
        s->began_ns[i] = monotonic_ns();
        s->is_running = true;
        s->seen_ns = monotonic_ns();
        pthread_mutex_unlock(&s->lock);
        bool is_ours = !s->jobs[i].is_shared || s->leads(s->owner);
        err e = is_ours ? s->jobs[i].run(s->owner) : OK;
        if (failed(e))
            log_err(LOG_WARN, s->jobs[i].name, e);
        pthread_mutex_lock(&s->lock);
        s->is_running = false;
        s->next_ns[i] = monotonic_ns() + (uint64_t)s->jobs[i].every_seconds * 1000000000u;
    }
}

/* The next look: when a job is due, in a second at the latest. */
static struct timespec next_look(const struct scheduler *s)
{
    uint64_t at = monotonic_ns() + 1000000000u;
    for (size_t i = 0; i < s->job_count; i++)
        if (due_ns(s, i) < at)
            at = due_ns(s, i);
    return (struct timespec){.tv_sec = (time_t)(at / 1000000000u),
                             .tv_nsec = (long)(at % 1000000000u)};
}

static void *work(void *argument)
{
    struct scheduler *s = argument;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        run_due(s);
        s->seen_ns = monotonic_ns();
        struct timespec until = next_look(s);
        if (!s->stopping)
            pthread_cond_timedwait(&s->changed, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

err scheduler_open(struct scheduler *s, const struct scheduled_job *jobs, size_t job_count,
                   bool (*leads)(void *owner), void *owner)
{
    pthread_condattr_t attributes;
    *s = (struct scheduler){.jobs = jobs,
                            .job_count = job_count,
                            .leads = leads,
                            .owner = owner,
                            .seen_ns = monotonic_ns()};
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    for (size_t i = 0; i < job_count; i++)
        s->next_ns[i] = monotonic_ns() + 2000000000u;
    if (pthread_create(&s->thread, NULL, work, s) != 0)
        return ERR(UNAVAILABLE, "the scheduler does not start");
    s->has_thread = true;
    return OK;
}

err scheduler_health(struct scheduler *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t seconds = (monotonic_ns() - s->seen_ns) / 1000000000u;
    bool is_stuck = seconds > (s->is_running ? SCHEDULED_JOB_SECONDS : SCHEDULER_SILENCE_SECONDS);
    pthread_mutex_unlock(&s->lock);
    return is_stuck ? ERR(UNAVAILABLE, "the scheduler is stuck") : OK;
}

void scheduler_wake(struct scheduler *s, const char *name)
{
    if (!s->has_thread)
        return;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->job_count; i++)
        if (strcmp(s->jobs[i].name, name) == 0)
            s->is_woken[i] = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void scheduler_close(struct scheduler *s)
{
    if (!s->has_thread)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    *s = (struct scheduler){0};
}
