/* Numbered migrations. Each is a step that old programs can live with while they still serve:
 * first what is new is added (expand), then rows are brought over in batches (migrate), and what
 * nobody uses any more goes in a later release (contract).
 *
 * Batches go by key, once. A row that an old program adds behind their place meanwhile is not seen
 * by them, since keys are taken in blocks, nor is one that it changes there: the script gives such
 * rows a default, or a trigger that does what the batches do.
 *
 * The script of a step is one transaction, and so is each batch together with the note of how far
 * it came: killed at any statement, the next start goes on where the last one was. Of several nodes
 * that start at once one does the work and the others find it done. */
#ifndef INFRASTRUCTURE_SQL_MIGRATE_H
#define INFRASTRUCTURE_SQL_MIGRATE_H

#include "infrastructure/sql/engine.h"

enum {
    MIGRATION_BATCH_SIZE = 1000,      /* keys a transaction: what others wait for at most */
    MIGRATION_ATTEMPT_COUNT_MAX = 20, /* of a transaction that lost a race for the database */
    MIGRATION_PAUSE_MS = 100
};

struct migration {
    int number;
    const char *name;
    /* Scripts; one that stands alone is for every language, with {names} of the dialect in it. */
    const char *sql[SQL_LANGUAGE_COUNT];
    /* NULL, or a statement for rows of batch_table with ?1 < key <= ?2. */
    const char *batch_table, *batch_sql;
};

/* Where it is: after each batch of a step, and when the step is done. */
struct migration_progress {
    const struct migration *step;
    bool is_done;
    int64_t key, last_key; /* of batch_table, while it is not */
};
typedef void migration_report(const struct migration_progress *progress);

/* Applies what is missing, in order. applied_count: steps this call finished; others may have been
 * finished by another program meanwhile.
 * Errors: CONFLICT (made by a newer program), UNAVAILABLE. */
err sql_migrate_reporting(struct sql_engine *e, struct arena *a, const struct migration *migrations,
                          size_t count, migration_report *report, int *applied_count);
/* The same, told to the log. */
err sql_migrate(struct sql_engine *e, struct arena *a, const struct migration *migrations,
                size_t count, int *applied_count);

#endif
