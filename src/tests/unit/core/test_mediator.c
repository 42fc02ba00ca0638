/* The pipeline over ports of the test's own: order, refusal, retry, rollback. */
#include "core/command.h"
#include "core/di_container.h"
#include "core/query.h"
#include "core/result.h"
#include "core/searchable_query.h"
#include "tests/test.h"

TEST_MAIN("core")

struct poke {
    str word;
};
struct poke_result {
    int64_t length;
};
DECLARE_USE_CASE(poke);
SCHEMA(poke, FIELD(poke, word, .flags = REQUIRED, .max = 8));
SCHEMA(poke_result, FIELD(poke_result, length));

static int calls, fail_times;
static enum err_code fail_with;

static err poke_handle(struct command_ctx *ctx, const struct poke *cmd, struct poke_result *out)
{
    (void)ctx;
    calls++;
    if (fail_times-- > 0)
        return (err){fail_with, "as the test wants", HERE};
    out->length = (int64_t)cmd->word.len;
    return OK;
}
COMMAND(poke, .needs = 5, .doc = "Poke");

struct fake {
    struct mediator base;
    char text[64];
    err allowed;
    str idempotency_key;
    bool remembered;
};

static void note(struct mediator *m, char c)
{
    struct fake *f = container_of(m, struct fake, base);
    size_t len = strlen(f->text);
    assert_true(len + 1 < sizeof f->text);
    f->text[len] = c;
    f->text[len + 1] = '\0';
}

static err fake_authorize(struct mediator *m, struct scope *scope, const struct use_case *use_case,
                          const struct access **out)
{
    (void)scope, (void)out;
    note(m, use_case->needs == 5 ? 'a' : '?');
    return container_of(m, struct fake, base)->allowed;
}

static err fake_read_begin(struct mediator *m, struct scope *scope, const struct access *access,
                           struct readers **out)
{
    (void)scope, (void)access;
    *out = NULL;
    note(m, 'r');
    return OK;
}

static void fake_read_end(struct mediator *m, struct readers *readers)
{
    (void)readers;
    note(m, 'R');
}

static err fake_work_begin(struct mediator *m, struct scope *scope, struct unit_of_work **out,
                           struct readers **readers)
{
    (void)scope;
    *out = NULL;
    *readers = NULL;
    note(m, 'w');
    return OK;
}

static err fake_commit(struct mediator *m, struct unit_of_work *uow)
{
    (void)uow;
    note(m, 'C');
    return OK;
}

static void fake_settled(struct mediator *m, struct call *c, err outcome)
{
    (void)m;
    (void)c;
    (void)outcome;
}

static void fake_rollback(struct mediator *m, struct unit_of_work *uow)
{
    (void)uow;
    note(m, 'B');
}

static err fake_audit(struct mediator *m, struct call *c, struct unit_of_work *uow, err outcome)
{
    (void)c;
    (void)uow;
    note(m, failed(outcome) ? 'x' : 'u');
    return OK;
}

static void fake_traced(struct mediator *m, const struct call *c, err outcome, uint64_t duration_ns)
{
    (void)c;
    (void)outcome;
    (void)duration_ns;
    note(m, 't');
}

static err fake_replay(struct mediator *m, struct call *c, bool *replayed)
{
    struct fake *f = container_of(m, struct fake, base);
    note(m, 'p');
    *replayed = f->remembered;
    ((struct poke_result *)c->result)->length = f->remembered ? 99 : 0;
    return OK;
}

static err fake_remember(struct mediator *m, struct call *c)
{
    (void)c;
    note(m, 'm');
    return OK;
}

static const struct mediator_ops fake_ops = {.authorize = fake_authorize,
                                             .read_begin = fake_read_begin,
                                             .read_end = fake_read_end,
                                             .work_begin = fake_work_begin,
                                             .work_commit = fake_commit,
                                             .work_rollback = fake_rollback,
                                             .settled = fake_settled,
                                             .replay = fake_replay,
                                             .remember = fake_remember,
                                             .audit = fake_audit,
                                             .traced = fake_traced};

static err send(struct fake *f, struct arena *a, str word, struct poke_result *out,
                struct issues *issues)
{
    struct scope scope = {.arena = a,
                          .clock = clock_system(),
                          .issues = {.arena = a},
                          .mediator = &f->base,
                          .idempotency_key = f->idempotency_key};
    struct poke cmd = {word};
    f->base.ops = &fake_ops;
    calls = 0;
    err e = poke_send(&scope, &cmd, out);
    *issues = scope.issues;
    return e;
}

