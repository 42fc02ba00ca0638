/* Sleeps until the next job is due. */
#include "presentation/schedule/scheduler.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <time.h>

static void run_due(struct scheduler *s)
{
    for (size_t i = 0; i < s->job_count && !s->stopping; i++) {
        if (monotonic_ns() < s->next_ns[i])
            continue;
        s->is_running = true;
        s->seen_ns = monotonic_ns();
        pthread_mutex_unlock(&s->lock);
        err e = s->jobs[i].run(s->owner);
        if (failed(e))
            log_err(LOG_WARN, s->jobs[i].name, e);
        pthread_mutex_lock(&s->lock);
        s->is_running = false;
        s->next_ns[i] = monotonic_ns() + (uint64_t)s->jobs[i].every_seconds * 1000000000u;
    }
}

static void *work(void *argument)
{
    struct scheduler *s = argument;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        struct timespec until;
        run_due(s);
        s->seen_ns = monotonic_ns();
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        if (!s->stopping)
            pthread_cond_timedwait(&s->changed, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

err scheduler_open(struct scheduler *s, const struct scheduled_job *jobs, size_t job_count,
                   void *owner)
{
    *s = (struct scheduler){
        .jobs = jobs, .job_count = job_count, .owner = owner, .seen_ns = monotonic_ns()};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
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
