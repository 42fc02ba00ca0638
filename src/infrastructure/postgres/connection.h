/* One connection to PostgreSQL through libpq in pipeline mode: commands are sent when they are
 * known, answers are waited for when they are needed, and never longer than a limit.
 *
 * What was queued is answered in its order. A command whose statement nobody waits for any more
 * leaves its failure in the connection. A connection that was lost, or did not answer in time, is
 * broken and stays so. */
#ifndef INFRASTRUCTURE_POSTGRES_CONNECTION_H
#define INFRASTRUCTURE_POSTGRES_CONNECTION_H

#include "base/arena.h"
#include "infrastructure/sql/engine.h"

enum {
    POSTGRES_STATEMENT_COUNT = 256, /* kept prepared by a connection */
    POSTGRES_PENDING_COUNT = 512,   /* commands on their way */
    POSTGRES_PARAMETER_COUNT_MAX = 16384,
    POSTGRES_ANSWER_MS = 6000,  /* for one answer; the server gives up a little earlier */
    POSTGRES_CONNECT_MS = 2500, /* for all hosts of the address together, and the first settings */
    POSTGRES_STATEMENT_MS = 5000,
    POSTGRES_LOCK_MS = 4000,
    POSTGRES_IDLE_IN_TRANSACTION_MS = 5000, /* a node that froze holds the others up so long */
    POSTGRES_DRAIN_COUNT = 4096,            /* rows that nobody wants are taken, */
    POSTGRES_DRAIN_MS = 500,                /* up to that many and that long */
    POSTGRES_BYTES_MAX = 1000000000, /* of a parameter: PostgreSQL's own limit is close behind */
    POSTGRES_ANALYZE_COUNT = 4, /* transactions after which, and after every doubling, plans are
                                   made anew */
    POSTGRES_VERSION_MIN = 130000
};

struct pg_conn;
struct pg_result;

struct postgres_parameter {
    struct sql_value value;
    unsigned char number[16]; /* in the order of the network; a uuid */
};

struct postgres_statement {
    char *text; /* as the caller knows it */
    char *sql;  /* with $1 for ?1 */
    char name[24];
    bool is_prepared, in_use, is_passing;
    bool is_too_large; /* a parameter, or their number */
    struct postgres_parameter *parameters;
    size_t parameter_count, parameter_room;
    unsigned *types; /* as it was prepared with */
    size_t type_count;
    struct arena scratch; /* of texts that had to be changed */
    /* of this use */
    bool was_started, is_answered, is_streaming, is_exhausted;
    struct pg_result *result;
    int row;
    int64_t changes;
    err outcome;
};

enum postgres_pending_kind { PENDING_PREPARE, PENDING_EXECUTE, PENDING_SYNC };
struct postgres_pending {
    enum postgres_pending_kind kind;
    struct postgres_statement *statement; /* NULL: nobody waits for it */
    uint64_t unit;                        /* whose it is */
};

struct postgres_connection {
    struct sql_connection base;
    bool is_checked_out; /* the pool's, under its lock */
    uint64_t limit_ns;   /* no wait goes on behind it; 0: none */
    /* From here on: what ends with the connection. */
    struct pg_conn *handle; /* NULL: not connected */
    struct postgres_statement statements[POSTGRES_STATEMENT_COUNT];
    struct postgres_pending pending[POSTGRES_PENDING_COUNT];
    size_t pending_first, pending_count;
    struct postgres_statement *streaming;
    err failure;     /* the first of what ran later */
    uint64_t unit;   /* of work: counted, as they are left to run */
    err left_behind; /* the first failure of what units before this one left to run */
    err segment;     /* why the rest up to the next synchronization is skipped */
    err broken;
    uint64_t statement_number;
    uint64_t transaction_count;
    uint64_t generation;    /* of the pool when it was opened */
    bool is_unsynchronized; /* commands were sent behind the last synchronization */
    bool was_abandoned;     /* broken by ourselves: it says nothing about others */
    /* of the blocks of keys that were taken: now, where the unit and the guarded statement began */
    struct postgres_keys {
        int64_t next, end;
    } keys[SQL_TABLE_COUNT], saved_keys[SQL_TABLE_COUNT], guarded_keys[SQL_TABLE_COUNT];
};

/* Errors: UNAVAILABLE, INVALID (the address; the server is too old), FORBIDDEN (refused). */
err postgres_connection_open(struct postgres_connection *c, const char *url);
void postgres_connection_close(struct postgres_connection *c);

static inline bool postgres_connection_is_usable(const struct postgres_connection *c)
{
    return c->handle != NULL && !failed(c->broken);
}

/* A command without parameters and rows, not waited for. sql: a constant. */
err postgres_queue(struct postgres_connection *c, const char *sql);
/* Queues the beginning of a transaction, sql, a constant; now and then what keeps plans right. */
err postgres_queue_begin(struct postgres_connection *c, const char *sql, bool writes);

/* Waits for everything that was queued and gives the first failure, which is forgotten then. */
err postgres_settle(struct postgres_connection *c);
/* Sends what is queued, without waiting for an answer. */
err postgres_flush(struct postgres_connection *c);
/* Statements of the simple protocol, in the transaction that is open if one is; without a limit of
 * time. */
err postgres_script(struct postgres_connection *c, const char *sql);

extern const struct statement_ops postgres_statement_ops;

#endif
