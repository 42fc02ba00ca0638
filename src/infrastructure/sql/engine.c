/* The writer's turn and its group commit. */
#include "infrastructure/sql/engine.h"

void sql_engine_init(struct sql_engine *e, const struct sql_engine_ops *ops,
                     const struct sql_dialect *dialect)
{
    *e = (struct sql_engine){.ops = ops, .dialect = dialect};
    pthread_mutex_init(&e->lock, NULL);
    for (size_t i = 0; i < SQL_TURN_COUNT; i++)
        pthread_cond_init(&e->turns[i], NULL);
    pthread_cond_init(&e->ended, NULL);
}

void sql_engine_deinit(struct sql_engine *e)
{
    pthread_mutex_destroy(&e->lock);
    for (size_t i = 0; i < SQL_TURN_COUNT; i++)
        pthread_cond_destroy(&e->turns[i]);
    pthread_cond_destroy(&e->ended);
}

/* Waits for the turn; turns are given in the order they were asked for. */
static void take_turn(struct sql_engine *e)
{
    pthread_mutex_lock(&e->lock);
    uint64_t ticket = e->next_ticket++;
    e->waiting_count++;
    while (e->turn_taken || ticket != e->serving_ticket)
        pthread_cond_wait(&e->turns[ticket % SQL_TURN_COUNT], &e->lock);
    e->waiting_count--;
    e->turn_taken = true;
    pthread_mutex_unlock(&e->lock);
}

/* With the lock held. */
static void give_turn(struct sql_engine *e)
{
    e->turn_taken = false;
    e->serving_ticket++;
    pthread_cond_broadcast(&e->turns[e->serving_ticket % SQL_TURN_COUNT]);
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
        e->base.commit_count++;
    pthread_cond_broadcast(&e->ended);
    pthread_mutex_unlock(&e->lock);
}

/* Gives the turn on. When nobody comes after, the group ends here: its units must not wait for
 * somebody who may never come. It also ends when its transaction is spoiled. */
static void end_turn(struct sql_engine *e, err spoiled)
{
    pthread_mutex_lock(&e->lock);
    bool ends = failed(spoiled) || e->waiting_count == 0 || e->group_count >= SQL_GROUP_COUNT_MAX;
    pthread_mutex_unlock(&e->lock);
    if (ends)
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
    take_turn(e);
    err begun = OK;
    if (!e->ops->is_open(e)) {
        bool others = e->group_count != 0; /* whose transaction was lost behind their back */
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
    e->base.unit_count++;
    pthread_mutex_unlock(&e->lock);
    end_turn(e, OK);
    pthread_mutex_lock(&e->lock);
    while (!unit->is_done)
        pthread_cond_wait(&e->ended, &e->lock);
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
    take_turn(e);
    end_group(e, OK);
    err outcome = e->ops->script(e, sql);
    end_turn(e, OK);
    return outcome;
}
