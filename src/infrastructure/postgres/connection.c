/* Opening, sending, waiting, and what the server's errors mean. */
#include "infrastructure/postgres/connection.h"

#include "base/log.h"
#include "infrastructure/postgres/wire.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t deadline_in(const struct postgres_connection *c, uint64_t milliseconds)
{
    uint64_t deadline = monotonic_ns() + milliseconds * 1000000;
    return c->limit_ns != 0 && c->limit_ns < deadline ? c->limit_ns : deadline;
}

static int milliseconds_until(uint64_t deadline)
{
    uint64_t now = monotonic_ns();
    if (deadline == POSTGRES_NO_DEADLINE)
        return -1;
    return deadline <= now ? 0 : (int)((deadline - now + 999999) / 1000000);
}

static bool wait_for(int fd, short events, uint64_t deadline)
{
    struct pollfd p = {.fd = fd, .events = events};
    int ready;
    do
        ready = poll(&p, 1, milliseconds_until(deadline));
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* What a SQLSTATE means here: the first prefix that fits. */
static const struct {
    const char *state;
    enum err_code code;
    const char *text;
} meanings[] = {
    {"23", ERR_CONFLICT, "it is there already"},
    {"40", ERR_SERIALIZATION, "lost a race for the database"},
    {"55P03", ERR_SERIALIZATION, "the database is busy"},
    {"25P02", ERR_SERIALIZATION, "the transaction had failed"},
    {"53100", ERR_NO_SPACE, "the disk of the database is full"},
    {"57014", ERR_UNAVAILABLE, "the database took too long"},
    {"28", ERR_UNAVAILABLE, "the database does not let us in"},
    {"3D", ERR_UNAVAILABLE, "the database does not exist"},
    {"42501", ERR_UNAVAILABLE, "the database does not allow it"},
    {"25006", ERR_UNAVAILABLE, "the database is read-only"},
    {"08", ERR_SERIALIZATION, "the connection to the database was lost"},
    {"57P", ERR_SERIALIZATION, "the database is shutting down"},
    {"25P03", ERR_SERIALIZATION, "the database gave the transaction up"},
    {"26000", ERR_SERIALIZATION, "the database forgot a statement"},
    {"0A000", ERR_SERIALIZATION, "the database changed under a statement"},
    {"53", ERR_UNAVAILABLE, "the database is out of resources"},
    {"54000", ERR_TOO_LARGE, "too much for the database"},
    {"58", ERR_UNAVAILABLE, "the database cannot use its disk"},
    {"XX", ERR_UNAVAILABLE, "the database failed"},
};

/* What the server says has quotation marks of its own; a line of the log is enough of it. */
static void log_text(const char *where, const char *state, const char *text)
{
    char line[200];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
    for (char *mark = line; (mark = strchr(mark, '"')) != NULL;)
        *mark = '\'';
    log_event(LOG_WARN, "postgresql", "state=%s where=%s text=\"%s\"", state, where, line);
}

static void log_notice(void *context, const char *text)
{
    (void)context;
    log_text("notice", "none", text);
}

/* Values may stand in the message of a data exception; they are not for the log. */
static err error_of(const PGresult *r, const char *where)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    state = state != NULL ? state : "08006";
    if (!begins_with(state, "23") && !begins_with(state, "40") && !begins_with(state, "25P02"))
        log_text(where, state, begins_with(state, "22") || text == NULL ? "" : text);
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (begins_with(state, meanings[i].state))
            return (err){meanings[i].code, meanings[i].text, where};
    return (err){ERR_INTERNAL, "the database refused a statement", where};
}

