/* PostgreSQL: every table by COPY, in one REPEATABLE READ transaction, so that no other program is
 * needed and any newer server reads it. Tables come in an order in which none refers to one behind
 * it. */
#include "infrastructure/backup/database_dump.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "infrastructure/migrations/migrations.h"
#include "infrastructure/postgres/database.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <unistd.h>

enum { TABLE_COUNT_MAX = 500, WRITERS_LOCK = 1195462228 /* of units of work, see database.h */ };

static void finish(PGconn **c)
{
    PQfinish(*c);
}
static void clear(PGresult **r)
{
    PQclear(*r);
}

static err server_error(PGconn *c, const char *where)
{
    log_event(LOG_WARN, "backup", "what=postgresql where=%s text=\"%.*s\"", where,
              (int)strcspn(PQerrorMessage(c), "\n"), PQerrorMessage(c));
    return (err){ERR_UNAVAILABLE, "the database cannot be used for that", where};
}
#define SERVER_ERR(c_) server_error((c_), HERE)

static err ask(PGconn *c, const char *sql, PGresult **out)
{
    *out = PQexec(c, sql);
    ExecStatusType status = PQresultStatus(*out);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ? OK : SERVER_ERR(c);
}

static err run(PGconn *c, const char *sql)
{
    CLEANUP(clear) PGresult *r = NULL;
    return ask(c, sql, &r);
}

static err ask_number(PGconn *c, const char *sql, int64_t *out)
{
    CLEANUP(clear) PGresult *r = NULL;
    TRY(ask(c, sql, &r));
    if (PQntuples(r) != 1 || !str_to_i64(str_of(PQgetvalue(r, 0, 0)), out))
        return ERR(INTERNAL, "the database's answer is not a number");
    return OK;
}

/* Tables may be large: nothing here has a limit of time. */
static err connect_to(const struct database_dump *d, PGconn **out)
{
    static const char *const keys[] = {"application_name",     "client_encoding", "connect_timeout",
                                       "target_session_attrs", "dbname",          NULL};
    const char *const values[] = {
        "gantry backup", "UTF8", "10", "read-write", str_cstr(d->arena, d->url), NULL};
    *out = PQconnectdbParams(keys, values, 1);
    if (PQstatus(*out) != CONNECTION_OK)
        return SERVER_ERR(*out);
    return run(*out, "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET "
                     "lock_timeout = 0; SET synchronous_commit = on; SET client_min_messages = "
                     "warning; SET bytea_output = hex");
}

/* ---- out ---- */

struct tables {
    const char *names[TABLE_COUNT_MAX];
    size_t count;
};

/* Of those that are not taken yet, one that refers to taken ones alone. */
static bool is_free(const PGresult *edges, const struct tables *taken, const char *name)
{
    for (int i = 0; i < PQntuples(edges); i++) {
        bool is_taken = strcmp(PQgetvalue(edges, i, 0), name) != 0;
        for (size_t n = 0; n < taken->count && !is_taken; n++)
            is_taken = strcmp(PQgetvalue(edges, i, 1), taken->names[n]) == 0;
        if (!is_taken)
            return false;
    }
    return true;
}

static err order_tables(const struct database_dump *d, PGconn *c, struct tables *out)
{
    CLEANUP(clear) PGresult *edges = NULL;
    CLEANUP(clear) PGresult *all = NULL;
    bool is_taken[TABLE_COUNT_MAX] = {false};
    TRY(ask(c,
            "SELECT r.relname, t.relname FROM pg_constraint JOIN pg_class r ON r.oid = conrelid "
            "JOIN pg_class t ON t.oid = confrelid WHERE contype = 'f' AND conrelid <> confrelid "
            "AND r.relnamespace = current_schema()::regnamespace",
            &edges));
    TRY(ask(c,
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            "current_schema()::regnamespace AND relname NOT IN ('schema_migrations', "
            "'schema_batches') ORDER BY relname",
            &all));
    size_t count = (size_t)PQntuples(all);
    if (count > TABLE_COUNT_MAX)
        return ERR(CONFLICT, "the database has too many tables");
    for (size_t before = SIZE_MAX; out->count < count && out->count != before;) {
        before = out->count;
        for (size_t i = 0; i < count; i++) {
            const char *name = PQgetvalue(all, (int)i, 0);
            if (is_taken[i] || !is_free(edges, out, name))
                continue;
            is_taken[i] = true;
            out->names[out->count++] = str_cstr(d->arena, str_of(name));
        }
    }
    return out->count == count ? OK : ERR(INTERNAL, "tables refer to each other in a circle");
}

/* What the server sends of a COPY. */
static err receive(PGconn *c, struct hashed_file *file)
{
    CLEANUP(clear) PGresult *r = NULL;
    char *row = NULL;
    int size;
    while ((size = PQgetCopyData(c, &row, 0)) > 0) {
        hashed_file_add(file, row, (size_t)size);
        PQfreemem(row);
    }
    r = PQgetResult(c);
    err e = size == -1 && PQresultStatus(r) == PGRES_COMMAND_OK ? OK : SERVER_ERR(c);
    for (PGresult *rest; (rest = PQgetResult(c)) != NULL;)
        PQclear(rest);
    return e;
}

