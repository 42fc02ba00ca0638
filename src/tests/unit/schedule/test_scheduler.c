/* Jobs run in their turn, or sooner when they are woken. */
#include "base/clock.h"
#include "base/log.h"
#include "presentation/schedule/scheduler.h"
#include "tests/test.h"

#include <unistd.h>

TEST_MAIN("scheduler")

struct counts {
    int often, seldom, slow;
};

__attribute__((constructor)) static void hush(void)
{
    log_configure(LOG_ERROR, LOG_TEXT, 2);
}

static int count(const int *of)
{
    return __atomic_load_n(of, __ATOMIC_ACQUIRE);
}

static err run_often(void *owner)
{
    __atomic_fetch_add(&((struct counts *)owner)->often, 1, __ATOMIC_ACQ_REL);
    return OK;
}

static err run_seldom(void *owner)
{
    __atomic_fetch_add(&((struct counts *)owner)->seldom, 1, __ATOMIC_ACQ_REL);
    return ERR(UNAVAILABLE, "a job may fail");
}

static err run_slow(void *owner)
{
    __atomic_fetch_add(&((struct counts *)owner)->slow, 1, __ATOMIC_ACQ_REL);
    usleep(300000);
    return OK;
}

static const struct scheduled_job jobs[] = {{"often", 1, run_often, false},
                                            {"seldom", 3600, run_seldom, false},
                                            {"slow", 3600, run_slow, false}};

static void wait_for(const int *of, int wanted, int ms_max)
{
    for (int ms = 0; count(of) < wanted && ms < ms_max; ms++)
        usleep(1000);
    CHECK_INT(wanted, count(of));
}

TEST(a_job_that_is_woken_runs_before_its_turn)
{
    static struct scheduler s;
    struct counts c = {0};
    scheduler_wake(&s, "seldom"); /* not open */
    CHECK_OK(scheduler_open(&s, jobs, COUNT_OF(jobs), NULL, &c));
    scheduler_wake(&s, "seldom");
    scheduler_wake(&s, "no such job");
    wait_for(&c.seldom, 1, 1000);
    uint64_t start = monotonic_ns();
    scheduler_wake(&s, "seldom");
    wait_for(&c.seldom, 2, 1000);
    CHECK(monotonic_ns() - start > 100000000u); /* not at once again */
    CHECK_INT(0, count(&c.often));
    CHECK_OK(scheduler_health(&s));
    scheduler_close(&s);
    scheduler_wake(&s, "seldom");
    CHECK_INT(2, c.seldom);
}

TEST(waking_a_thousand_times_is_few_runs)
{
    static struct scheduler s;
    struct counts c = {0};
    CHECK_OK(scheduler_open(&s, jobs, COUNT_OF(jobs), NULL, &c));
    uint64_t start = monotonic_ns();
    for (int i = 0; i < 1000; i++) {
        scheduler_wake(&s, "seldom");
        usleep(500);
    }
    int ms = (int)((monotonic_ns() - start) / 1000000u);
    CHECK(count(&c.seldom) >= 2 && count(&c.seldom) <= ms / SCHEDULER_WAKE_MS + 2);
    scheduler_close(&s);
}

TEST(waking_a_job_that_runs_runs_it_once_more)
{
    static struct scheduler s;
    struct counts c = {0};
    CHECK_OK(scheduler_open(&s, jobs, COUNT_OF(jobs), NULL, &c));
    scheduler_wake(&s, "slow");
    wait_for(&c.slow, 1, 1000);
    scheduler_wake(&s, "slow");
    scheduler_wake(&s, "slow");
    wait_for(&c.slow, 2, 1000);
    usleep(600000);
    CHECK_INT(2, count(&c.slow));
    scheduler_close(&s);
    CHECK_INT(2, c.slow);
}

static bool first_does_not_lead(void *owner)
{
    return count(&((struct counts *)owner)->seldom) != 0;
}

TEST(a_shared_job_runs_where_the_node_leads)
{
    static struct scheduler s;
    static const struct scheduled_job shared[] = {{"often", 1, run_often, .is_shared = true},
                                                  {"seldom", 3600, run_seldom, false}};
    struct counts c = {0};
    CHECK_OK(scheduler_open(&s, shared, COUNT_OF(shared), first_does_not_lead, &c));
    scheduler_wake(&s, "often");
    usleep(300000);
    CHECK_INT(0, count(&c.often));
    scheduler_wake(&s, "seldom");
    wait_for(&c.seldom, 1, 1000);
    scheduler_wake(&s, "often");
    wait_for(&c.often, 1, 1000);
    scheduler_close(&s);
}
