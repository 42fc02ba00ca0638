/* The schema of the database as numbered steps. A step that is out in the world is never changed;
 * the next one is. */
#ifndef INFRASTRUCTURE_MIGRATIONS_MIGRATIONS_H
#define INFRASTRUCTURE_MIGRATIONS_MIGRATIONS_H

#include "infrastructure/sql/migrate.h"

extern const struct migration migrations[];
extern const size_t migration_count;

#endif
