/* The writer's turn and its group commit. */
#include "infrastructure/sql/engine.h"

#include "base/clock.h"

#include <errno.h>
#include <time.h>

/* Of one thread that waits for the turn. */
struct sql_waiter {
    struct sql_waiter *next;
    sem_t given;
    bool has_turn;
};

void sql_engine_init(struct sql_engine *e, const struct sql_engine_ops *ops,
                     const struct sql_dialect *dialect)
{
    *e = (struct sql_engine){
        .ops = ops, .dialect = dialect, .group_ns = SQL_GROUP_MS * (uint64_t)1000000};
    pthread_mutex_init(&e->lock, NULL);
}

void sql_engine_deinit(struct sql_engine *e)
{
    pthread_mutex_destroy(&e->lock);
    sql_ledger_deinit(&e->ledger);
}

/* With the lock held. */
static void append(struct sql_engine *e, struct sql_waiter *w)
{
    if (e->last_waiter != NULL)
        e->last_waiter->next = w;
    else
        e->first_waiter = w;
    e->last_waiter = w;
}

static void leave(struct sql_engine *e, struct sql_waiter *w)
{
    struct sql_waiter *before = NULL;
    for (struct sql_waiter *at = e->first_waiter; at != w; at = at->next)
        before = at;
    if (before != NULL)
        before->next = w->next;
    else
        e->first_waiter = w->next;
    if (e->last_waiter == w)
        e->last_waiter = before;
}

/* Until somebody gives the turn to this one, or time is up. */
static bool wait_for_turn(struct sql_engine *e, struct sql_waiter *me)
{
    struct timespec until;
    int waited;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SQL_TURN_WAIT_MS / 1000;
    do
        waited = sem_clockwait(&me->given, CLOCK_MONOTONIC, &until);
    while (waited != 0 && errno == EINTR);
    if (waited == 0)
        return __atomic_load_n(&me->has_turn, __ATOMIC_ACQUIRE);
    pthread_mutex_lock(&e->lock); /* it may be given this moment */
    bool has_turn = me->has_turn;
    if (!has_turn)
        leave(e, me);
    pthread_mutex_unlock(&e->lock);
    return has_turn;
}

/* Turns are given in the order they were asked for. */
static err take_turn(struct sql_engine *e)
{
    struct sql_waiter me = {0};
    pthread_mutex_lock(&e->lock);
    bool has_turn = !e->turn_taken;
    e->turn_taken = true;
    if (!has_turn) {
        sem_init(&me.given, 0, 0);
        append(e, &me);
    }
    pthread_mutex_unlock(&e->lock);
    if (!has_turn) {
        has_turn = wait_for_turn(e, &me);
        sem_destroy(&me.given);
    }
    return has_turn ? OK : ERR(UNAVAILABLE, "the database is busy");
}

/* With the lock held. It goes from hand to hand, so that nobody comes between. */
static void give_turn(struct sql_engine *e)
{
    struct sql_waiter *w = e->first_waiter;
    e->turn_taken = w != NULL;
    if (w == NULL)
        return;
    leave(e, w);
    __atomic_store_n(&w->has_turn, true, __ATOMIC_RELEASE);
    sem_post(&w->given);
}

/* Units whose transaction has ended, and how. */
struct sql_ended {
    struct sql_unit *units;
    err outcome;
};

static err commit(struct sql_engine *e)
{
    TRY(sql_counts_write(e));
    return e->ops->commit(e);
}

/* Ends the open transaction for all of its group; spoiled: without a commit. */
static struct sql_ended end_group(struct sql_engine *e, err spoiled)
{
    bool is_empty = e->group_count == 0;
    struct sql_ended ended = {e->group, spoiled};
    if (!failed(spoiled) && !is_empty)
        ended.outcome = commit(e);
    if (failed(ended.outcome) || is_empty)
        e->ops->rollback(e);
    sql_ledger_clear(&e->ledger);
    e->group = NULL;
    e->group_count = 0;
    if (!failed(ended.outcome) && !is_empty)
        __atomic_fetch_add(&e->base.commit_count, 1, __ATOMIC_RELAXED);
    return ended;
}