/* Everything that was under way fails with it. */
static err give_up(struct postgres_connection *c, err why)
{
    if (!failed(c->broken))
        c->broken = why;
    for (; c->pending_count != 0; c->pending_count--) {
        struct postgres_pending *p = &c->pending[c->pending_first];
        if (p->statement != NULL && p->kind == PENDING_EXECUTE) {
            p->statement->is_answered = true;
            p->statement->outcome = c->broken;
        }
        c->pending_first = (c->pending_first + 1) % POSTGRES_PENDING_COUNT;
    }
    c->streaming = NULL;
    return c->broken;
}

static err lost(struct postgres_connection *c)
{
    return give_up(c, ERR(SERIALIZATION, "the connection to the database was lost"));
}

/* The next result, NULL between those of two commands. */
static err next_result(struct postgres_connection *c, uint64_t deadline, PGresult **out)
{
    for (;;) {
        int unsent = PQflush(c->handle);
        if (unsent < 0)
            return lost(c);
        if (unsent == 0 && PQisBusy(c->handle) == 0)
            break;
        if (!wait_for(PQsocket(c->handle), unsent == 1 ? POLLIN | POLLOUT : POLLIN, deadline))
            return give_up(c, ERR(UNAVAILABLE, "the database does not answer"));
        if (PQconsumeInput(c->handle) == 0)
            return lost(c);
    }
    *out = PQgetResult(c->handle);
    return OK;
}

static void pop(struct postgres_connection *c)
{
    c->pending_first = (c->pending_first + 1) % POSTGRES_PENDING_COUNT;
    c->pending_count--;
}

static err push(struct postgres_connection *c, enum postgres_pending_kind kind,
                struct postgres_statement *statement)
{
    if (c->pending_count == POSTGRES_PENDING_COUNT)
        return ERR(INTERNAL, "too much is under way");
    c->pending[(c->pending_first + c->pending_count++) % POSTGRES_PENDING_COUNT] =
        (struct postgres_pending){kind, statement, c->unit};
    return OK;
}

/* The connection itself is of no use after some errors. */
static bool ends_connection(const PGresult *r)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    return PQresultStatus(r) == PGRES_FATAL_ERROR &&
           (state == NULL || begins_with(state, "08") || begins_with(state, "57P") ||
            begins_with(state, "25P03") || begins_with(state, "25006") ||
            begins_with(state, "26000") || begins_with(state, "0A000"));
}

static err outcome_of(struct postgres_connection *c, const PGresult *r)
{
    switch (PQresultStatus(r)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
        return OK;
    case PGRES_PIPELINE_ABORTED:
        return failed(c->segment) ? c->segment : ERR(SERIALIZATION, "the transaction had failed");
    default:
        c->segment = error_of(r, HERE);
        return c->segment;
    }
}

/* A failure of a unit that went on is not that of the one which has the turn now. */
static void answer(struct postgres_connection *c, const struct postgres_pending *p, PGresult *r)
{
    struct postgres_statement *s = p->statement;
    err outcome = outcome_of(c, r);
    if (failed(outcome) && p->unit != c->unit) {
        if (!failed(c->left_behind))
            c->left_behind = outcome;
        outcome = ERR(SERIALIZATION, "another unit of the transaction failed");
    }
    if (s == NULL) {
        if (failed(outcome) && !failed(c->failure))
            c->failure = outcome;
        PQclear(r);
        return;
    }
    PQclear(s->result);
    s->result = r;
    s->row = -1;
    s->outcome = outcome;
    s->changes = strtoll(PQcmdTuples(r), NULL, 10);
    s->is_answered = true;
}

