/* Numbered migrations. Each is a step that old programs can live with while they still serve:
 * first what is new is added (expand), then rows are brought over in batches (migrate), and what
 * nobody uses any more goes in a later release (contract).
 *
 * The script of a step is one transaction, and so is each batch together with the note of how far
 * it came: killed at any statement, the next start goes on where the last one was. Of several nodes
 * that start at once one does the work and the others find it done. */
#ifndef INFRASTRUCTURE_SQL_MIGRATE_H
#define INFRASTRUCTURE_SQL_MIGRATE_H

#include "infrastructure/sql/engine.h"

enum { MIGRATION_BATCH_SIZE = 1000 }; /* keys a transaction: what others wait for at most */

struct migration {
    int number;
    const char *name;
    /* Scripts; one that stands alone is for every language, with {names} of the dialect in it. */
    const char *sql[SQL_LANGUAGE_COUNT];
    /* NULL, or a statement for rows of batch_table with ?1 < key <= ?2. */
    const char *batch_table, *batch_sql;
};

/* Applies what is missing, in order. applied_count: steps this call finished.
 * Errors: CONFLICT (made by a newer program), UNAVAILABLE. */
err sql_migrate(struct sql_engine *e, struct arena *a, const struct migration *migrations,
                size_t count, int *applied_count);

#endif