static void tell(struct sql_ended ended)
{
    for (struct sql_unit *u = ended.units, *next; u != NULL; u = next) {
        next = u->next; /* a unit that knows its outcome may be gone */
        u->outcome = ended.outcome;
        sem_post(&u->done);
    }
}

/* Gives the turn on, and ends the group when its transaction is spoiled, or has been open for long
 * enough, or nobody comes after: its units must not wait for somebody who may never come. */
static void end_turn(struct sql_engine *e, err spoiled)
{
    struct sql_ended ended = {0};
    pthread_mutex_lock(&e->lock);
    bool goes_on = !failed(spoiled) && e->first_waiter != NULL &&
                   e->group_count < SQL_GROUP_COUNT_MAX &&
                   monotonic_ns() - e->opened_ns < e->group_ns;
    if (!goes_on) {
        pthread_mutex_unlock(&e->lock);
        ended = end_group(e, spoiled);
        pthread_mutex_lock(&e->lock);
    }
    give_turn(e);
    pthread_mutex_unlock(&e->lock);
    tell(ended);
}

err sql_unit_begin_apart(struct sql_unit *unit, struct sql_connection **out)
{
    struct sql_engine *e = unit->engine;
    *out = e->ops->writer(e);
    if (unit->has_begun)
        return OK;
    TRY(take_turn(e));
    err begun = OK;
    if (!e->ops->is_open(e)) {
        bool others = e->group_count != 0; /* whose transaction was lost behind their back */
        e->opened_ns = monotonic_ns();
        begun = others ? ERR(SERIALIZATION, "the transaction was lost") : e->ops->begin(e);
    }
    if (!failed(begun))
        begun = e->ops->savepoint(e);
    if (failed(begun)) {
        end_turn(e, begun);
        return begun;
    }
    unit->has_begun = true;
    return OK;
}

err sql_unit_begin(struct sql_unit *unit, struct sql_connection **out)
{
    bool had_begun = unit->has_begun;
    TRY(sql_unit_begin_apart(unit, out));
    err written = sql_counts_write(unit->engine);
    if (failed(written) && !had_begun)
        sql_unit_rollback(unit);
    return written;
}

/* What this unit wrote goes; what the others of its group wrote stays, if it still can. */
static void give_up(struct sql_engine *e)
{
    sql_ledger_return(&e->ledger);
    end_turn(e, e->ops->is_open(e) ? e->ops->rollback_to_savepoint(e)
                                   : ERR(SERIALIZATION, "the transaction was lost"));
}

err sql_unit_commit(struct sql_unit *unit)
{
    struct sql_engine *e = unit->engine;
    if (!unit->has_begun)
        return OK;
    unit->has_begun = false;
    err released = e->ops->release(e);
    if (failed(released)) {
        give_up(e);
        return released;
    }
    sql_ledger_settle(&e->ledger);
    sem_init(&unit->done, 0, 0);
    unit->next = e->group;
    e->group = unit;
    e->group_count++;
    __atomic_fetch_add(&e->base.unit_count, 1, __ATOMIC_RELAXED);
    end_turn(e, OK);
    while (sem_wait(&unit->done) != 0) {
    }
    sem_destroy(&unit->done);
    return unit->outcome;
}

void sql_unit_rollback(struct sql_unit *unit)
{
    if (!unit->has_begun)
        return;
    unit->has_begun = false;
    give_up(unit->engine);
}

err sql_script(struct sql_engine *e, const char *sql)
{
    TRY(take_turn(e));
    tell(end_group(e, OK));
    err outcome = e->ops->script(e, sql);
    end_turn(e, OK);
    return outcome;
}
