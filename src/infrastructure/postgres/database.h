/* PostgreSQL as a struct sql_engine: a pool of connections for readers, each view a REPEATABLE READ
 * transaction, and one writer connection whose transactions hold an advisory lock, so that of
 * several nodes one writes at a time and what is written has one order.
 *
 * A unit that has written gives its turn on without waiting for the answers: the next one's
 * questions are on their way while they come, and the commit tells of all. Where one of them fails,
 * or a unit that has written is given up, nothing of the group is kept: its units are told
 * SERIALIZATION and come again, and for a while each has a savepoint and waits for its answers.
 *
 * A server that went away is asked again after a pause that grows to a second; until then callers
 * are refused at once.
 *
 * A commit whose answer was lost is looked up by its transaction's number: it is answered as it
 * ended. A server that crashed may have lost that transaction and given its number to another one:
 * so "committed" is believed only where a session that is older than the transaction still lives on
 * that server. Where none does, whoever wrote is told that it is not known. */
#ifndef INFRASTRUCTURE_POSTGRES_DATABASE_H
#define INFRASTRUCTURE_POSTGRES_DATABASE_H

#include "infrastructure/postgres/connection.h"
#include "infrastructure/sql/engine.h"

enum {
    POSTGRES_READER_COUNT_MAX = 20, /* a node takes one more to write and one to listen */
    POSTGRES_POOL_WAIT_MS = 5000,
    POSTGRES_PAUSE_MIN_MS = 50, /* between attempts to reach a server that is away */
    POSTGRES_PAUSE_MAX_MS = 1000,
    POSTGRES_RESOLVE_MS = 4000, /* to find out how a commit ended */
    POSTGRES_KEY_COUNT = 128,   /* keys taken at once: the increment of the sequence */
    POSTGRES_CAREFUL_COUNT = 64 /* units, after a group that was spoiled */
};

struct postgres_database {
    struct sql_engine engine;
    char *url;
    struct postgres_connection writer;
    struct statement transaction; /* asks for the number of the open one */
    bool is_open;                 /* a transaction has begun and has not ended */
    unsigned careful_count;       /* units that are still to be taken with care */
    bool has_savepoint;           /* the unit that has the turn */
    struct postgres_connection readers[POSTGRES_READER_COUNT_MAX];
    pthread_mutex_t pool_lock; /* of what follows, and of the readers' is_checked_out */
    pthread_cond_t reader_free;
    unsigned waiting_count;
    uint64_t generation; /* connections of an older one are not used again */
    uint64_t next_attempt_ns;
    uint64_t pause_ms; /* 0: the server was there last time */
};

/* Connects, and brings the schema up to date. url: postgresql://… as libpq reads it.
 * Errors: INVALID (the address), UNAVAILABLE, CONFLICT (made by a newer program). */
err postgres_context_open(struct postgres_database *db, struct arena *a, str url);
/* The same without touching the schema: for tests of it. */
err postgres_database_open(struct postgres_database *db, str url);
void postgres_database_close(struct postgres_database *db);

#endif