/* Takes the answer to the oldest command, or one row of it where rows are taken as they come. */
static err take_answer(struct postgres_connection *c, uint64_t deadline)
{
    struct postgres_pending head = c->pending[c->pending_first];
    PGresult *r, *end;
    TRY(next_result(c, deadline, &r));
    if (r == NULL) /* the command is not known to the library: it lost the connection */
        return lost(c);
    if (ends_connection(r)) {
        err why = error_of(r, HERE);
        PQclear(r);
        return give_up(c, why);
    }
    if (head.kind == PENDING_SYNC) {
        bool is_sync = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
        PQclear(r);
        c->segment = OK;
        pop(c);
        return is_sync ? OK : lost(c);
    }
    bool is_row = PQresultStatus(r) == PGRES_SINGLE_TUPLE;
    if (head.kind == PENDING_PREPARE) {
        if (failed(outcome_of(c, r)))
            head.statement->is_prepared = false;
        PQclear(r);
    } else {
        answer(c, &head, r);
        if (is_row) {
            c->streaming = head.statement;
            return OK;
        }
        if (head.statement != NULL)
            head.statement->is_exhausted = true;
    }
    c->streaming = NULL;
    TRY(next_result(c, deadline, &end));
    PQclear(end); /* NULL: the command is answered */
    pop(c);
    return OK;
}

err postgres_await(struct postgres_connection *c, struct postgres_statement *s)
{
    uint64_t deadline = deadline_in(c, POSTGRES_ANSWER_MS);
    if (c->is_unsynchronized)
        TRY(postgres_synchronize(c));
    while (!s->is_answered) {
        if (c->pending_count == 0)
            return ERR(INTERNAL, "nobody will answer");
        TRY(take_answer(c, deadline));
    }
    return OK;
}

err postgres_synchronize(struct postgres_connection *c)
{
    TRY(c->broken);
    if (PQpipelineSync(c->handle) == 0)
        return lost(c);
    c->is_unsynchronized = false;
    return push(c, PENDING_SYNC, NULL);
}

/* Room for a few more commands: the oldest answers are taken when there is none. */
static err make_room(struct postgres_connection *c)
{
    TRY(c->broken);
    if (c->pending_count + 4 < POSTGRES_PENDING_COUNT)
        return OK;
    TRY(postgres_synchronize(c));
    uint64_t deadline = deadline_in(c, POSTGRES_ANSWER_MS);
    while (c->pending_count != 0)
        TRY(take_answer(c, deadline));
    return OK;
}

static err prepare(struct postgres_connection *c, struct postgres_statement *s,
                   const struct postgres_arguments *a)
{
    if (s->is_passing || s->is_prepared)
        return OK;
    if (PQsendPrepare(c->handle, s->name, s->sql, a->count, a->types) == 0)
        return lost(c);
    s->is_prepared = true;
    c->is_unsynchronized = true;
    return push(c, PENDING_PREPARE, s);
}

static bool changes_rows(const char *sql)
{
    return begins_with(sql, "INSERT") || begins_with(sql, "UPDATE") || begins_with(sql, "DELETE");
}

err postgres_send(struct postgres_connection *c, struct postgres_statement *s,
                  const struct postgres_arguments *a)
{
    TRY(make_room(c));
    if (c->streaming != NULL)
        return ERR(INTERNAL, "rows are still coming");
    TRY(prepare(c, s, a));
    if (s->is_streaming) /* rows can be taken as they come only of the command whose turn it is */
        TRY(postgres_settle(c));
    c->is_unsynchronized = true;
    if (changes_rows(s->sql))
        c->base.has_written = true;
    if (s->is_passing) {
        if (PQsendQueryParams(c->handle, s->sql, a->count, a->types, a->values, a->lengths,
                              a->formats, 1) == 0)
            return lost(c);
    } else {
        if (PQsendQueryPrepared(c->handle, s->name, a->count, a->values, a->lengths, a->formats,
                                1) == 0)
            return lost(c);
    }
    if (s->is_streaming && PQsetSingleRowMode(c->handle) == 0)
        return lost(c);
    return push(c, PENDING_EXECUTE, s);
}

/* A few are taken and dropped, so that the unit of work of a writer lives on; of a great many a new
 * connection costs less. */