static err copy_out(const struct database_dump *d, PGconn *c, const char *sql,
                    struct backup_file entry)
{
    CLEANUP(clear) PGresult *r = PQexec(c, sql);
    struct hashed_file file;
    struct file_sum sum;
    if (PQresultStatus(r) != PGRES_COPY_OUT)
        return SERVER_ERR(c);
    TRY(hashed_file_create(&file, d->folder_fd, str_cstr(d->arena, entry.name)));
    err e = receive(c, &file);
    err ended = hashed_file_end(&file, &sum);
    TRY(e);
    TRY(ended);
    backup_manifest_add(d->manifest, d->arena, entry, &sum);
    return OK;
}

static err copy_table(const struct database_dump *d, PGconn *c, const char *name)
{
    CLEANUP(clear) PGresult *r = NULL;
    TRY(ask(
        c,
        str_cstr(d->arena,
                 str_format(d->arena,
                            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM "
                            "pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND "
                            "NOT attisdropped AND attgenerated = ''",
                            name)),
        &r));
    str columns = str_copy(d->arena, str_of(PQgetvalue(r, 0, 0)));
    return copy_out(d, c,
                    str_cstr(d->arena, str_format(d->arena, "COPY %s (%.*s) TO STDOUT", name,
                                                  STR_ARG(columns))),
                    (struct backup_file){.name = str_format(d->arena, "table-%s.copy", name),
                                         .table = str_of(name),
                                         .columns = columns});
}

static err list_objects(const struct database_dump *d, PGconn *c)
{
    CLEANUP(clear) PGresult *r = NULL;
    TRY(ask(c,
            "SELECT count(*), coalesce(sum(size), 0)::bigint FROM (" DUMP_OBJECTS_SQL(
                "") ") AS objects",
            &r));
    str count = str_of(PQgetvalue(r, 0, 0)), size = str_of(PQgetvalue(r, 0, 1));
    if (!str_to_i64(count, &d->manifest->object_count) ||
        !str_to_i64(size, &d->manifest->object_size))
        return ERR(INTERNAL, "the database's answer is not a number");
    return copy_out(d, c,
                    "COPY (SELECT name, size FROM (" DUMP_OBJECTS_SQL(
                        "") ") AS objects ORDER BY name COLLATE \"C\", size) TO STDOUT WITH "
                            "(DELIMITER ' ')",
                    (struct backup_file){.name = STR(BACKUP_OBJECTS_FILE)});
}

/* Outside of what the transaction sees: they may have gone on since, and never back. */
static err read_sequences(const struct database_dump *d, PGconn *c)
{
    CLEANUP(clear) PGresult *r = NULL;
    TRY(ask(c,
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() "
            "AND last_value IS NOT NULL ORDER BY 1",
            &r));
    for (int i = 0; i < PQntuples(r); i++) {
        struct backup_sequence *s = SLICE_PUSH(d->arena, &d->manifest->sequences);
        s->name = str_copy(d->arena, str_of(PQgetvalue(r, i, 0)));
        if (!str_to_i64(str_of(PQgetvalue(r, i, 1)), &s->value))
            return ERR(INTERNAL, "the database's answer is not a number");
    }
    return OK;
}

