/* What SQLite does not know about matching, as functions of SQL: name_is_like(key, pattern) and
 * set_has(set, pattern), PS3.4 C.2.2.2. Absent values match nothing. */
#ifndef INFRASTRUCTURE_SQLITE_FUNCTIONS_H
#define INFRASTRUCTURE_SQLITE_FUNCTIONS_H

struct sqlite3;

/* A code of SQLite. */
int sqlite_functions_add(struct sqlite3 *handle);

#endif
