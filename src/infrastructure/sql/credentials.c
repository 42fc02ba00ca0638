/* Signing keys and requests for another password on SQL. */
#include "base/arena.h"
#include "infrastructure/sql/session.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err all_keys(struct signing_key_reader *r, struct arena *a, struct signing_key_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, signing_key_reader), &c));
    TRY(statement_prepare(
        c, str_format(a, "%s ORDER BY key", entity_sql(&signing_key_schema)->select), &s));
    *out = (struct signing_key_slice){0};
    for (;;) {
        bool has_row;
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &signing_key_schema, SLICE_PUSH(a, out));
    }
}
const struct signing_key_reader_ops sql_signing_key_reader_ops = {.all = all_keys};

static err add_key(struct signing_key_writer *w, struct signing_key *key)
{
    return entity_insert(SESSION_OF(w, signing_key_writer), &signing_key_schema, key);
}

static err remove_key(struct signing_key_writer *w, int64_t key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, signing_key_writer), &c));
    TRY(statement_begin(c, "DELETE FROM signing_keys WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return statement_run(&s);
}
const struct signing_key_writer_ops sql_signing_key_writer_ops = {.add = add_key,
                                                                  .remove = remove_key};

static err add_request(struct password_request_writer *w, struct password_request *request)
{
    return entity_insert(SESSION_OF(w, password_request_writer), &password_request_schema, request);
}

static err read_requests(struct sql_connection *c, struct arena *a, uint32_t limit,
                         struct password_request_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    str sql =
        str_format(a, "%s ORDER BY key LIMIT ?1", entity_sql(&password_request_schema)->select);
    TRY(statement_prepare(c, sql, &s));
    statement_bind_i64(&s, 1, limit);
    *out = (struct password_request_slice){0};
    for (;;) {
        bool has_row;
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &password_request_schema, SLICE_PUSH(a, out));
    }
}

/* On the connection that writes, of which there is one: nobody else takes the same. */
static err take_requests(struct password_request_writer *w, struct arena *a, uint32_t limit,
                         struct password_request_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, password_request_writer), &c));
    TRY(read_requests(c, a, limit, out));
    if (out->len == 0)
        return OK;
    TRY(statement_begin(c, "DELETE FROM password_requests WHERE key <= ?1", &s));
    statement_bind_i64(&s, 1, out->at[out->len - 1].key);
    return statement_run(&s);
}
const struct password_request_writer_ops sql_password_request_writer_ops = {.add = add_request,
                                                                            .take = take_requests};
