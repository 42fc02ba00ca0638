/* A list of jobs under a lock. */
#include "base/thread_pool.h"

#include "base/arena.h"

enum { THREAD_STACK_SIZE = 512 * 1024 };

static void *work(void *argument)
{
    struct thread_pool *p = argument;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->first == NULL && !p->stopping)
            pthread_cond_wait(&p->changed, &p->lock);
        struct pool_job *job = p->first;
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

err thread_pool_open(struct thread_pool *p, unsigned thread_count, unsigned queued_max)
{
    pthread_attr_t attributes;
    *p = (struct thread_pool){.queued_max = queued_max};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    p->last = &p->first;
    p->threads = heap_alloc_array(thread_count, sizeof *p->threads);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK_SIZE);
    err e = OK;
    while (p->thread_count < thread_count && !failed(e)) {
        if (pthread_create(&p->threads[p->thread_count], &attributes, work, p) == 0)
            p->thread_count++;
        else
            e = ERR(UNAVAILABLE, "a thread could not be started");
    }
    pthread_attr_destroy(&attributes);
    return e;
}

void thread_pool_close(struct thread_pool *p)
{
    if (p->threads == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->thread_count; i++)
        pthread_join(p->threads[i], NULL);
    heap_free(p->threads);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->changed);
    *p = (struct thread_pool){0};
}

bool thread_pool_push(struct thread_pool *p, struct pool_job *job)
{
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
