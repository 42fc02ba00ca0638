/* A queue and its threads, four times. */
#include "presentation/http/lanes.h"

#include "base/arena.h"

#include <unistd.h>

enum { QUEUED_PER_THREAD = 256, THREAD_STACK_SIZE = 512 * 1024 };

static void *work(void *argument)
{
    struct lane_pool *p = argument;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->first == NULL && !p->stopping)
            pthread_cond_wait(&p->changed, &p->lock);
        struct lane_job *job = p->first;
        if (job == NULL)
            break;
        p->first = job->next;
        if (p->first == NULL)
            p->last = &p->first;
        p->queued_count--;
        pthread_mutex_unlock(&p->lock);
        job->run(job);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static err pool_open(struct lane_pool *p, unsigned thread_count)
{
    pthread_attr_t attributes;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    p->last = &p->first;
    p->queued_max = thread_count * QUEUED_PER_THREAD;
    p->threads = heap_alloc_array(thread_count, sizeof *p->threads);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK_SIZE);
    err e = OK;
    for (; p->thread_count < thread_count && !failed(e); p->thread_count++)
        if (pthread_create(&p->threads[p->thread_count], &attributes, work, p) != 0) {
            e = ERR(UNAVAILABLE, "a thread could not be started");
            break;
        }
    pthread_attr_destroy(&attributes);
    return e;
}

err lanes_open(struct lanes *l, const struct lanes_settings *settings)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned cpu = processors > 0 ? (unsigned)processors : 1;
    const unsigned defaults[LANE_COUNT] = {
        [LANE_DB] = cpu < 4 ? 4 : 8, [LANE_CPU] = cpu, [LANE_STREAM] = 32};
    *l = (struct lanes){0};
    for (unsigned i = LANE_DB; i < LANE_COUNT; i++) {
        unsigned wanted = settings->thread_counts[i];
        TRY(pool_open(&l->pools[i], wanted != 0 ? wanted : defaults[i]));
    }
    return OK;
}

void lanes_close(struct lanes *l)
{
    for (unsigned i = LANE_DB; i < LANE_COUNT; i++) {
        struct lane_pool *p = &l->pools[i];
        if (p->threads == NULL)
            continue;
        pthread_mutex_lock(&p->lock);
        p->stopping = true;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
        for (unsigned n = 0; n < p->thread_count; n++)
            pthread_join(p->threads[n], NULL);
        heap_free(p->threads);
        pthread_mutex_destroy(&p->lock);
        pthread_cond_destroy(&p->changed);
    }
    *l = (struct lanes){0};
}

bool lanes_push(struct lanes *l, enum lane lane, struct lane_job *job)
{
    struct lane_pool *p = &l->pools[lane];
    pthread_mutex_lock(&p->lock);
    bool taken = p->queued_count < p->queued_max && !p->stopping;
    if (taken) {
        job->next = NULL;
        *p->last = job;
        p->last = &job->next;
        p->queued_count++;
        pthread_cond_signal(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return taken;
}
