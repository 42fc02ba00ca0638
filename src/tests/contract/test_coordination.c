/* What nodes share must behave alike in the process and through Redis: run over each of them, with
 * two nodes. The second is the first where there is but one process. */
#include "base/clock.h"
#include "base/log.h"
#include "infrastructure/postgres/bus.h"
#include "infrastructure/principal_memory.h"
#include "infrastructure/redis_database.h"
#include "tests/test.h"

#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TEST_MAIN("coordination contract")

enum { NODE_COUNT = 2, WAIT_MS = 3000 };

struct node {
    struct shared_cache *cache;
    struct rate_counter *rates;
    struct message_bus *bus;
};

struct world {
    struct node nodes[NODE_COUNT];
    struct arena arena;
    struct cache_memory cache;
    struct rate_memory rates;
    struct bus_memory bus;
    struct redis_database redis[NODE_COUNT];
    struct postgres_database database;
    struct postgres_bus postgres[NODE_COUNT];
};

struct engine {
    const char *name;
    const char *server; /* the variable that tells its address, or NULL */
    void (*open)(struct world *w);
    void (*close)(struct world *w);
};

static const unsigned char secret[REDIS_KEY_SIZE] = "of all nodes of one installation";

static void memory_open(struct world *w)
{
    cache_memory_open(&w->cache, CACHE_MEMORY_SIZE);
    rate_memory_open(&w->rates);
    CHECK_OK(bus_memory_open(&w->bus));
    for (int i = 0; i < NODE_COUNT; i++)
        w->nodes[i] = (struct node){&w->cache.base, &w->rates.base, &w->bus.base};
}

static void memory_close(struct world *w)
{
    bus_memory_close(&w->bus);
    rate_memory_close(&w->rates);
    cache_memory_close(&w->cache);
}

static str redis_url(void)
{
    return str_of(getenv("GANTRY_TEST_REDIS_URL"));
}

static void wait_until_healthy(struct redis_database *db)
{
    for (int ms = 0; failed(redis_database_health(db)) && ms < WAIT_MS; ms++)
        usleep(1000);
    CHECK_OK(redis_database_health(db));
}

static void redis_open(struct world *w)
{
    static int run;
    str url = str_format(&w->arena, "%.*s?prefix=t%d-%d", STR_ARG(redis_url()), getpid(), run++);
    for (int i = 0; i < NODE_COUNT; i++) {
        struct redis_database *db = &w->redis[i];
        CHECK_OK(redis_database_open(db, url, secret));
        w->nodes[i] = (struct node){&db->cache, &db->rates, &db->bus};
        wait_until_healthy(db);
    }
}

static void redis_close(struct world *w)
{
    for (int i = 0; i < NODE_COUNT; i++)
        redis_database_close(&w->redis[i]);
}

/* The bus alone goes through the database. */
static void postgres_open(struct world *w)
{
    CHECK_OK(postgres_database_open(&w->database, str_of(getenv("GANTRY_TEST_POSTGRES_URL"))));
    cache_memory_open(&w->cache, CACHE_MEMORY_SIZE);
    rate_memory_open(&w->rates);
    for (int i = 0; i < NODE_COUNT; i++) {
        CHECK_OK(postgres_bus_open(&w->postgres[i], &w->database));
        w->nodes[i] = (struct node){&w->cache.base, &w->rates.base, &w->postgres[i].base};
    }
    usleep(300000); /* until both listen */
}

static void postgres_close(struct world *w)
{
    for (int i = 0; i < NODE_COUNT; i++)
        postgres_bus_close(&w->postgres[i]);
    rate_memory_close(&w->rates);
    cache_memory_close(&w->cache);
    postgres_database_close(&w->database);
}

static const struct engine engines[] = {
    {"memory", NULL, memory_open, memory_close},
    {"redis", "GANTRY_TEST_REDIS_URL", redis_open, redis_close},
    {"postgresql", "GANTRY_TEST_POSTGRES_URL", postgres_open, postgres_close},
};

static void register_coordination_test(const char *name, CMUnitTestFunction run)
{
    static char names[TEST_COUNT_MAX][96];
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        if (engines[i].server != NULL && getenv(engines[i].server) == NULL)
            continue;
        snprintf(names[test_count], sizeof names[0], "%s (%s)", name, engines[i].name);
        test_list[test_count] = (struct CMUnitTest){
            .name = names[test_count], .test_func = run, .initial_state = (void *)&engines[i]};
        test_count++;
    }
}

