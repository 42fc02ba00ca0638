/* Organizations, users, sessions, audit trail and outbox on SQLite. */
#include "infrastructure/sqlite_session.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include <openssl/evp.h>

#define SESSION_OF(pointer_, member_) container_of(pointer_, struct sqlite_session, member_)

/* select + where, prepared each time: for statements that are not on a hot path. */
static err begin_select(struct sqlite_connection *c, struct arena *a, const struct schema *schema,
                        const char *where, struct statement *out)
{
    return statement_prepare(c, str_format(a, "%s %s", entity_sql(schema)->select, where), out);
}

static err first_organization(struct organization_reader *r, struct arena *a,
                              struct organization *out)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_read(SESSION_OF(r, organization_reader), &c));
    TRY(begin_select(c, a, &organization_schema, "ORDER BY key LIMIT 1", &s));
    return entity_read_row(&s, a, &organization_schema, out);
}
const struct organization_reader_ops sqlite_organization_reader_ops = {.first = first_organization};

static err add_organization(struct organization_writer *w, struct organization *organization)
{
    struct sqlite_session *session = SESSION_OF(w, organization_writer);
    TRY(entity_insert(session, &organization_schema, organization));
    organization->organization_key = organization->key;
    return entity_update(session, &organization_schema, organization);
}
const struct organization_writer_ops sqlite_organization_writer_ops = {.add = add_organization};

static err get_user(struct user_reader *r, struct arena *a, int64_t organization_key, uuid id,
                    struct user *out)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_read(SESSION_OF(r, user_reader), &c));
    TRY(begin_select(c, a, &user_schema, "WHERE id = ?1 AND organization_key = ?2", &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, organization_key);
    return entity_read_row(&s, a, &user_schema, out);
}

static err get_user_by_key(struct user_reader *r, struct arena *a, int64_t key, struct user *out)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_read(SESSION_OF(r, user_reader), &c));
    TRY(begin_select(c, a, &user_schema, "WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return entity_read_row(&s, a, &user_schema, out);
}

static err get_user_by_email(struct user_reader *r, struct arena *a, str email, struct user *out)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_read(SESSION_OF(r, user_reader), &c));
    TRY(begin_select(c, a, &user_schema, "WHERE email = ?1", &s));
    statement_bind_str(&s, 1, email);
    return entity_read_row(&s, a, &user_schema, out);
}

/* % _ and the escape itself stand for themselves. */
static str like_part(struct arena *a, str text)
{
    struct buf out = BUF_IN(a);
    buf_add_char(&out, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\')
            buf_add_char(&out, '\\');
        buf_add_char(&out, text.ptr[i]);
    }
    buf_add_char(&out, '%');
    return buf_str(&out);
}

static void bind_user_filter(struct statement *s, struct arena *a, const struct user_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    if (f->search.len != 0)
        statement_bind_str(s, 2, like_part(a, f->search));
    if (f->is_active.is_set)
        statement_bind_i64(s, 3, f->is_active.value);
}

static err find_users(struct user_reader *r, struct arena *a, const struct user_filter *f,
                      struct user_slice *out, int64_t *total)
{
    static const char where[] =
        "WHERE organization_key = ?1 AND (?2 IS NULL OR name LIKE ?2 ESCAPE '\\' OR "
        "email LIKE ?2 ESCAPE '\\') AND (?3 IS NULL OR is_active = ?3)";
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    struct buf sql = BUF_IN(a);
    bool has_row = true;
    buf_addf(&sql, "%s %s ORDER BY ", entity_sql(&user_schema)->select, where);
    for (size_t i = 0; i < f->sort.len;
         i++) /* names were checked against the list of the use case */
        buf_addf(&sql, "%.*s %s, ", STR_ARG(f->sort.at[i].name),
                 f->sort.at[i].descending ? "DESC" : "ASC");
    buf_addf(&sql, "key LIMIT %u OFFSET %llu", f->limit, (unsigned long long)f->offset);
    TRY(sqlite_session_read(SESSION_OF(r, user_reader), &c));
    TRY(statement_prepare(c, buf_str(&sql), &rows));
    bind_user_filter(&rows, a, f);
    *out = (struct user_slice){0};
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            break;
        statement_column_object(&rows, a, 0, &user_schema, SLICE_PUSH(a, out));
    }
    TRY(statement_prepare(c, str_format(a, "SELECT count(*) FROM users %s", where), &count));
    bind_user_filter(&count, a, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    return OK;
}

const struct user_reader_ops sqlite_user_reader_ops = {.get = get_user,
                                                       .get_by_key = get_user_by_key,
                                                       .get_by_email = get_user_by_email,
                                                       .find = find_users};

static err add_user(struct user_writer *w, struct user *user)
{
    return entity_insert(SESSION_OF(w, user_writer), &user_schema, user);
}

