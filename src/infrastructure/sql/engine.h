/* struct sql_engine: what the repositories need of a database that speaks SQL. SQLite and
 * PostgreSQL are two of them; the repositories, the schema and the way units of work share commits
 * are the same.
 *
 * There is one writer, and it has a turn. A unit of work takes it at its first write, works inside
 * a savepoint of the transaction that is open, and gives the turn on when it is done; the last of a
 * group, with nobody waiting behind it, commits for all, and each unit returns only when that
 * commit is durable. So a burst of N units costs a few flushes of the disk instead of N, and what
 * is written has one order: that of the audit chain and of the change feed. */
#ifndef INFRASTRUCTURE_SQL_ENGINE_H
#define INFRASTRUCTURE_SQL_ENGINE_H

#include "infrastructure/db_context.h"
#include "infrastructure/sql/counts.h"
#include "infrastructure/sql/statement.h"

#include <pthread.h>
#include <semaphore.h>

enum {
    SQL_GROUP_COUNT_MAX = 64, /* units that share a commit */
    SQL_GROUP_MS = 200,       /* how long a transaction stays open for more of them */
    SQL_TURN_WAIT_MS = 5000   /* for the turn: then whoever asked is refused */
};

enum sql_language { SQL_SQLITE, SQL_POSTGRESQL, SQL_LANGUAGE_COUNT };

/* What a migration calls {name}. */
struct sql_name {
    const char *name, *text;
};

/* Where the two languages differ. */
struct sql_dialect {
    enum sql_language language;
    const struct sql_name *names; /* up to one without a name */
    const char *migrations_table; /* a script that makes it where it is not there */
    const char *like;             /* LIKE with ASCII letters alike */
    const char *position;         /* function: where a text has another, 0 when nowhere */
    const char *skip_locked;      /* behind a SELECT: rows that nobody else is about to change */
    const char *explain;          /* before a SELECT: how it would be run, in one of its columns */
    int explain_column;
    /* behind a column: among the numbers of a text, which stands between the two; its brackets */
    const char *among_before, *among_behind, *list_brackets;
    bool has_search_table; /* words are looked up in study_search, else in studies.search_key */
};

/* The tables whose rows have a key of their own. */
enum sql_table {
    TABLE_ORGANIZATIONS,
    TABLE_USERS,
    TABLE_SESSIONS,
    TABLE_PATIENTS,
    TABLE_STUDIES,
    TABLE_SERIES,
    TABLE_INSTANCES,
    TABLE_IDEMPOTENCY_RECORDS,
    TABLE_NON_PATIENT_OBJECTS,
    TABLE_WORK_ITEMS,
    TABLE_MAILS,
    SQL_TABLE_COUNT,
    /* whose keys are given by the database, in order, and none is used again */
    TABLE_AUDIT_EVENTS = SQL_TABLE_COUNT,
    TABLE_AUDIT_CUTS,
    TABLE_INSTANCE_VERSIONS,
    TABLE_INDEXED_ATTRIBUTES,
    TABLE_WORK_ITEM_EVENTS,
    TABLE_WORK_ITEM_SUBSCRIPTIONS,
    TABLE_GRANTS,
    TABLE_ROLES,
    TABLE_GROUPS,
    TABLE_ORGANIZATION_SETTINGS,
    TABLE_SIGNING_KEYS,
    TABLE_PASSWORD_REQUESTS,
    TABLE_SHARES,
    TABLE_SHARE_VISITS,
    TABLE_ALBUMS,
    TABLE_API_KEYS,
    TABLE_UPLOADS,
    TABLE_UPLOAD_PARTS,
    TABLE_UPLOAD_FILES,
    TABLE_TASKS,
    TABLE_NOTIFICATIONS,
    TABLE_DEIDENTIFICATION_PROJECTS,
    TABLE_DEIDENTIFIED_PATIENTS,
    TABLE_DESTINATIONS,
    TABLE_TASK_REPORTS,
    TABLE_NOTIFICATION_SETTINGS,
    TABLE_NOTIFICATION_MAILS,
    TABLE_USER_DEVICES,
    TABLE_REPORTS,
    TABLE_REPORT_VERSIONS,
    TABLE_REPORT_LOCKS,
    TABLE_CRITICAL_RESULTS,
    TABLE_REPORT_TEMPLATES,
    TABLE_SCHEDULES,
    TABLE_RETENTION_RULES,
    TABLE_LEGAL_HOLDS,
    TABLE_IDENTITY_PROVIDERS,
    TABLE_IDENTITIES,
    TABLE_WEBHOOKS,
    TABLE_WEBHOOK_DELIVERIES
};

