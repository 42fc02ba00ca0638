/* Mails on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

/* What is to be sent; what is held, since a while ago at most. */
#define WAITING "state IN (0, 1) AND next_attempt_at <= ?1"
#define HELD                                                                                       \
    "state = 4 AND next_attempt_at > ?1 AND (needs_public_url = 0 OR needs_public_url = ?2)"
_Static_assert(MAIL_QUEUED == 0 && MAIL_SENDING == 1 && MAIL_HELD == 4, "as in the statements");

static void bind_held(struct statement *s, const struct mail_claim *claim)
{
    statement_bind_i64(s, 1, instant_add(claim->now, -SECONDS(MAIL_TRY_SECONDS)).us);
    statement_bind_i64(s, 2, claim->takes_held_links);
}

static err get(struct mail_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct mail *out)
{
    return entity_get(SESSION_OF(r, mail_reader), a, &mail_schema, organization_key, id, out);
}

static void bind_filter(struct statement *s, struct arena *a, const struct mail_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_str(s, 2, f->search.len != 0 ? sql_like_part(a, f->search) : STR_NONE);
    statement_bind_opt_i64(s, 3, f->state);
    statement_bind_opt_i64(s, 4, f->template_name);
}

static err count_found(struct sql_connection *c, struct arena *a, const struct mail_filter *f,
                       str where, int64_t *total)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_prepare(c, str_format(a, "SELECT count(*) FROM mails %.*s", STR_ARG(where)), &s));
    bind_filter(&s, a, f);
    TRY(statement_step(&s, &has_row));
    *total = statement_column_i64(&s, 0);
    return OK;
}

static err find(struct mail_reader *r, struct arena *a, const struct mail_filter *f,
                struct mail_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a);
    TRY(sql_session_read(SESSION_OF(r, mail_reader), &c));
    const char *like = c->engine->dialect->like;
    str where = str_format(a,
                           "WHERE organization_key = ?1 AND (?2 IS NULL OR recipient %s ?2 ESCAPE "
                           "'\\' OR recipient_name %s ?2 ESCAPE '\\' OR subject %s ?2 ESCAPE "
                           "'\\') AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR "
                           "template_name = ?4)",
                           like, like, like);
    buf_addf(&sql, "%s %.*s ORDER BY ", entity_sql(&mail_schema)->select, STR_ARG(where));
    for (size_t i = 0; i < f->sort.len; i++) /* names are of the use case's own list */
        buf_addf(&sql, "%.*s %s, ", STR_ARG(f->sort.at[i].name),
                 f->sort.at[i].descending ? "DESC" : "ASC");
    buf_addf(&sql, "key DESC LIMIT %u OFFSET %llu", f->limit, (unsigned long long)f->offset);
    TRY(statement_prepare(c, buf_str(&sql), &s));
    bind_filter(&s, a, f);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &mail_schema, &rows));
    *out = (struct mail_slice){rows.at, rows.len};
    return count_found(c, a, f, where, total);
}

static err is_due(struct mail_reader *r, const struct mail_claim *claim, bool *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement waiting = {0}, held = {0};
    TRY(sql_session_read(SESSION_OF(r, mail_reader), &c));
    TRY(statement_begin(c, "SELECT 1 FROM mails WHERE " WAITING " LIMIT 1", &waiting));
    statement_bind_i64(&waiting, 1, claim->now.us);
    TRY(statement_step(&waiting, out));
    if (*out || !claim->takes_held)
        return OK;
    TRY(statement_begin(c, "SELECT 1 FROM mails WHERE " HELD " LIMIT 1", &held));
    bind_held(&held, claim);
    return statement_step(&held, out);
}

const struct mail_reader_ops sql_mail_reader_ops = {.get = get, .find = find, .is_due = is_due};

static err add(struct mail_writer *w, struct mail *mail)
{
    return entity_insert(SESSION_OF(w, mail_writer), &mail_schema, mail);
}

static err save(struct mail_writer *w, struct mail *mail)
{
    return entity_update(SESSION_OF(w, mail_writer), &mail_schema, mail);
}

static err first(struct sql_connection *c, struct arena *a, const struct mail_claim *claim,
                 bool is_held, struct mail *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_prepare(c,
                          str_format(a, "%sWHERE %s ORDER BY next_attempt_at, key LIMIT 1",
                                     entity_sql(&mail_schema)->select, is_held ? HELD : WAITING),
                          &s));
    if (is_held)
        bind_held(&s, claim);
    else
        statement_bind_i64(&s, 1, claim->now.us);
    return entity_read_row(&s, a, &mail_schema, out);
}

/* Nobody else writes between the look and the change: the unit has the turn. */
static err claim(struct mail_writer *w, struct arena *a, const struct mail_claim *claim,
                 struct mail *out)
{
    struct sql_session *session = SESSION_OF(w, mail_writer);
    struct sql_connection *c;
    TRY(sql_session_write(session, &c));
    err e = first(c, a, claim, false, out);
    if (e.code == ERR_NOT_FOUND && claim->takes_held)
        e = first(c, a, claim, true, out);
    TRY(e);
    mail_begin_attempt(out, claim->now);
    return entity_update(session, &mail_schema, out);
}

static err purge(struct mail_writer *w, instant made_before, uint32_t limit, int64_t *count)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, mail_writer), &c));
    TRY(statement_begin(c,
                        "DELETE FROM mails WHERE key IN (SELECT key FROM mails WHERE created_at < "
                        "?1 AND state NOT IN (0, 1) ORDER BY created_at LIMIT ?2)",
                        &s));
    statement_bind_i64(&s, 1, made_before.us);
    statement_bind_i64(&s, 2, limit);
    TRY(statement_run(&s));
    *count = statement_changes(&s);
    return OK;
}

const struct mail_writer_ops sql_mail_writer_ops = {
    .add = add, .save = save, .claim = claim, .purge = purge};
