/* struct health_monitor: what the modules of the container say about their health, asked again and
 * again in the background. Each has a thread of its own, so that one that hangs holds up neither
 * the others nor whoever reads; an answer that has become old counts as none. */
#ifndef CORE_HEALTH_MONITOR_H
#define CORE_HEALTH_MONITOR_H

#include "core/di_container.h"

#include <pthread.h>
#include <stdint.h>

enum {
    HEALTH_MODULE_COUNT_MAX = 16,
    HEALTH_INTERVAL_MS = 500,
    HEALTH_AGE_MS_MAX = 2000, /* of an answer that still counts */
    HEALTH_WAIT_MS = 2000     /* for the first answers, and for the last check to come back */
};

struct health_watch {
    struct health_monitor *monitor;
    const struct module *module;
    pthread_t thread;
    bool has_ended;
    enum err_code code;   /* of the last answer */
    uint64_t answered_ns; /* 0: never yet */
};

/* Of zeros before it is opened. It stays where it is until it is closed. */
struct health_monitor {
    struct app *app;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct health_watch watches[HEALTH_MODULE_COUNT_MAX];
    size_t watch_count;
    bool is_open, stopping;
};

/* Watches what of c is open now, is used and has a health. Returns when each has answered once, or
 * after HEALTH_WAIT_MS. Errors: INVALID (too many modules), UNAVAILABLE (a thread does not start).
 */
err health_monitor_open(struct health_monitor *m, const struct di_container *c, struct app *app);
/* A check that does not come back within HEALTH_WAIT_MS is left alone, and m with it. */
void health_monitor_close(struct health_monitor *m);

/* Calls report for each module; does not wait. UNAVAILABLE where the last answer is too old. OK
 * when all are well that are not optional. Errors have a code and no text. */
err health_monitor_read(struct health_monitor *m,
                        void (*report)(void *to, const struct module *module, err health),
                        void *to);

#endif
