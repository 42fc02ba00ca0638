/* The writer's turn and its group commit. */
#include "infrastructure/sql/engine.h"

#include "base/clock.h"

/* Of one thread that waits for the turn. */
struct sql_waiter {
    struct sql_waiter *next;
    pthread_cond_t given;
    bool has_turn;
};

static void condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void sql_engine_init(struct sql_engine *e, const struct sql_engine_ops *ops,
                     const struct sql_dialect *dialect)
{
    *e = (struct sql_engine){.ops = ops, .dialect = dialect};
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->group_done, NULL);
}

void sql_engine_deinit(struct sql_engine *e)
{
    pthread_mutex_destroy(&e->lock);
    pthread_cond_destroy(&e->group_done);
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

/* With the lock held: until somebody gives the turn to this one, or time is up. */
static err wait_for_turn(struct sql_engine *e)
{
    struct sql_waiter me = {0};
    struct timespec until;
    int waited = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SQL_TURN_WAIT_MS / 1000;
    condition_init(&me.given);
    append(e, &me);
    while (!me.has_turn && waited == 0)
        waited = pthread_cond_timedwait(&me.given, &e->lock, &until);
    if (!me.has_turn)
        leave(e, &me);
    pthread_cond_destroy(&me.given);
    return me.has_turn ? OK : ERR(UNAVAILABLE, "the database is busy");
}

/* Turns are given in the order they were asked for. */
static err take_turn(struct sql_engine *e)
{
    err outcome = OK;
    pthread_mutex_lock(&e->lock);
    if (e->turn_taken)
        outcome = wait_for_turn(e);
    e->turn_taken = true; /* by this one, or by the one that did not give it on */
    pthread_mutex_unlock(&e->lock);
    return outcome;
}

/* With the lock held. It goes from hand to hand, so that nobody comes between. */
static void give_turn(struct sql_engine *e)
{
    struct sql_waiter *w = e->first_waiter;
    e->turn_taken = w != NULL;
    if (w == NULL)
        return;
    leave(e, w);
    w->has_turn = true;
    pthread_cond_signal(&w->given);
}

/* Ends the open transaction for all of its group; spoiled: without a commit. The caller has the
 * turn and keeps it; the lock is not held meanwhile. */
static void end_group(struct sql_engine *e, err spoiled)
{
    bool is_empty = e->group_count == 0;
    err outcome = failed(spoiled) || is_empty ? spoiled : e->ops->commit(e);
    if (failed(outcome) || is_empty)
        e->ops->rollback(e);
    pthread_mutex_lock(&e->lock);
    for (struct sql_unit *u = e->group, *next; u != NULL; u = next) {
        next = u->next; /* a unit that knows its outcome may be gone */
        u->outcome = outcome;
        u->is_done = true;
    }
    e->group = NULL;
    e->group_count = 0;
    if (!failed(outcome) && !is_empty)
        __atomic_fetch_add(&e->base.commit_count, 1, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&e->group_done);
    pthread_mutex_unlock(&e->lock);
}

/* Gives the turn on, and ends the group when its transaction is spoiled, or has been open for long
 * enough, or nobody comes after: its units must not wait for somebody who may never come. */
static void end_turn(struct sql_engine *e, err spoiled)
{
    pthread_mutex_lock(&e->lock);
    bool goes_on = e->first_waiter != NULL && e->group_count < SQL_GROUP_COUNT_MAX &&
                   monotonic_ns() - e->opened_ns < SQL_GROUP_MS * (uint64_t)1000000;
    if (goes_on && !failed(spoiled)) { /* in one step: the one behind must not give up meanwhile */
        give_turn(e);
        pthread_mutex_unlock(&e->lock);
        return;
    }
    pthread_mutex_unlock(&e->lock);
    end_group(e, spoiled);
    pthread_mutex_lock(&e->lock);
    give_turn(e);
    pthread_mutex_unlock(&e->lock);
}

err sql_unit_begin(struct sql_unit *unit, struct sql_connection **out)
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

/* What this unit wrote goes; what the others of its group wrote stays, if it still can. */
static void give_up(struct sql_engine *e)
{
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
    pthread_mutex_lock(&e->lock);
    unit->is_done = false;
    unit->next = e->group;
    e->group = unit;
    e->group_count++;
    __atomic_fetch_add(&e->base.unit_count, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&e->lock);
    end_turn(e, OK);
    pthread_mutex_lock(&e->lock);
    while (!unit->is_done)
        pthread_cond_wait(&e->group_done, &e->lock);
    pthread_mutex_unlock(&e->lock);
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
    end_group(e, OK);
    err outcome = e->ops->script(e, sql);
    end_turn(e, OK);
    return outcome;
}