TEST(a_command_passes_every_behaviour_in_order)
{
    struct arena a = {0};
    struct fake f = {0};
    struct poke_result result;
    struct issues issues;
    fail_times = 0;
    CHECK_OK(send(&f, &a, STR("hello"), &result, &issues));
    CHECK_INT(5, result.length);
    CHECK_STR(STR("awuCt"), str_of(f.text));
    arena_deinit(&a);
}

TEST(what_is_not_allowed_or_not_valid_reaches_no_handler)
{
    struct arena a = {0};
    struct fake f = {.allowed = ERR(FORBIDDEN, "no")}, g = {0};
    struct poke_result result;
    struct issues issues;
    CHECK_ERR(FORBIDDEN, send(&f, &a, STR("hello"), &result, &issues));
    CHECK_STR(STR("axt"), str_of(f.text));
    CHECK_ERR(INVALID, send(&g, &a, STR("much too long"), &result, &issues));
    CHECK_STR(STR("at"), str_of(g.text));
    CHECK_STR(STR("word"), issues.list.at[0].field);
    CHECK_INT(0, calls);
    arena_deinit(&a);
}

TEST(a_lost_race_is_tried_again_and_nothing_else_is)
{
    struct arena a = {0};
    struct fake f = {0}, g = {0}, h = {0};
    struct poke_result result;
    struct issues issues;
    fail_times = 2;
    fail_with = ERR_SERIALIZATION;
    CHECK_OK(send(&f, &a, STR("x"), &result, &issues));
    CHECK_STR(STR("awBwBwuCt"), str_of(f.text));
    fail_times = 100;
    CHECK_ERR(SERIALIZATION, send(&g, &a, STR("x"), &result, &issues));
    CHECK_INT(MEDIATOR_ATTEMPT_COUNT_MAX, calls);
    fail_with = ERR_CONFLICT;
    CHECK_ERR(CONFLICT, send(&h, &a, STR("x"), &result, &issues));
    CHECK_INT(1, calls);
    fail_times = 0;
    arena_deinit(&a);
}

TEST(a_request_sent_again_has_its_answer_and_no_second_effect)
{
    struct arena a = {0};
    struct fake f = {.idempotency_key = STR_INIT("k")},
                g = {.idempotency_key = STR_INIT("k"), .remembered = true};
    struct poke_result result;
    struct issues issues;
    CHECK_OK(send(&f, &a, STR("x"), &result, &issues));
    CHECK_STR(STR("awpumCt"), str_of(f.text));
    CHECK_INT(1, calls);
    CHECK_OK(send(&g, &a, STR("x"), &result, &issues));
    CHECK_STR(STR("awpCt"), str_of(g.text));
    CHECK_INT(0, calls);
    CHECK_INT(99, result.length);
    arena_deinit(&a);
}

struct app {
    char opened[16];
};

static err open_one(struct app *app)
{
    strncat(app->opened, "1", 2);
    return OK;
}
static void close_one(struct app *app)
{
    strncat(app->opened, "-", 2);
}
static err open_two(struct app *app)
{
    strncat(app->opened, "2", 2);
    return ERR(UNAVAILABLE, "does not start");
}

TEST(a_container_closes_what_it_opened)
{
    static const struct module modules[] = {{.name = "one", .open = open_one, .close = close_one},
                                            {.name = "two", .open = open_two}};
    struct arena a = {0};
    struct app app = {0};
    struct di_container c = {.modules = modules, .module_count = 2};
    err e = di_container_open(&c, &app, &a);
    CHECK_INT(ERR_UNAVAILABLE, e.code);
    CHECK_STR(STR("two: does not start"), str_of(e.text));
    CHECK_STR(STR("12-"), str_of(app.opened));
    arena_deinit(&a);
}

TEST(every_code_has_a_meaning)
{
    for (int code = 0; code < ERR_CODE_COUNT; code++) {
        CHECK(result_meaning((enum err_code)code)->http_status >= 200);
        CHECK(result_meaning((enum err_code)code)->title[0] != '\0');
    }
}

TEST(sort_takes_only_what_is_allowed)
{
    static const char *const allowed[] = {"name", "created_at", NULL};
    struct arena a = {0};
    struct sort_key_slice keys;
    struct issues issues = {.arena = &a};
    struct searchable_query q = {.sort = STR("-created_at,name")};
    searchable_query_sort(&q, allowed, &a, &keys, &issues);
    CHECK_INT(2, keys.len);
    CHECK(keys.at[0].descending && !keys.at[1].descending);
    q.sort = STR("password");
    searchable_query_sort(&q, allowed, &a, &keys, &issues);
    CHECK_INT(1, issues.list.len);
    arena_deinit(&a);
}
