/* What the mediator costs: one command and one query with empty handlers through its whole
 * pipeline, over ports that do nothing.
 *
 * Prints command_ns= and query_ns=. */
#include "base/arena.h"
#include "base/clock.h"
#include "core/command.h"
#include "core/query.h"

#include <stdio.h>

enum { ROUND_COUNT = 9, SEND_COUNT = 200000 };

struct poke {
    str word;
};
struct poke_result {
    int64_t length;
};
DECLARE_USE_CASE(poke);
SCHEMA(poke, FIELD(poke, word, .flags = REQUIRED, .max = 8));
SCHEMA(poke_result, FIELD(poke_result, length));

static err poke_handle(struct command_ctx *ctx, const struct poke *cmd, struct poke_result *out)
{
    (void)ctx;
    out->length = (int64_t)cmd->word.len;
    return OK;
}
COMMAND(poke, .needs = 5, .doc = "Poke");

struct look {
    str word;
};
struct look_result {
    int64_t length;
};
DECLARE_USE_CASE(look);
SCHEMA(look, FIELD(look, word, .flags = REQUIRED, .max = 8));
SCHEMA(look_result, FIELD(look_result, length));

static err look_handle(struct query_ctx *ctx, const struct look *query, struct look_result *out)
{
    (void)ctx;
    out->length = (int64_t)query->word.len;
    return OK;
}
QUERY(look, .needs = 5, .doc = "Look");

static err authorize(struct mediator *m, struct scope *scope, const struct use_case *use_case,
                     const struct access **out)
{
    (void)m;
    (void)scope;
    (void)use_case;
    (void)out;
    return OK;
}

static err read_begin(struct mediator *m, struct scope *scope, const struct access *access,
                      struct readers **out)
{
    (void)m;
    (void)scope;
    (void)access;
    *out = NULL;
    return OK;
}

static void read_end(struct mediator *m, struct readers *readers)
{
    (void)m;
    (void)readers;
}

static err work_begin(struct mediator *m, struct scope *scope, struct unit_of_work **out,
                      struct readers **readers)
{
    (void)m;
    (void)scope;
    *out = NULL;
    *readers = NULL;
    return OK;
}

static err commit(struct mediator *m, struct unit_of_work *uow)
{
    (void)m;
    (void)uow;
    return OK;
}

static void settled(struct mediator *m, struct call *c, err outcome)
{
    (void)m;
    (void)c;
    (void)outcome;
}

static void rollback(struct mediator *m, struct unit_of_work *uow)
{
    (void)m;
    (void)uow;
}

static err audit(struct mediator *m, struct call *c, struct unit_of_work *uow, err outcome)
{
    (void)m;
    (void)c;
    (void)uow;
    (void)outcome;
    return OK;
}

static void traced(struct mediator *m, const struct call *c, err outcome, uint64_t duration_ns)
{
    (void)m;
    (void)c;
    (void)outcome;
    (void)duration_ns;
}

static const struct mediator_ops ops = {.authorize = authorize,
                                        .read_begin = read_begin,
                                        .read_end = read_end,
                                        .work_begin = work_begin,
                                        .work_commit = commit,
                                        .work_rollback = rollback,
                                        .settled = settled,
                                        .audit = audit,
                                        .traced = traced};

/* The time of the fastest of some rounds, a send, in nanoseconds; -1 when one failed. */
static double measure(bool command)
{
    struct arena a = {0};
    struct mediator m = {.ops = &ops};
    double best = 1e18;
    for (int round = 0; round < ROUND_COUNT; round++) {
        uint64_t start = monotonic_ns();
        for (int i = 0; i < SEND_COUNT; i++) {
            struct scope scope = {
                .arena = &a, .clock = clock_system(), .issues = {.arena = &a}, .mediator = &m};
            err e;
            if (command)
                e = poke_send(&scope, &(struct poke){STR("hello")}, &(struct poke_result){0});
            else
                e = look_send(&scope, &(struct look){STR("hello")}, &(struct look_result){0});
            if (failed(e))
                return -1;
            arena_reset(&a);
        }
        double ns = (double)(monotonic_ns() - start) / SEND_COUNT;
        best = ns < best ? ns : best;
    }
    arena_deinit(&a);
    return best;
}

int main(void)
{
    printf("command_ns=%.1f query_ns=%.1f\n", measure(true), measure(false));
    return 0;
}
