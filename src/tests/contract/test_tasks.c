/* Many tasks, done by several worker processes that are killed, frozen past their leases and told
 * to end while they work, against each engine. The sink counts what reaches the outside: each
 * task's effect is there, and repeated no more often than workers were harmed; the database has
 * told of each success once.
 *
 * GANTRY_TEST_TASKS=10000: so many of them. */
#include "application/events/task_succeeded.h"
#include "application/services/services.h"
#include "application/services/tasks/task_service.h"
#include "base/log.h"
#include "domain/entities/principal.h"
#include "infrastructure/coordination_memory.h"
#include "infrastructure/mediator_ports.h"
#include "infrastructure/postgres/database.h"
#include "infrastructure/sqlite/database.h"
#include "presentation/schedule/task_pool.h"
#include "tests/support/chance.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

TEST_MAIN("tasks")

enum {
    TASK_COUNT = 300 / CHANCE_DIVISOR,
    WORKER_COUNT = 4,
    THREAD_COUNT = 2,
    LEASE_SECONDS = 2,
    FREEZE_MS = 3000,
    PAUSE_MS = 300,      /* between two harms */
    PATIENCE_MS = 60000, /* without any effect */
    ATTEMPT_COUNT_MAX = 1000,
    OPEN_COUNT_MAX = 10,
    QUEUED_AT_ONCE = 250,
    EVENTS_AT_ONCE = 1000
};

/* ---- the program, as far as tasks need it ---- */

struct node {
    const char *postgres; /* or NULL */
    const char *path;
    struct arena arena;
    struct sqlite_database sqlite;
    struct postgres_database pg;
    struct db_context *db;
    struct bus_memory bus;
    struct mediator_ports mediator;
    struct services services;
};

struct effect {
    int64_t number, fence;
};

static int sink_end; /* where a worker writes its effects */

struct count_parameters {
    int64_t number;
};
DECLARE_SCHEMA(count_parameters);
SCHEMA(count_parameters, FIELD(count_parameters, number));

static err count_run(struct task_run *run, const void *parameters, struct task_result *out)
{
    const struct count_parameters *p = parameters;
    task_run_progress(run, 1, 2, "effects");
    usleep((useconds_t)(1000 + p->number % 7 * 1000));
    TRY(task_run_check(run));
    const struct effect effect = {p->number, run->task.fence};
    if (write(sink_end, &effect, sizeof effect) != sizeof effect)
        return ERR(UNAVAILABLE, "the sink is away");
    out->words = STR("counted");
    return OK;
}

static const struct task_kind count_kind = {.name = "count",
                                            .parameters = &count_parameters_schema,
                                            .count_max = WORKER_COUNT * THREAD_COUNT,
                                            .attempt_count_max = ATTEMPT_COUNT_MAX,
                                            .run = count_run};
static const struct task_kind *const count_kinds[] = {&count_kind};

/* Errors: SERIALIZATION (one that is frozen holds the file), UNAVAILABLE (the server is busy). */
static err open_database(struct node *n)
{
    return n->postgres != NULL ? postgres_context_open(&n->pg, &n->arena, str_of(n->postgres))
                               : sqlite_context_open(&n->sqlite, &n->arena, str_of(n->path));
}

static void node_open(struct node *n)
{
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    n->db = n->postgres != NULL ? &n->pg.engine.base : &n->sqlite.engine.base;
    err e = open_database(n);
    for (int i = 0; failed(e) && i < OPEN_COUNT_MAX; i++) { /* as a supervisor would */
        usleep(500 * 1000);
        e = open_database(n);
    }
    CHECK_OK(e);
    CHECK_OK(bus_memory_open(&n->bus));
    mediator_ports_open(&n->mediator, n->db, clock_system());
    n->services = (struct services){.bus = &n->bus.base, .task_kinds = {count_kinds, 1}};
}

static void node_close(struct node *n)
{
    mediator_ports_close(&n->mediator);
    bus_memory_close(&n->bus);
    if (n->postgres != NULL)
        postgres_database_close(&n->pg);
    else
        sqlite_database_close(&n->sqlite);
    arena_deinit(&n->arena);
}

static struct scope make_scope(void *owner, struct arena *a, const struct principal *principal)
{
    struct node *n = owner;
    return (struct scope){.arena = a,
                          .clock = clock_system(),
                          .principal = principal,
                          .services = &n->services,
                          .issues = {.arena = a},
                          .request_id = STR("r-1"),
                          .peer_address = STR("local"),
                          .mediator = &n->mediator.base};
}

/* ---- what the processes do ---- */

static int task_count(void)
{
    const char *wanted = getenv("GANTRY_TEST_TASKS");
    return wanted != NULL ? (int)strtol(wanted, NULL, 10) : TASK_COUNT;
}

static int64_t add_organization(struct node *n)
{
    struct db_session *s;
    instant now = clock_now(clock_system());
    struct organization o = {.id = uuid_make(clock_system()),
                             .created_at = now,
                             .updated_at = now,
                             .name = STR("St. Mary's")};
    CHECK_OK(db_session_begin(n->db, &n->arena, clock_system(), &s));
    CHECK_OK(organization_writer_add(s->uow.organizations, &o));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    return o.key;
}