err postgres_abandon(struct postgres_connection *c)
{
    uint64_t deadline = deadline_in(c, POSTGRES_DRAIN_MS);
    size_t pending_count = c->pending_count; /* the rows are those of the first */
    for (int i = 0; i < POSTGRES_DRAIN_COUNT && monotonic_ns() < deadline; i++) {
        TRY(take_answer(c, deadline_in(c, POSTGRES_ANSWER_MS)));
        if (c->pending_count != pending_count)
            return OK;
    }
    c->was_abandoned = true;
    return give_up(c, ERR(SERIALIZATION, "the rows were not all taken"));
}

void postgres_forget(struct postgres_connection *c, struct postgres_statement *s)
{
    for (size_t i = 0; i < c->pending_count; i++) {
        struct postgres_pending *p = &c->pending[(c->pending_first + i) % POSTGRES_PENDING_COUNT];
        if (p->statement == s && p->kind == PENDING_EXECUTE)
            p->statement = NULL;
    }
}

err postgres_queue(struct postgres_connection *c, const char *sql)
{
    struct statement s = {0};
    TRY(make_room(c));
    err e = statement_begin(&c->base, sql, &s);
    if (!failed(e))
        e = statement_run_later(&s);
    statement_end(&s);
    return e;
}

/* Until the server analyses the table, which may be a minute and ten thousands of studies later, it
 * does not know that all of them are of one organization, and finds one of them through an index
 * that begins with it: by looking at them all. So it is told to, as soon as there are two. And a
 * plan that is right for them, to read the one page they are on, is not kept for thousands. */
static const char analyze_sql[] =
    "DO $$ BEGIN IF to_regclass('studies') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_stats WHERE "
    "schemaname = current_schema() AND "
    "tablename = 'studies' AND attname = 'organization_key' AND n_distinct > 0) THEN "
    "ANALYZE studies; END IF; END $$";

err postgres_queue_begin(struct postgres_connection *c, const char *sql, bool writes)
{
    uint64_t count = ++c->transaction_count;
    if (count >= POSTGRES_ANALYZE_COUNT && (count & (count - 1)) == 0) {
        if (writes)
            TRY(postgres_queue(c, analyze_sql));
        TRY(postgres_synchronize(c));
        TRY(postgres_queue(c, "DISCARD PLANS"));
        TRY(postgres_synchronize(c)); /* what follows begins a transaction */
    }
    return postgres_queue(c, sql);
}

err postgres_settle(struct postgres_connection *c)
{
    uint64_t deadline = deadline_in(c, POSTGRES_ANSWER_MS);
    TRY(c->broken);
    if (c->is_unsynchronized)
        TRY(postgres_synchronize(c));
    while (c->pending_count != 0)
        TRY(take_answer(c, deadline));
    err e = c->failure;
    c->failure = OK;
    return e;
}

err postgres_flush(struct postgres_connection *c)
{
    TRY(postgres_synchronize(c));
    return PQflush(c->handle) < 0 ? lost(c) : OK;
}

/* All results of a command of the simple protocol. */
static err run_simple(struct postgres_connection *c, const char *sql, uint64_t deadline)
{
    err outcome = OK;
    PGresult *r = NULL;
    if (PQsendQuery(c->handle, sql) == 0)
        return lost(c);
    for (;;) {
        TRY(next_result(c, deadline, &r));
        if (r == NULL)
            return outcome;
        ExecStatusType status = PQresultStatus(r);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !failed(outcome))
            outcome = error_of(r, HERE);
        if (ends_connection(r))
            (void)give_up(c, outcome).code;
        PQclear(r);
    }
}