err postgres_dump(const struct database_dump *d)
{
    CLEANUP(finish) PGconn *c = NULL;
    struct tables tables = {.count = 0};
    int64_t unfinished;
    TRY(connect_to(d, &c));
    TRY(run(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    TRY(ask_number(c, DUMP_SCHEMA_SQL, &d->manifest->schema_number));
    TRY(ask_number(c, DUMP_UNFINISHED_SQL, &unfinished));
    if (unfinished != 0)
        return ERR(CONFLICT, "the database's schema is being changed: try again later");
    TRY(order_tables(d, c, &tables));
    for (size_t i = 0; i < tables.count; i++) {
        d->observer->progress(d->observer, "copying the database", (int64_t)i,
                              (int64_t)tables.count, "tables");
        TRY(d->observer->check(d->observer));
        TRY(copy_table(d, c, tables.names[i]));
    }
    TRY(list_objects(d, c));
    TRY(run(c, "COMMIT"));
    return read_sequences(d, c);
}

/* ---- and back ---- */

static err count_organizations(PGconn *c, int64_t *out)
{
    TRY(ask_number(c,
                   "SELECT count(*) FROM pg_class WHERE relname = 'organizations' AND "
                   "relnamespace = current_schema()::regnamespace",
                   out));
    return *out == 0 ? OK : ask_number(c, "SELECT count(*) FROM organizations", out);
}

err postgres_is_empty(const struct database_dump *d, bool *out)
{
    CLEANUP(finish) PGconn *c = NULL;
    int64_t count;
    TRY(connect_to(d, &c));
    TRY(count_organizations(c, &count));
    *out = count == 0;
    return OK;
}

/* The schema that the backup was made with; the next start brings it up to date. */
static err make_schema(const struct database_dump *d)
{
    struct postgres_database *db = heap_alloc(sizeof *db);
    size_t count = 0;
    int applied;
    while (count < migration_count && migrations[count].number <= d->manifest->schema_number)
        count++;
    err e = count != 0 && migrations[count - 1].number == d->manifest->schema_number
                ? postgres_database_open(db, d->url)
                : ERR(INVALID, "the backup was made by a newer program");
    if (!failed(e))
        e = sql_migrate(&db->engine, d->arena, migrations, count, &applied);
    postgres_database_close(db);
    heap_free(db);
    return e;
}

static bool is_identifier(str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!((name.ptr[i] >= 'a' && name.ptr[i] <= 'z') || name.ptr[i] == '_' ||
              (name.ptr[i] >= '0' && name.ptr[i] <= '9')))
            return false;
    return name.len != 0;
}

static err send_file(const struct database_dump *d, PGconn *c, const struct backup_file *f)
{
    char block[64 * 1024];
    ssize_t got;
    int fd = openat(d->folder_fd, str_cstr(d->arena, f->name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return BACKUP_OS_ERR("open table");
    err e = OK;
    while (!failed(e) && (got = read(fd, block, sizeof block)) > 0)
        if (PQputCopyData(c, block, (int)got) != 1)
            e = SERVER_ERR(c);
    close(fd);
    if (PQputCopyEnd(c, failed(e) || got < 0 ? "it cannot be read" : NULL) != 1 && !failed(e))
        e = SERVER_ERR(c);
    for (PGresult *r; (r = PQgetResult(c)) != NULL;) {
        if (PQresultStatus(r) != PGRES_COMMAND_OK && !failed(e))
            e = SERVER_ERR(c);
        PQclear(r);
    }
    return e;
}

static err run_for(const struct database_dump *d, PGconn *c, const char *before, str table,
                   const char *behind)
{
    return run(
        c, str_cstr(d->arena, str_format(d->arena, "%s%.*s%s", before, STR_ARG(table), behind)));
}

/* Triggers have done their work already: what they wrote is in the backup too. */
static err fill_table(const struct database_dump *d, PGconn *c, const struct backup_file *f)
{
    TRY(run_for(d, c, "ALTER TABLE ", f->table, " DISABLE TRIGGER USER"));
    CLEANUP(clear)
    PGresult *r = PQexec(c, str_cstr(d->arena, str_format(d->arena, "COPY %.*s (%.*s) FROM STDIN",
                                                          STR_ARG(f->table), STR_ARG(f->columns))));
    if (PQresultStatus(r) != PGRES_COPY_IN)
        return SERVER_ERR(c);
    TRY(send_file(d, c, f));
    return run_for(d, c, "ALTER TABLE ", f->table, " ENABLE TRIGGER USER");
}

/* What the migrations put there is in the backup too. */
static err empty_tables(const struct database_dump *d, PGconn *c)
{
    struct buf sql = BUF_IN(d->arena);
    const char *before = "TRUNCATE ";
    for (size_t i = 0; i < d->manifest->files.len; i++) {
        const struct backup_file *f = &d->manifest->files.at[i];
        if (f->table.len == 0)
            continue;
        if (!is_identifier(f->table))
            return ERR(INVALID, "the manifest names a table that is none");
        buf_addf(&sql, "%s%.*s", before, STR_ARG(f->table));
        before = ", ";
    }
    return sql.len == 0 ? OK : run(c, str_cstr(d->arena, buf_str(&sql)));
}

static err set_sequences(const struct database_dump *d, PGconn *c)
{
    for (size_t i = 0; i < d->manifest->sequences.len; i++) {
        const struct backup_sequence *s = &d->manifest->sequences.at[i];
        if (!is_identifier(s->name))
            return ERR(INVALID, "the manifest names a sequence that is none");
        TRY(run(c, str_cstr(d->arena, str_format(d->arena, "SELECT setval('%.*s', %lld)",
                                                 STR_ARG(s->name), (long long)s->value))));
    }
    return OK;
}

err postgres_restore(const struct database_dump *d)
{
    CLEANUP(finish) PGconn *c = NULL;
    int64_t count;
    TRY(make_schema(d));
    TRY(connect_to(d, &c));
    TRY(run(c, str_cstr(d->arena, str_format(d->arena, "BEGIN; SELECT pg_advisory_xact_lock(%d)",
                                             WRITERS_LOCK))));
    TRY(count_organizations(c, &count));
    if (count != 0)
        return ERR(CONFLICT, "the database is not empty");
    TRY(empty_tables(d, c));
    for (size_t i = 0; i < d->manifest->files.len; i++)
        if (d->manifest->files.at[i].table.len != 0)
            TRY(fill_table(d, c, &d->manifest->files.at[i]));
    TRY(set_sequences(d, c));
    TRY(run(c, "COMMIT"));
    return run(c, "ANALYZE");
}