/* The first half counts on nobody; of the others, each waits for one of those. */
static void queue_all(struct node *n, const void *unused)
{
    (void)unused;
    int count = task_count();
    int64_t organization_key = add_organization(n);
    struct principal principal = principal_system(organization_key);
    struct scope scope = make_scope(n, &n->arena, &principal);
    uuid *ids = NEW_ARRAY(&n->arena, uuid, (size_t)count);
    for (int i = 0; i < count;) {
        struct db_session *s;
        CHECK_OK(db_session_begin(n->db, &n->arena, clock_system(), &s));
        struct command_ctx ctx = {.scope = &scope,
                                  .arena = &n->arena,
                                  .principal = &principal,
                                  .clock = clock_system(),
                                  .services = &n->services,
                                  .readers = &s->readers,
                                  .uow = &s->uow};
        for (int end = i + QUEUED_AT_ONCE; i < end && i < count; i++) {
            const struct count_parameters parameters = {i};
            struct task_order order = {.kind = "count", .parameters = &parameters};
            struct task task;
            if (i >= count / 2)
                order.depends_on = ids[i - count / 2];
            CHECK_OK(task_queue(&ctx, &order, &task));
            ids[i] = task.id;
        }
        CHECK_OK(db_session_commit(s));
        db_session_end(s);
    }
}

static volatile sig_atomic_t is_told_to_end;

static void end(int number)
{
    (void)number;
    is_told_to_end = 1;
}

static void work(struct node *n, const void *name)
{
    static struct task_pool pool;
    sigset_t none;
    sigemptyset(&none);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
    CHECK_OK(task_pool_open(
        &pool, &(struct task_pool_settings){.thread_count = THREAD_COUNT,
                                            .worker = {str_of(name), LEASE_SECONDS, false},
                                            .make_scope = make_scope,
                                            .owner = n}));
    while (!is_told_to_end)
        sigsuspend(&none);
    task_pool_close(&pool);
}

/* The tasks that have succeeded, each told of once; none is in another state. */
static void check_rows(struct node *n, const void *unused)
{
    (void)unused;
    int count = task_count(), told = 0;
    int64_t after = 0;
    struct db_session *s;
    struct outbox_event_slice events = {.len = EVENTS_AT_ONCE};
    bool *seen = NEW_ARRAY(&n->arena, bool, (size_t)count);
    struct task_count_slice left;
    CHECK_OK(db_session_begin(n->db, &n->arena, clock_system(), &s));
    CHECK_OK(task_reader_count(s->readers.tasks, &n->arena, &left));
    CHECK_INT(0, left.len);
    while (events.len == EVENTS_AT_ONCE) {
        CHECK_OK(event_reader_find(s->readers.events, &n->arena, after, EVENTS_AT_ONCE, &events));
        for (size_t i = 0; i < events.len; i++) {
            struct task task;
            struct count_parameters p;
            after = events.at[i].key;
            if (!str_eq(events.at[i].type, str_of(task_succeeded_event.name)))
                continue;
            CHECK_OK(task_reader_get(s->readers.tasks, &n->arena, events.at[i].organization_key,
                                     events.at[i].aggregate, &task));
            CHECK_INT(TASK_SUCCEEDED, task.state);
            CHECK(sscanf(str_cstr(&n->arena, task.parameters), "{\"number\":%ld}", &p.number) == 1);
            CHECK(!seen[p.number]);
            seen[p.number] = true;
            told++;
        }
    }
    db_session_end(s);
    CHECK_INT(count, told);
}

/* A process of its own for each, so that none has the engine's threads and locks of another. */
static pid_t begin_process(const struct node *like, void (*run)(struct node *, const void *),
                           const void *argument)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* a worker that has just begun is told later */
    fflush(stdout);
    fflush(stderr);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setenv("CMOCKA_TEST_ABORT", "1", 1); /* what fails here does not go on as the parent */
        struct node n = {.postgres = like->postgres, .path = like->path};
        node_open(&n);
        run(&n, argument);
        node_close(&n);
        fflush(stderr);
        _exit(0);
    }
    return pid;
}