struct sql_engine;
struct sql_engine_ops {
    const struct statement_ops *statements;
    /* A connection with one consistent view. */
    err (*read_begin)(struct sql_engine *e, struct sql_connection **out);
    void (*read_end)(struct sql_engine *e, struct sql_connection *c);
    /* Of the writer, by whoever has the turn. */
    struct sql_connection *(*writer)(struct sql_engine *e);
    bool (*is_open)(struct sql_engine *e); /* the transaction can still be committed */
    err (*begin)(struct sql_engine *e);
    err (*savepoint)(struct sql_engine *e);
    err (*release)(struct sql_engine *e); /* also tells of what ran later and failed */
    err (*rollback_to_savepoint)(struct sql_engine *e);
    err (*commit)(struct sql_engine *e);
    void (*rollback)(struct sql_engine *e);
    /* A script of statements on the writer, in the transaction that is open, if one is. */
    err (*script)(struct sql_engine *e, const char *sql);
    /* A key for a new row of a table; NULL, or 0, where the row gets it as it is written. */
    err (*next_key)(struct sql_connection *c, enum sql_table table, int64_t *out);
    /* Around a statement whose failure must not spoil the unit; NULL where none does. */
    err (*guard)(struct sql_connection *c);
    err (*guarded)(struct sql_connection *c, err outcome);
};

struct sql_engine {
    struct db_context base;
    const struct sql_engine_ops *ops;
    const struct sql_dialect *dialect;
    bool is_pipelined; /* rows of images are written without waiting for each */
    uint64_t group_ns; /* how long a transaction stays open for more units: SQL_GROUP_MS */

    pthread_mutex_t lock; /* of who has the turn and who wants it */
    bool turn_taken;
    struct sql_waiter *first_waiter, *last_waiter; /* in the order they came */

    /* Of whoever has the turn. */
    struct sql_unit *group; /* units finished in the open transaction, waiting for its commit */
    unsigned group_count;
    uint64_t opened_ns; /* the transaction */
    struct sql_ledger ledger;
};

/* For engines: the part that is common. */
void sql_engine_init(struct sql_engine *e, const struct sql_engine_ops *ops,
                     const struct sql_dialect *dialect);
void sql_engine_deinit(struct sql_engine *e);

/* A connection of one's own until given back. Waits when all are in use. */
static inline err sql_read_begin(struct sql_engine *e, struct sql_connection **out)
{
    return e->ops->read_begin(e, out);
}
static inline void sql_read_end(struct sql_engine *e, struct sql_connection *c)
{
    e->ops->read_end(e, c);
}
/* A script of statements, between the units of others. */
err sql_script(struct sql_engine *e, const char *sql);

/* By a unit with the writer connection, before it changes a study or a series in another way. What
 * waited was written as it took the connection. */
static inline void sql_forget(struct sql_engine *e)
{
    e->ledger.now = (struct sql_counts){0};
}

struct sql_unit {
    struct sql_engine *engine;
    bool has_begun;
    /* while it waits in its group */
    struct sql_unit *next;
    sem_t done;
    err outcome;
};

/* Takes the turn unless this unit has it: the writer connection is this unit's until commit or
 * rollback. Counts that waited are written. Errors: UNAVAILABLE (also when the turn does not come
 * in time), SERIALIZATION, and those of statements; a unit that had not begun has not begun then.
 */
err sql_unit_begin(struct sql_unit *unit, struct sql_connection **out);
/* The same for statements that neither see nor change the counts, their times and versions, of a
 * study or series: what waits goes on waiting. */
err sql_unit_begin_apart(struct sql_unit *unit, struct sql_connection **out);
/* Returns when the changes are durable. A unit that never began costs nothing.
 * Errors: NO_SPACE, UNAVAILABLE, SERIALIZATION, and those of statements run later: then nothing of
 * the unit is there. */
err sql_unit_commit(struct sql_unit *unit);
void sql_unit_rollback(struct sql_unit *unit);

#endif