err postgres_script(struct postgres_connection *c, const char *sql)
{
    char limit[64];
    TRY(postgres_settle(c));
    if (PQexitPipelineMode(c->handle) == 0)
        return lost(c);
    snprintf(limit, sizeof limit, "SET statement_timeout = %d", POSTGRES_STATEMENT_MS);
    err e = run_simple(c, "SET statement_timeout = 0", deadline_in(c, POSTGRES_ANSWER_MS));
    if (!failed(e))
        e = run_simple(c, sql, POSTGRES_NO_DEADLINE);
    /* a failed transaction takes its own settings back */
    if (!failed(c->broken) && PQtransactionStatus(c->handle) != PQTRANS_INERROR) {
        err limited = run_simple(c, limit, deadline_in(c, POSTGRES_ANSWER_MS));
        e = failed(e) ? e : limited;
    }
    if (!failed(c->broken) && PQenterPipelineMode(c->handle) == 0)
        return lost(c);
    return e;
}

/* What is set for every session, whatever the server's defaults are: a commit that was answered is
 * on disk. */
static err set_up(struct postgres_connection *c, uint64_t deadline)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "SET statement_timeout = %d; SET lock_timeout = %d; SET "
             "idle_in_transaction_session_timeout = %d; SET jit = off; SET "
             "standard_conforming_strings = on; SET client_min_messages = warning;"
             "SELECT set_config('synchronous_commit', 'on', false) WHERE "
             "current_setting('synchronous_commit') = 'off'",
             POSTGRES_STATEMENT_MS, POSTGRES_LOCK_MS, POSTGRES_IDLE_IN_TRANSACTION_MS);
    TRY(run_simple(c, sql, deadline));
    return PQenterPipelineMode(c->handle) == 1 ? OK : lost(c);
}

/* The address and what stands beside it; what the address says itself wins. */
static PGconn *start(const char *url)
{
    static const char *const keys[] = {"application_name",
                                       "client_encoding",
                                       "tcp_user_timeout",
                                       "keepalives_idle",
                                       "keepalives_interval",
                                       "keepalives_count",
                                       "target_session_attrs",
                                       "dbname",
                                       NULL};
    const char *const values[] = {"gantry", "UTF8", "5000", "5", "2", "3", "read-write", url, NULL};
    return PQconnectStartParams(keys, values, 1);
}

static err connect_until(PGconn *handle, uint64_t deadline)
{
    short events = POLLOUT;
    if (handle == NULL || PQstatus(handle) == CONNECTION_BAD)
        return ERR(UNAVAILABLE, "the database cannot be reached");
    for (;;) {
        if (!wait_for(PQsocket(handle), events, deadline))
            return ERR(UNAVAILABLE, "the database does not answer");
        switch (PQconnectPoll(handle)) {
        case PGRES_POLLING_READING:
            events = POLLIN;
            break;
        case PGRES_POLLING_WRITING:
            events = POLLOUT;
            break;
        case PGRES_POLLING_OK:
            return OK;
        default:
            return ERR(UNAVAILABLE, "the database cannot be reached");
        }
    }
}

err postgres_connection_open(struct postgres_connection *c, const char *url)
{
    uint64_t deadline = deadline_in(c, POSTGRES_CONNECT_MS);
    PGconn *handle = start(url);
    err e = connect_until(handle, deadline);
    if (failed(e)) {
        log_text("connect", "none", handle != NULL ? PQerrorMessage(handle) : "");
        PQfinish(handle);
        return e;
    }
    c->handle = handle;
    PQsetNoticeProcessor(handle, log_notice, NULL);
    c->broken = c->failure = c->segment = OK;
    PQsetnonblocking(handle, 1);
    e = PQserverVersion(handle) >= POSTGRES_VERSION_MIN
            ? set_up(c, deadline)
            : ERR(INVALID, "PostgreSQL 13 or newer is needed");
    if (failed(e))
        postgres_connection_close(c);
    return e;
}

void postgres_connection_close(struct postgres_connection *c)
{
    const size_t kept_size = offsetof(struct postgres_connection, handle);
    for (size_t i = 0; i < POSTGRES_STATEMENT_COUNT; i++)
        postgres_statement_free(&c->statements[i]);
    PQfinish(c->handle);
    memset((char *)c + kept_size, 0, sizeof *c - kept_size);
}