static void end_process(pid_t pid)
{
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- the sink, and the harm ---- */

struct trial {
    const struct node *node;
    int count, sink;
    int64_t *fences; /* of the effect that came last; 0: none came */
    int done, repeated, late;
    int killed, frozen, ended;
    pid_t workers[WORKER_COUNT];
    uint64_t thawed_ns[WORKER_COUNT]; /* until then it is frozen; 0: it is not */
    uint64_t chance;
};

static const char *const names[WORKER_COUNT] = {"a:1", "b:1", "c:1", "d:1"};

static void take(struct trial *t, const struct effect *effect)
{
    CHECK(effect->number >= 0 && effect->number < t->count);
    int64_t *fence = &t->fences[effect->number];
    t->done += *fence == 0;
    t->repeated += *fence != 0;
    t->late += effect->fence < *fence;
    CHECK(effect->fence != *fence); /* one claim, one effect */
    if (effect->fence > *fence)
        *fence = effect->fence;
}

/* Until then. False: nothing came. */
static bool drain(struct trial *t, uint64_t until_ns)
{
    struct effect effect;
    bool came = false;
    for (uint64_t now = monotonic_ns(); now < until_ns && t->done < t->count;
         now = monotonic_ns()) {
        struct pollfd ready = {.fd = t->sink, .events = POLLIN};
        if (poll(&ready, 1, (int)((until_ns - now) / 1000000u) + 1) <= 0)
            continue;
        CHECK(read(t->sink, &effect, sizeof effect) == sizeof effect);
        take(t, &effect);
        came = true;
    }
    return came;
}

static void thaw(struct trial *t, bool all)
{
    for (int i = 0; i < WORKER_COUNT; i++)
        if (t->thawed_ns[i] != 0 && (all || monotonic_ns() >= t->thawed_ns[i])) {
            kill(t->workers[i], SIGCONT);
            t->thawed_ns[i] = 0;
        }
}

static void harm(struct trial *t)
{
    int i = (int)chance_roll(&t->chance, WORKER_COUNT), way = (int)chance_roll(&t->chance, 4);
    if (t->thawed_ns[i] != 0)
        return;
    if (way == 0) {
        kill(t->workers[i], SIGSTOP);
        t->thawed_ns[i] = monotonic_ns() + FREEZE_MS * UINT64_C(1000000);
        t->frozen++;
        return;
    }
    if (way == 1) /* one that is frozen may hold the file that the other waits for */
        thaw(t, true);
    kill(t->workers[i], way == 1 ? SIGTERM : SIGKILL);
    if (way == 1)
        end_process(t->workers[i]);
    else
        CHECK(waitpid(t->workers[i], NULL, 0) == t->workers[i]);
    t->ended += way == 1;
    t->killed += way != 1;
    t->workers[i] = begin_process(t->node, work, names[i]);
}

static void try_all(struct trial *t)
{
    uint64_t came_ns = monotonic_ns();
    for (int i = 0; i < WORKER_COUNT; i++)
        t->workers[i] = begin_process(t->node, work, names[i]);
    while (t->done < t->count) {
        uint64_t now = monotonic_ns();
        if (drain(t, now + PAUSE_MS * UINT64_C(1000000)))
            came_ns = now;
        CHECK(now - came_ns < PATIENCE_MS * UINT64_C(1000000));
        thaw(t, false);
        if (t->done < t->count)
            harm(t);
    }
}

/* What has had its effect may have lost its worker before it was settled, and comes once more. */
static void settle(struct trial *t)
{
    struct effect effect;
    thaw(t, true);
    usleep((LEASE_SECONDS + 1) * 1000000 + TASK_POLL_MS * 1000);
    for (int i = 0; i < WORKER_COUNT; i++) {
        kill(t->workers[i], SIGTERM);
        end_process(t->workers[i]);
    }
    fcntl(t->sink, F_SETFL, O_NONBLOCK);
    while (read(t->sink, &effect, sizeof effect) == sizeof effect)
        take(t, &effect);
}

static void run_trial(const struct node *node)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    sink_end = ends[1];
    struct arena arena = {0};
    struct trial t = {
        .node = node, .count = task_count(), .sink = ends[0], .chance = chance_seed() | 1};
    t.fences = NEW_ARRAY(&arena, int64_t, (size_t)t.count);
    uint64_t began_ns = monotonic_ns();
    end_process(begin_process(node, queue_all, NULL));
    try_all(&t);
    settle(&t);
    end_process(begin_process(node, check_rows, NULL));
    printf(
        "%d tasks in %.0f s; workers killed %d, frozen %d, told to end %d times; effects repeated "
        "%d, by a worker that had lost its lease %d\n",
        t.count, (double)(monotonic_ns() - began_ns) / 1e9, t.killed, t.frozen, t.ended, t.repeated,
        t.late);
    /* Each harm touches what the threads of one process have in hand. */
    CHECK(t.repeated <= (t.killed + t.frozen) * THREAD_COUNT);
    close(ends[0]);
    close(ends[1]);
    arena_deinit(&arena);
}

TEST(on_sqlite_each_task_is_done_whoever_is_harmed)
{
    char folder[TEST_PATH_SIZE], path[TEST_PATH_SIZE + 64], command[TEST_PATH_SIZE + 64];
    temporary_template(folder, "tasks");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/test.db", folder);
    run_trial(&(struct node){.path = path});
    snprintf(command, sizeof command, "rm -rf %s", folder);
    CHECK(system(command) == 0);
}

TEST(on_postgresql_each_task_is_done_whoever_is_harmed)
{
    const char *url = getenv("GANTRY_TEST_POSTGRES_URL");
    if (url == NULL)
        skip();
    run_trial(&(struct node){.postgres = url});
}