/* With nodes that share nothing yet, once for each engine. */
#define COORDINATION_CONTRACT(name_)                                                               \
    static void contract_##name_(struct world *w, struct arena *a);                                \
    static void run_##name_(void **state)                                                          \
    {                                                                                              \
        static struct world w;                                                                     \
        const struct engine *engine = *state;                                                      \
        w = (struct world){0};                                                                     \
        engine->open(&w);                                                                          \
        contract_##name_(&w, &w.arena);                                                            \
        engine->close(&w);                                                                         \
        arena_deinit(&w.arena);                                                                    \
    }                                                                                              \
    __attribute__((constructor)) static void register_##name_(void)                                \
    {                                                                                              \
        log_configure(LOG_ERROR, LOG_TEXT, 2);                                                     \
        register_coordination_test(#name_, run_##name_);                                           \
    }                                                                                              \
    static void contract_##name_(struct world *w, struct arena *a)

static str bytes_of(struct arena *a, size_t size, unsigned seed)
{
    char *bytes = arena_alloc_raw(a, size, 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 31 + seed);
    return (str){bytes, size};
}

COORDINATION_CONTRACT(a_value_is_found_by_all_under_its_key)
{
    str value, binary = STR("a\0b\r\n$5\r\n");
    struct shared_cache *one = w->nodes[0].cache, *two = w->nodes[1].cache;
    CHECK(!shared_cache_get(one, a, STR("k"), &value));
    shared_cache_put(one, STR("k"), binary, 60);
    CHECK(shared_cache_get(one, a, STR("k"), &value));
    CHECK_STR(binary, value);
    CHECK(shared_cache_get(two, a, STR("k"), &value));
    CHECK_STR(binary, value);
    CHECK(!shared_cache_get(two, a, STR("K"), &value));
    shared_cache_put(two, STR("k"), STR("other"), 60);
    CHECK(shared_cache_get(one, a, STR("k"), &value));
    CHECK_STR(STR("other"), value);
    shared_cache_put(one, STR("empty"), STR(""), 60);
    CHECK(shared_cache_get(two, a, STR("empty"), &value) && value.len == 0);
    shared_cache_remove(one, STR("k"));
    shared_cache_remove(one, STR("never there"));
    CHECK(!shared_cache_get(two, a, STR("k"), &value));
}

COORDINATION_CONTRACT(a_value_goes_when_its_time_is_over)
{
    str value;
    shared_cache_put(w->nodes[0].cache, STR("short"), STR("1"), 1);
    shared_cache_put(w->nodes[0].cache, STR("long"), STR("2"), SHARED_CACHE_SECONDS_MAX);
    CHECK(shared_cache_get(w->nodes[1].cache, a, STR("short"), &value));
    usleep(1100000);
    CHECK(!shared_cache_get(w->nodes[1].cache, a, STR("short"), &value));
    CHECK(shared_cache_get(w->nodes[1].cache, a, STR("long"), &value));
}

/* A cache is waited for a short time only, and done without when a busy machine makes it late. */
static bool comes_through(struct world *w, struct arena *a, str key, str value, str *out)
{
    for (int i = 0; i < 100; i++) {
        shared_cache_put(w->nodes[0].cache, key, value, 60);
        if (shared_cache_get(w->nodes[1].cache, a, key, out))
            return true;
        usleep(50000);
    }
    return false;
}

COORDINATION_CONTRACT(what_is_beyond_the_limits_is_not_kept)
{
    struct shared_cache *c = w->nodes[0].cache;
    str value, largest = bytes_of(a, SHARED_CACHE_VALUE_SIZE_MAX, 7),
               larger = bytes_of(a, SHARED_CACHE_VALUE_SIZE_MAX + 1, 7);
    str key = bytes_of(a, SHARED_CACHE_KEY_SIZE_MAX + 1, 'k');
    CHECK(comes_through(w, a, STR("largest"), largest, &value));
    CHECK_STR(largest, value);
    shared_cache_put(c, STR("larger"), larger, 60);
    shared_cache_put(c, key, STR("x"), 60);
    shared_cache_put(c, STR(""), STR("x"), 60);
    shared_cache_put(c, STR("never"), STR("x"), 0);
    shared_cache_put(c, STR("ever"), STR("x"), SHARED_CACHE_SECONDS_MAX + 1);
    CHECK(!shared_cache_get(c, a, STR("larger"), &value) && !shared_cache_get(c, a, key, &value) &&
          !shared_cache_get(c, a, STR(""), &value) &&
          !shared_cache_get(c, a, STR("never"), &value) &&
          !shared_cache_get(c, a, STR("ever"), &value));
    CHECK(comes_through(w, a, str_sub(key, 0, SHARED_CACHE_KEY_SIZE_MAX), STR("x"), &value));
}

COORDINATION_CONTRACT(a_bucket_gives_what_it_holds_to_all_together)
{
    struct rate_bucket bucket = {5, 1}, other = {6, 1};
    for (uint32_t i = 0; i < 5; i++) {
        struct rate_taken t = rate_counter_take(w->nodes[i % 2].rates, STR("n"), bucket);
        CHECK(t.is_allowed && t.retry_seconds == 0);
        CHECK_INT(4 - i, t.remaining);
    }
    (void)a;
    for (int i = 0; i < 4; i++) {
        struct rate_taken t = rate_counter_take(w->nodes[i % 2].rates, STR("n"), bucket);
        CHECK(!t.is_allowed && t.remaining == 0);
        CHECK(t.retry_seconds >= 55 && t.retry_seconds <= 61);
    }
    CHECK(rate_counter_take(w->nodes[0].rates, STR("m"), bucket).is_allowed);
    CHECK(rate_counter_take(w->nodes[0].rates, STR("n2"), other).is_allowed);
}

COORDINATION_CONTRACT(a_bucket_fills_again)
{
    struct rate_bucket bucket = {3, 600}; /* one in 100 ms */
    (void)a;
    for (int i = 0; i < 3; i++)
        CHECK(rate_counter_take(w->nodes[0].rates, STR("n"), bucket).is_allowed);
    struct rate_taken t = rate_counter_take(w->nodes[1].rates, STR("n"), bucket);
    CHECK(!t.is_allowed && t.retry_seconds == 1);
    usleep(250000);
    CHECK(rate_counter_take(w->nodes[1].rates, STR("n"), bucket).is_allowed);
    usleep(600000); /* full, and no more */
    CHECK_INT(2, rate_counter_take(w->nodes[0].rates, STR("n"), bucket).remaining);
}

COORDINATION_CONTRACT(trying_answers_or_takes_nothing)
{
    struct rate_bucket bucket = {2, 1};
    struct rate_taken t;
    (void)a;
    for (int i = 0; i < 5 && !rate_counter_try(w->nodes[0].rates, STR("n"), bucket, &t); i++)
        ;
    while (rate_counter_take(w->nodes[0].rates, STR("n"), bucket).is_allowed)
        ;
    CHECK(rate_counter_try(w->nodes[0].rates, STR("n"), bucket, &t));
    CHECK(!t.is_allowed);
}

enum { THREAD_COUNT = 8, TAKE_COUNT = 60, CAPACITY = 100 };

struct taker {
    struct rate_counter *rates;
    int allowed;
};

static void *take_many(void *argument)
{
    struct taker *t = argument;
    for (int i = 0; i < TAKE_COUNT; i++)
        t->allowed +=
            rate_counter_take(t->rates, STR("all"), (struct rate_bucket){CAPACITY, 1}).is_allowed;
    return NULL;
}

COORDINATION_CONTRACT(many_at_once_take_exactly_what_is_there)
{
    pthread_t threads[THREAD_COUNT];
    struct taker takers[THREAD_COUNT];
    int allowed = 0;
    (void)a;
    for (int i = 0; i < THREAD_COUNT; i++) {
        takers[i] = (struct taker){w->nodes[i % NODE_COUNT].rates, 0};
        CHECK(pthread_create(&threads[i], NULL, take_many, &takers[i]) == 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        pthread_join(threads[i], NULL);
        allowed += takers[i].allowed;
    }
    CHECK_INT(CAPACITY, allowed);
}

struct ear {
    struct message_listener base;
    pthread_mutex_t lock;
    int count;
    char last[MESSAGE_PAYLOAD_SIZE_MAX + 1];
};

static void hear(struct message_listener *l, str payload)
{
    struct ear *e = container_of(l, struct ear, base);
    pthread_mutex_lock(&e->lock);
    e->count++;
    snprintf(e->last, sizeof e->last, "%.*s", STR_ARG(payload));
    pthread_mutex_unlock(&e->lock);
}

static int heard(struct ear *e)
{
    pthread_mutex_lock(&e->lock);
    int count = e->count;
    pthread_mutex_unlock(&e->lock);
    return count;
}

static void start_listening(struct node *n, struct ear *e, str channel)
{
    *e = (struct ear){.base = {.heard = hear}};
    pthread_mutex_init(&e->lock, NULL);
    CHECK_OK(message_bus_subscribe(n->bus, channel, &e->base));
}

static void wait_for(struct ear *e, int count)
{
    for (int ms = 0; heard(e) < count && ms < WAIT_MS; ms++)
        usleep(1000);
    CHECK_INT(count, heard(e));
}

COORDINATION_CONTRACT(everybody_who_listens_hears_once)
{
    static struct ear own, other, elsewhere;
    str longest = bytes_of(a, MESSAGE_PAYLOAD_SIZE_MAX, 0), longer;
    for (size_t i = 0; i < longest.len; i++)
        ((char *)(uintptr_t)longest.ptr)[i] = 'x';
    longer = str_format(a, "%.*sx", STR_ARG(longest));
    start_listening(&w->nodes[0], &own, STR("news"));
    start_listening(&w->nodes[1], &other, STR("news"));
    start_listening(&w->nodes[1], &elsewhere, STR("olds"));
    message_bus_publish(w->nodes[0].bus, STR("news"), longer);
    message_bus_publish(w->nodes[0].bus, STR("news"), STR("a b  c "));
    wait_for(&own, 1);
    wait_for(&other, 1);
    CHECK_STR(STR("a b  c "), str_of(other.last));
    message_bus_publish(w->nodes[1].bus, STR("news"), longest);
    wait_for(&own, 2);
    wait_for(&other, 2);
    CHECK_STR(longest, str_of(own.last));
    message_bus_unsubscribe(w->nodes[1].bus, &other.base);
    message_bus_unsubscribe(w->nodes[1].bus, &other.base);
    message_bus_publish(w->nodes[0].bus, STR("news"), STR(""));
    wait_for(&own, 3);
    usleep(50000);
    CHECK(heard(&own) == 3 && heard(&other) == 2 && heard(&elsewhere) == 0);
    message_bus_unsubscribe(w->nodes[0].bus, &own.base);
    message_bus_unsubscribe(w->nodes[1].bus, &elsewhere.base);
}

COORDINATION_CONTRACT(the_same_message_a_thousand_times_is_few)
{
    static struct ear ear;
    uint64_t start = monotonic_ns();
    (void)a;
    start_listening(&w->nodes[1], &ear, STR("outbox"));
    for (int i = 0; i < 1000; i++) {
        message_bus_publish(w->nodes[0].bus, STR("outbox"), STR(""));
        usleep(200);
    }
    int ms = (int)((monotonic_ns() - start) / 1000000u), before = heard(&ear);
    CHECK(before >= 2 && before <= ms / MESSAGE_REPEAT_MS + 2);
    usleep(3 * MESSAGE_REPEAT_MS * 1000); /* the last of them was not lost */
    CHECK(heard(&ear) >= before && heard(&ear) <= before + 2);
    message_bus_unsubscribe(w->nodes[1].bus, &ear.base);
}

COORDINATION_CONTRACT(there_is_an_end_to_listeners)
{
    static struct ear ears[MESSAGE_LISTENER_COUNT_MAX + 1];
    (void)a;
    for (int i = 0; i < MESSAGE_LISTENER_COUNT_MAX; i++)
        start_listening(&w->nodes[0], &ears[i], STR("news"));
    ears[MESSAGE_LISTENER_COUNT_MAX].base.heard = hear;
    CHECK_ERR(UNAVAILABLE, message_bus_subscribe(w->nodes[0].bus, STR("news"),
                                                 &ears[MESSAGE_LISTENER_COUNT_MAX].base));
}

static bool is_known(struct principal_memory *p, instant now)
{
    struct principal found;
    return principal_cache_find(&p->base, STR("token"), now, &found);
}

static void wait_until_unknown(struct principal_memory *p, instant now)
{
    for (int ms = 0; is_known(p, now) && ms < WAIT_MS; ms++)
        usleep(1000);
    CHECK(!is_known(p, now));
}

/* What one node ends another forgets; what it is told that is not true costs it a look-up. */
COORDINATION_CONTRACT(what_ends_here_is_forgotten_elsewhere)
{
    struct principal_memory nodes[NODE_COUNT];
    instant now = clock_now(clock_system());
    struct principal who = {.kind = PRINCIPAL_USER,
                            .user_key = 7,
                            .session_id = uuid_make(clock_system()),
                            .expires_at = instant_add(now, SECONDS(900))};
    (void)a;
    for (int i = 0; i < NODE_COUNT; i++) {
        principal_memory_open(&nodes[i]);
        CHECK_OK(principal_memory_share(&nodes[i], w->nodes[i].bus));
        CHECK(principal_cache_put(&nodes[i].base, STR("token"), now, &who));
        CHECK(is_known(&nodes[i], now));
    }
    message_bus_publish(w->nodes[0].bus, STR("principals"), STR("session x"));
    message_bus_publish(w->nodes[0].bus, STR("principals"), STR("user 99999999999999999999"));
    message_bus_publish(w->nodes[0].bus, STR("principals"), STR("user 8"));
    message_bus_publish(w->nodes[0].bus, STR("principals"), STR("user 7")); /* not true */
    wait_until_unknown(&nodes[1], now);
    CHECK(principal_cache_put(&nodes[1].base, STR("token"), now, &who)); /* says the database */
    CHECK(!is_known(&nodes[1], now));                                    /* asked again next time */
    usleep((PRINCIPAL_DOUBT_MS + 50) * 1000);
    CHECK(principal_cache_put(&nodes[1].base, STR("token"), now, &who));
    CHECK(is_known(&nodes[1], now));
    principal_cache_end_session(&nodes[0].base, who.session_id, now);
    CHECK(!is_known(&nodes[0], now));
    wait_until_unknown(&nodes[1], now);
    CHECK(!principal_cache_put(&nodes[0].base, STR("token"), now, &who));
    for (int i = 0; i < NODE_COUNT; i++) {
        principal_memory_unshare(&nodes[i]);
        principal_memory_close(&nodes[i]);
    }
}

/* Until a change is committed nobody goes by what was before, and nobody is refused for it. */
COORDINATION_CONTRACT(what_changes_here_is_doubted_elsewhere)
{
    struct principal_memory nodes[NODE_COUNT];
    instant now = clock_now(clock_system());
    struct principal who = {.kind = PRINCIPAL_API_KEY,
                            .session_id = uuid_make(clock_system()),
                            .expires_at = instant_add(now, SECONDS(900))};
    (void)a;
    for (int i = 0; i < NODE_COUNT; i++) {
        principal_memory_open(&nodes[i]);
        CHECK_OK(principal_memory_share(&nodes[i], w->nodes[i].bus));
        CHECK(principal_cache_put(&nodes[i].base, STR("token"), now, &who));
    }
    principal_cache_doubt(&nodes[0].base, who.session_id);
    CHECK(!is_known(&nodes[0], now));
    wait_until_unknown(&nodes[1], now);
    for (int i = 0; i < NODE_COUNT; i++) {
        CHECK(principal_cache_put(&nodes[i].base, STR("token"), now, &who));
        CHECK(!is_known(&nodes[i], now));
    }
    usleep((PRINCIPAL_DOUBT_MS + 50) * 1000);
    for (int i = 0; i < NODE_COUNT; i++) {
        CHECK(principal_cache_put(&nodes[i].base, STR("token"), now, &who));
        CHECK(is_known(&nodes[i], now));
        principal_memory_unshare(&nodes[i]);
        principal_memory_close(&nodes[i]);
    }
}

TEST(a_principal_is_trusted_for_less_than_a_second)
{
    struct principal_memory p;
    instant now = clock_now(clock_system());
    struct principal found, who = {.user_key = 7, .expires_at = instant_add(now, SECONDS(900))};
    principal_memory_open(&p);
    CHECK(principal_cache_put(&p.base, STR("token"), now, &who));
    CHECK(is_known(&p, instant_add(now, 899999)));
    CHECK(!is_known(&p, instant_add(now, 900000)));
    CHECK(!is_known(&p, instant_add(now, -SECONDS(3600)))); /* the clock was put back */
    CHECK(principal_cache_recall(&p.base, STR("token"), instant_add(now, SECONDS(899)), &found));
    CHECK_INT(7, found.user_key);
    CHECK(!principal_cache_recall(&p.base, STR("token"), instant_add(now, SECONDS(900)), &found));
    CHECK(!principal_cache_recall(&p.base, STR("other"), now, &found));
    principal_memory_close(&p);
}

/* What is particular to one of them. */

TEST(memory_lets_go_of_what_was_not_used_longest)
{
    struct cache_memory c;
    struct arena a = {0};
    str value, kilobyte = bytes_of(&a, 1000, 1);
    cache_memory_open(&c, 11000);
    for (int i = 0; i < 20; i++) {
        shared_cache_put(&c.base, str_format(&a, "%d", i), kilobyte, 60);
        CHECK(shared_cache_get(&c.base, &a, STR("0"), &value)); /* used all the time */
        CHECK(c.size <= 11000);
    }
    CHECK(shared_cache_get(&c.base, &a, STR("19"), &value));
    CHECK(!shared_cache_get(&c.base, &a, STR("1"), &value));
    shared_cache_put(&c.base, STR("too large"), bytes_of(&a, 11000, 1), 60);
    CHECK(shared_cache_get(&c.base, &a, STR("0"), &value));
    cache_memory_clear(&c);
    CHECK(c.size == 0 && c.newest == NULL && !shared_cache_get(&c.base, &a, STR("0"), &value));
    cache_memory_close(&c);
    cache_memory_close(&c);
    arena_deinit(&a);
}

TEST(memory_forgets_full_buckets_first)
{
    struct rate_memory r;
    struct arena a = {0};
    struct rate_bucket bucket = {4, 1};
    rate_memory_open(&r);
    for (int i = 0; i < 4; i++)
        CHECK(rate_counter_take(&r.base, STR("greedy"), bucket).is_allowed);
    for (int i = 0; i < 20000; i++) /* more names than places */
        CHECK(rate_counter_take(&r.base, str_format(&a, "%d", i), bucket).is_allowed);
    CHECK(!rate_counter_take(&r.base, STR("greedy"), bucket).is_allowed);
    rate_memory_close(&r);
    arena_deinit(&a);
}

TEST(an_address_is_read_or_refused)
{
    struct arena a = {0};
    struct redis_url u;
    CHECK_OK(redis_url_read(&a, STR("redis://us%20er:p%40%2Fss@[::1]:7/3?prefix=a-1"), &u));
    CHECK_STR(STR("us er"), u.user);
    CHECK_STR(STR("p@/ss"), u.password);
    CHECK_STR(STR("::1"), u.hosts[0].name);
    CHECK(u.hosts[0].port == 7 && u.database == 3 && u.host_count == 1);
    CHECK_OK(redis_url_read(&a, STR("redis://:a/b?c@d@h"), &u)); /* not encoded, but clear */
    CHECK_STR(STR("a/b?c@d"), u.password);
    CHECK_OK(redis_url_read(&a, STR("unix:///run/redis.sock?db=2"), &u));
    CHECK_STR(STR("/run/redis.sock"), u.path);
    CHECK(u.host_count == 0 && u.database == 2);
    CHECK_OK(redis_url_read(&a, STR("redis+sentinel://:p@a:1,b,[::2]:3/main/1"), &u));
    CHECK(u.host_count == 3 && u.hosts[1].port == REDIS_SENTINEL_PORT && u.database == 1);
    CHECK_STR(STR("main"), u.master);
    const char *const bad[] = {"",
                               "redis",
                               "redis:",
                               "redis://",
                               "redis://h:0",
                               "redis://h:65536",
                               "redis://h:x",
                               "redis://h/x",
                               "redis://h/-1",
                               "redis://h/99999999999",
                               "redis://u@h",
                               "redis://u:@h",
                               "redis://u:%4@h",
                               "redis://u:%00@h",
                               "redis://h?db",
                               "redis://h?x=1",
                               "redis://h?prefix=",
                               "redis://[::1",
                               "redis://[::1]x",
                               "redis://h?prefix=a b",
                               "unix://x/y",
                               "unix://",
                               "redis+sentinel://a",
                               "redis+sentinel://a/",
                               "rediss://h",
                               "http://h",
                               "redis+sentinel://a,b,c,d,e,f,g,h,i/m",
                               "redis+sentinel://a,,b/m"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (!failed(redis_url_read(&a, str_of(bad[i]), &u)))
            fail_msg("taken: %s", bad[i]);
    CHECK_ERR(INVALID, redis_url_read(&a, bytes_of(&a, REDIS_URL_SIZE_MAX + 1, 0), &u));
    arena_deinit(&a);
}

/* Straight to the server, past what is tested. */
static redisContext *open_back_door(struct arena *a)
{
    struct redis_url u;
    CHECK_OK(redis_url_read(a, redis_url(), &u));
    redisContext *c = redisConnect(str_cstr(a, u.hosts[0].name), u.hosts[0].port);
    assert_non_null(c);
    CHECK(c->err == 0);
    return c;
}

static char *first_key(redisContext *c, struct arena *a, const char *pattern)
{
    redisReply *reply = redisCommand(c, "KEYS %s", pattern);
    CHECK(reply != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements == 1);
    char *key = arena_strndup(a, reply->element[0]->str, reply->element[0]->len);
    freeReplyObject(reply);
    return key;
}

/* format takes key and value, or one of them, or none. */
static void command(redisContext *c, const char *format, const char *key, const char *value)
{
    redisReply *reply = redisCommand(c, format, key, value);
    CHECK(reply != NULL && reply->type != REDIS_REPLY_ERROR);
    freeReplyObject(reply);
}

/* Nine megabytes may take longer than a command has: then the connection is made anew. */
static void check_comes_back(struct redis_database *db)
{
    for (int i = 0; i < 300 && failed(redis_database_health(db)); i++)
        usleep(10000);
    CHECK_OK(redis_database_health(db));
}

COORDINATION_CONTRACT(what_somebody_else_did_to_a_value_makes_it_none)
{
    if (w->redis[0].cache.ops == NULL)
        return;
    static const struct {
        const char *format, *value;
    } deeds[] = {{"SET %s %s", "nonsense"},       {"SET %s %s", ""},
                 {"APPEND %s %s", "x"},           {"SETRANGE %s 0 %s", "g2"},
                 {"SETRANGE %s 5 %s", "xy"},      {"SETRANGE %s 70 %s", "xy"},
                 {"SETRANGE %s 9000000 %s", "x"}, {"DEL %s", NULL}};
    redisContext *door = open_back_door(a);
    struct shared_cache *c = w->nodes[0].cache;
    str value, kept = bytes_of(a, 100, 3);
    const char *pattern = str_cstr(a, str_format(a, "%.*sc:*", STR_ARG(w->redis[0].prefix)));
    for (size_t i = 0; i < COUNT_OF(deeds); i++) {
        shared_cache_put(c, STR("k"), kept, 60);
        CHECK(shared_cache_get(c, a, STR("k"), &value));
        command(door, deeds[i].format, first_key(door, a, pattern), deeds[i].value);
        CHECK(!shared_cache_get(c, a, STR("k"), &value));
        check_comes_back(&w->redis[0]);
    }
    const char *key = str_cstr(a, str_format(a, "%.*sc:k", STR_ARG(w->redis[0].prefix)));
    command(door, "DEL %s", key, NULL);
    command(door, "LPUSH %s %s", key, "1"); /* another type */
    CHECK(!shared_cache_get(c, a, STR("k"), &value));
    shared_cache_put(c, STR("k"), kept, 60);
    CHECK(shared_cache_get(c, a, STR("k"), &value));
    shared_cache_put(c, STR("l"), STR("of l"), 60);
    command(door, "COPY %s gantry:stolen REPLACE",
            str_cstr(a, str_format(a, "%.*sc:l", STR_ARG(w->redis[0].prefix))), NULL);
    command(door, "RENAME gantry:stolen %s", key, NULL); /* moved to another key */
    CHECK(!shared_cache_get(c, a, STR("k"), &value));
    redisFree(door);
}

COORDINATION_CONTRACT(a_bucket_outlives_flushes_and_foreign_hands)
{
    if (w->redis[0].cache.ops == NULL)
        return;
    struct rate_bucket bucket = {10, 1};
    redisContext *door = open_back_door(a);
    const char *pattern = str_cstr(a, str_format(a, "%.*sr:*", STR_ARG(w->redis[0].prefix)));
    CHECK_INT(9, rate_counter_take(w->nodes[0].rates, STR("198.51.100.7"), bucket).remaining);
    CHECK(strstr(first_key(door, a, pattern), "198.51") == NULL);
    command(door, "SCRIPT FLUSH", NULL, NULL);
    CHECK_INT(8, rate_counter_take(w->nodes[1].rates, STR("198.51.100.7"), bucket).remaining);
    command(door, "SET %s %s", first_key(door, a, pattern), "nonsense");
    CHECK_INT(8, rate_counter_take(w->nodes[0].rates, STR("198.51.100.7"), bucket).remaining);
    command(door, "SET %s %s", first_key(door, a, pattern),
            "99999999999999999999 99999999999999999999");
    CHECK(rate_counter_take(w->nodes[0].rates, STR("198.51.100.7"), bucket).remaining <= 7);
    char *key = first_key(door, a, pattern);
    command(door, "DEL %s", key, NULL);
    command(door, "LPUSH %s %s", key, "1");
    CHECK(rate_counter_take(w->nodes[0].rates, STR("198.51.100.7"), bucket).is_allowed);
    CHECK_OK(redis_database_health(&w->redis[0]));
    for (int i = 0; i < 10; i++) { /* each node holds on to what it has seen itself */
        command(door, "DEL %s", key, NULL);
        (void)rate_counter_take(w->nodes[0].rates, STR("198.51.100.7"), bucket);
    }
    CHECK(!rate_counter_take(w->nodes[0].rates, STR("198.51.100.7"), bucket).is_allowed);
    redisFree(door);
}

COORDINATION_CONTRACT(foreign_messages_are_not_heard)
{
    if (w->redis[0].cache.ops == NULL)
        return;
    static struct ear ear;
    redisContext *door = open_back_door(a);
    start_listening(&w->nodes[0], &ear, STR("news"));
    const char *channel = str_cstr(
        a, str_format(a, "%.*sbus:%u", STR_ARG(w->redis[0].prefix), w->redis[0].url.database));
    command(door, "PUBLISH %s %s", channel, "0000000000000000 news false");
    command(door, "PUBLISH %s %s", channel, "");
    message_bus_publish(w->nodes[1].bus, STR("news"), STR("true"));
    wait_for(&ear, 1);
    CHECK_STR(STR("true"), str_of(ear.last));
    CHECK_OK(redis_database_health(&w->redis[0]));
    message_bus_unsubscribe(w->nodes[0].bus, &ear.base);
    redisFree(door);
}

COORDINATION_CONTRACT(connections_that_were_cut_are_made_anew)
{
    if (w->redis[0].cache.ops == NULL)
        return;
    static struct ear ear;
    str value;
    redisContext *door = open_back_door(a);
    shared_cache_put(w->nodes[0].cache, STR("k"), STR("v"), 60);
    start_listening(&w->nodes[0], &ear, STR("news"));
    command(door, "CLIENT KILL TYPE %s", "normal", NULL);
    command(door, "CLIENT KILL TYPE %s", "pubsub", NULL);
    uint64_t start = monotonic_ns();
    (void)shared_cache_get(w->nodes[0].cache, a, STR("k"), &value);
    CHECK(monotonic_ns() - start < 300000000u);
    usleep(100000);
    for (int i = 0; i < NODE_COUNT; i++)
        wait_until_healthy(&w->redis[i]);
    CHECK(shared_cache_get(w->nodes[0].cache, a, STR("k"), &value));
    message_bus_publish(w->nodes[1].bus, STR("news"), STR("again"));
    wait_for(&ear, 1);
    message_bus_unsubscribe(w->nodes[0].bus, &ear.base);
    redisFree(door);
}

TEST(without_redis_the_twins_do_the_work)
{
    static struct redis_database db;
    static struct ear ear;
    struct arena a = {0};
    str value;
    CHECK_ERR(INVALID, redis_database_open(&db, STR("rediss://127.0.0.1"), secret));
    redis_database_close(&db);
    CHECK_OK(redis_database_open(&db, STR("redis://127.0.0.1:1"), secret));
    struct node n = {&db.cache, &db.rates, &db.bus};
    start_listening(&n, &ear, STR("news"));
    uint64_t start = monotonic_ns();
    shared_cache_put(&db.cache, STR("k"), STR("v"), 60);
    CHECK(shared_cache_get(&db.cache, &a, STR("k"), &value));
    for (int i = 0; i < 6; i++)
        CHECK(rate_counter_take(&db.rates, STR("n"), (struct rate_bucket){5, 1}).is_allowed ==
              (i < 5));
    message_bus_publish(&db.bus, STR("news"), STR("x"));
    CHECK(monotonic_ns() - start < 50000000u);
    wait_for(&ear, 1);
    CHECK_ERR(UNAVAILABLE, redis_database_health(&db));
    redis_database_close(&db);
    redis_database_close(&db);
    arena_deinit(&a);
}