static err save_user(struct user_writer *w, struct user *user)
{
    return entity_update(SESSION_OF(w, user_writer), &user_schema, user);
}
const struct user_writer_ops sqlite_user_writer_ops = {.add = add_user, .save = save_user};

static err get_session(struct session_reader *r, struct arena *a, uuid id, struct session *out)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_read(SESSION_OF(r, session_reader), &c));
    TRY(begin_select(c, a, &session_schema, "WHERE id = ?1", &s));
    statement_bind_uuid(&s, 1, id);
    return entity_read_row(&s, a, &session_schema, out);
}
const struct session_reader_ops sqlite_session_reader_ops = {.get = get_session};

static err add_session(struct session_writer *w, struct session *session)
{
    return entity_insert(SESSION_OF(w, session_writer), &session_schema, session);
}

static err save_session(struct session_writer *w, struct session *session)
{
    return entity_update(SESSION_OF(w, session_writer), &session_schema, session);
}

static err revoke_sessions(struct session_writer *w, int64_t user_key, instant now)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_write(SESSION_OF(w, session_writer), &c));
    TRY(statement_begin(c,
                        "UPDATE sessions SET revoked_at = ?2, version = version + 1 "
                        "WHERE user_key = ?1 AND revoked_at IS NULL",
                        &s));
    statement_bind_i64(&s, 1, user_key);
    statement_bind_i64(&s, 2, now.us);
    return statement_run(&s);
}

static err purge_sessions(struct session_writer *w, instant ended_before, int64_t *count)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_write(SESSION_OF(w, session_writer), &c));
    TRY(statement_begin(c, "DELETE FROM sessions WHERE expires_at < ?1 OR revoked_at < ?1", &s));
    statement_bind_i64(&s, 1, ended_before.us);
    TRY(statement_run(&s));
    *count = statement_changes(&s);
    return OK;
}
const struct session_writer_ops sqlite_session_writer_ops = {.add = add_session,
                                                             .save = save_session,
                                                             .revoke_user = revoke_sessions,
                                                             .purge = purge_sessions};

static err find_audit(struct audit_reader *r, struct arena *a, int64_t organization_key,
                      int64_t before_key, uint32_t limit, struct audit_event_slice *out)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sqlite_session_read(SESSION_OF(r, audit_reader), &c));
    TRY(begin_select(
        c, a, &audit_event_schema,
        "WHERE organization_key = ?1 AND (?2 = 0 OR key < ?2) ORDER BY key DESC LIMIT ?3", &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_i64(&s, 2, before_key);
    statement_bind_i64(&s, 3, limit);
    *out = (struct audit_event_slice){0};
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &audit_event_schema, SLICE_PUSH(a, out));
    }
}
const struct audit_reader_ops sqlite_audit_reader_ops = {.find = find_audit};

static err newest_hash(struct sqlite_connection *c, struct arena *a, int64_t organization_key,
                       str *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_begin(
        c, "SELECT hash FROM audit_events WHERE organization_key = ?1 ORDER BY key DESC LIMIT 1",
        &s));
    statement_bind_i64(&s, 1, organization_key);
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_str(&s, a, 0) : STR("");
    return OK;
}

static err add_audit(struct audit_writer *w, struct audit_event *event)
{
    struct sqlite_session *session = SESSION_OF(w, audit_writer);
    struct sqlite_connection *c;
    struct arena scratch = {0};
    str before;
    unsigned char digest[32];
    TRY(sqlite_session_write(session, &c));
    err e = newest_hash(c, &scratch, event->organization_key, &before);
    if (!failed(e)) {
        struct buf text = BUF_IN(&scratch), hex = BUF_IN(&scratch);
        event->hash = STR_NONE;
        buf_add(&text, before);
        json_write(&text, &audit_event_schema, event, 0);
        EVP_Digest(text.ptr, text.len, digest, NULL, EVP_sha256(), NULL);
        buf_add_hex(&hex, digest, sizeof digest);
        event->hash = buf_str(&hex);
        e = entity_insert(session, &audit_event_schema, event);
        event->hash = STR_NONE; /* its bytes end with the scratch */
    }
    arena_deinit(&scratch);
    return e;
}
const struct audit_writer_ops sqlite_audit_writer_ops = {.add = add_audit};

static err add_outbox(struct outbox *o, const struct event_type *type, uuid aggregate, str payload)
{
    struct sqlite_session *session = SESSION_OF(o, outbox);
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sqlite_session_write(session, &c));
    TRY(statement_begin(
        c, "INSERT INTO outbox(type, aggregate, payload, created_at) VALUES (?1, ?2, ?3, ?4)", &s));
    statement_bind_str(&s, 1, str_of(type->name));
    statement_bind_uuid(&s, 2, aggregate);
    statement_bind_str(&s, 3, payload);
    statement_bind_i64(&s, 4, clock_now(session->clock).us);
    return statement_run(&s);
}
const struct outbox_ops sqlite_outbox_ops = {.add = add_outbox};
