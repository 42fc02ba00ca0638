/* The condition that keeps a question about images within what was granted. */
#ifndef INFRASTRUCTURE_SQL_GRANTS_H
#define INFRASTRUCTURE_SQL_GRANTS_H

#include "domain/entities/access.h"
#include "infrastructure/sql/statement.h"

enum { GRANTED_PARAMETER_COUNT = 4 };

/* " AND column IN (…)" with parameters from first on, or nothing for an access without a limit.
 * column: has keys of studies. */
str sql_granted(struct arena *a, const struct access *access, const char *column, int first);
/* Binds them; nothing for an access without a limit. */
void sql_bind_granted(struct statement *s, const struct access *access, int first);
/* Their values, in order. */
void sql_granted_values(const struct access *access, int64_t values[GRANTED_PARAMETER_COUNT]);

#endif
