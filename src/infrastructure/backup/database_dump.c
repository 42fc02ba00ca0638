/* Which engine. */
#include "infrastructure/backup/database_dump.h"

static bool is_sqlite(const struct database_dump *d)
{
    return str_starts(d->url, STR("sqlite:"));
}

err database_dump(const struct database_dump *d)
{
    d->manifest->engine = is_sqlite(d) ? STR("sqlite") : STR("postgresql");
    return is_sqlite(d) ? sqlite_dump(d) : postgres_dump(d);
}

err database_is_empty(const struct database_dump *d, bool *out)
{
    return is_sqlite(d) ? sqlite_is_empty(d, out) : postgres_is_empty(d, out);
}

err database_restore(const struct database_dump *d)
{
    if (str_eq(d->manifest->engine, STR("sqlite")) != is_sqlite(d))
        return ERR(INVALID, "the backup is of another database engine than GANTRY_DATABASE_URL");
    return is_sqlite(d) ? sqlite_restore(d) : postgres_restore(d);
}
