/* Modules that are well, fail, hang, and come back. */
#include "core/health_monitor.h"

#include "base/clock.h"
#include "tests/test.h"

#include <unistd.h>

TEST_MAIN("health_monitor")

struct app {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hangs, fails;
    unsigned asked_count;
};

static err well(struct app *app)
{
    __atomic_fetch_add(&app->asked_count, 1, __ATOMIC_RELAXED);
    return OK;
}

static err shaky(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    while (app->hangs)
        pthread_cond_wait(&app->changed, &app->lock);
    bool fails = app->fails;
    pthread_mutex_unlock(&app->lock);
    return fails ? ERR(NO_SPACE, "as the test wants") : OK;
}

static void set(struct app *app, bool hangs, bool fails)
{
    pthread_mutex_lock(&app->lock);
    app->hangs = hangs;
    app->fails = fails;
    pthread_cond_broadcast(&app->changed);
    pthread_mutex_unlock(&app->lock);
}

static const struct module modules[] = {
    {.name = "well", .health = well},
    {.name = "silent"},
    {.name = "shaky", .health = shaky},
    {.name = "elsewhere", .health = shaky, .roles = 2},
};

struct seen {
    size_t count;
    enum err_code well, shaky;
};

static void note(void *to, const struct module *module, err health)
{
    struct seen *seen = to;
    seen->count++;
    *(strcmp(module->name, "well") == 0 ? &seen->well : &seen->shaky) = health.code;
}

/* What is read, at once. */
static err look(struct health_monitor *m, struct seen *seen)
{
    uint64_t begin = monotonic_ns();
    *seen = (struct seen){0};
    err e = health_monitor_read(m, note, seen);
    CHECK(monotonic_ns() - begin < 200000000u);
    return e;
}

static void wait_until(struct health_monitor *m, enum err_code shaky_code)
{
    struct seen seen;
    uint64_t deadline = monotonic_ns() + 20000000000u;
    do {
        usleep(20 * 1000);
        err e = look(m, &seen);
        CHECK(e.code == seen.shaky);
        CHECK(monotonic_ns() < deadline);
    } while (seen.shaky != shaky_code);
    CHECK_INT(2, seen.count);
    CHECK_INT(ERR_OK, seen.well);
}

static const struct di_container container = {
    .modules = modules, .module_count = 4, .opened_count = 4, .roles = 1};

#define APP_INIT                                                                                   \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER                     \
    }

TEST(a_module_that_fails_or_hangs_is_seen_and_comes_back)
{
    struct app app = APP_INIT;
    struct health_monitor m = {0};
    struct seen seen;
    CHECK_ERR(UNAVAILABLE, look(&m, &seen)); /* nobody asks yet */
    CHECK_OK(health_monitor_open(&m, &container, &app));
    CHECK_OK(look(&m, &seen));
    CHECK_INT(2, seen.count);
    set(&app, false, true);
    wait_until(&m, ERR_NO_SPACE);
    set(&app, true, false);
    wait_until(&m, ERR_UNAVAILABLE);
    unsigned asked = __atomic_load_n(&app.asked_count, __ATOMIC_RELAXED);
    usleep(2 * HEALTH_INTERVAL_MS * 1000);
    CHECK(__atomic_load_n(&app.asked_count, __ATOMIC_RELAXED) > asked); /* the other goes on */
    set(&app, false, false);
    wait_until(&m, ERR_OK);
    health_monitor_close(&m);
    health_monitor_close(&m);
}

TEST(opening_and_closing_do_not_wait_for_one_that_hangs)
{
    static struct app app = APP_INIT; /* outlives the thread */
    static struct health_monitor m;
    struct seen seen;
    app.hangs = true;
    uint64_t begin = monotonic_ns();
    CHECK_OK(health_monitor_open(&m, &container, &app));
    CHECK_ERR(UNAVAILABLE, look(&m, &seen));
    CHECK_INT(ERR_OK, seen.well);
    health_monitor_close(&m);
    CHECK(monotonic_ns() - begin < (2 * HEALTH_WAIT_MS + 2000) * UINT64_C(1000000));
    set(&app, false, false); /* so that the thread ends */
    for (size_t i = 0; i < m.watch_count; i++)
        pthread_join(m.watches[i].thread, NULL);
}
