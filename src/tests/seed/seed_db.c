/* seed_db: fills the archive of the environment's settings with a hospital that never was, through
 * the same door as every image. The same arguments give the same bytes. */
#include "base/arena.h"
#include "cli/cli.h"
#include "tests/seed/test_data.h"

#include <signal.h>
#include <stdio.h>
#include <sysexits.h>

enum { SEED_THREAD_COUNT = 8, STUDY_COUNT_MAX = 10000000, INSTANCE_COUNT_MAX = 10000 };

struct seeder {
    struct app *app;
    struct import_summary summary;
    struct principal principal;
    struct progress progress;
    uint64_t seed, study_count, instances_per_series, next;
};

static void seed_study(struct seeder *s, uint32_t number)
{
    struct test_study study = test_study_make(s->seed, number);
    struct arena a = {0};
    for (uint32_t series = 0; series < study.series_count; series++)
        for (uint32_t instance = 0; instance < s->instances_per_series; instance++) {
            struct memory_source source;
            memory_source_init(&source, test_study_file(&a, &study, series, instance));
            import_one(s->app, &s->summary, &s->principal, STR("seed"), &source.base);
            arena_reset(&a);
        }
    arena_deinit(&a);
}

static void *work(void *argument)
{
    struct seeder *s = argument;
    for (;;) {
        uint64_t at = __atomic_fetch_add(&s->next, 1, __ATOMIC_RELAXED);
        if (at >= s->study_count)
            return NULL;
        seed_study(s, (uint32_t)at);
        pthread_mutex_lock(&s->summary.lock);
        progress_step(&s->progress, at + 1);
        pthread_mutex_unlock(&s->summary.lock);
    }
}

static int seed(struct seeder *s)
{
    pthread_t threads[SEED_THREAD_COUNT];
    size_t started = 0;
    uint64_t start = monotonic_ns();
    s->principal = principal_system(s->app->organization_key);
    import_summary_begin(&s->summary);
    progress_begin(&s->progress, "studies", s->study_count);
    while (started < SEED_THREAD_COUNT && pthread_create(&threads[started], NULL, work, s) == 0)
        started++;
    if (started == 0)
        work(s);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    progress_end(&s->progress);
    return import_summary_end(&s->summary, start);
}

static bool read_arguments(struct seeder *s, int count, char **arguments)
{
    for (int i = 1; i + 1 < count; i += 2) {
        str name = str_of(arguments[i]);
        uint64_t *to = str_eq(name, STR("--studies"))                ? &s->study_count
                       : str_eq(name, STR("--seed"))                 ? &s->seed
                       : str_eq(name, STR("--instances-per-series")) ? &s->instances_per_series
                                                                     : NULL;
        if (to == NULL || !str_to_u64(str_of(arguments[i + 1]), to))
            return false;
    }
    return count % 2 == 1 && s->study_count != 0 && s->study_count <= STUDY_COUNT_MAX &&
           s->instances_per_series != 0 && s->instances_per_series <= INSTANCE_COUNT_MAX;
}

int main(int count, char **arguments)
{
    static struct app app;
    struct seeder s = {.app = &app, .seed = 1, .instances_per_series = 2};
    if (!read_arguments(&s, count, arguments)) {
        fprintf(stderr, "usage: seed_db --studies N [--seed S] [--instances-per-series K]\n");
        return EX_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    err e = app_open(&app, STR_NONE, 0);
    int code = failed(e) ? EX_UNAVAILABLE : seed(&s);
    if (failed(e))
        fprintf(stderr, "seed_db: %s\n", e.text);
    app_close(&app);
    return code;
}
