/* API keys on SQL. */
#include "base/arena.h"
#include "infrastructure/sql/session.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err get(struct api_key_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct api_key *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, api_key_reader), &c));
    TRY(statement_prepare(c,
                          str_format(a, "%sWHERE id = ?1 AND (?2 = 0 OR organization_key = ?2)",
                                     entity_sql(&api_key_schema)->select),
                          &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, organization_key);
    return entity_read_row(&s, a, &api_key_schema, out);
}

static void bind_filter(struct statement *s, struct arena *a, const struct api_key_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_i64(s, 2, f->revoked);
    statement_bind_str(s, 3, f->search.len != 0 ? sql_like_part(a, f->search) : STR_NONE);
    statement_bind_i64(s, 4, uuid_is_set(f->created_by));
    statement_bind_uuid(s, 5, f->created_by);
    statement_bind_i64(s, 6, f->live_at.us);
}

static err find(struct api_key_reader *r, struct arena *a, const struct api_key_filter *f,
                struct api_key_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    bool has_row;
    *out = (struct api_key_slice){0};
    TRY(sql_session_read(SESSION_OF(r, api_key_reader), &c));
    str where = str_format(a,
                           "WHERE organization_key = ?1 AND "
                           "(CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END) = ?2 "
                           "AND (?3 IS NULL OR name %s ?3 ESCAPE '\\') AND (?4 = 0 OR "
                           "created_by = ?5) AND (?6 = 0 OR expires_at IS NULL OR expires_at > ?6)",
                           c->engine->dialect->like);
    TRY(statement_prepare(c, str_format(a, "SELECT count(*) FROM api_keys %.*s", STR_ARG(where)),
                          &count));
    bind_filter(&count, a, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    TRY(statement_prepare(c,
                          str_format(a, "%s%.*s ORDER BY key DESC LIMIT ?7 OFFSET ?8",
                                     entity_sql(&api_key_schema)->select, STR_ARG(where)),
                          &rows));
    bind_filter(&rows, a, f);
    statement_bind_i64(&rows, 7, f->limit);
    statement_bind_i64(&rows, 8, (int64_t)f->offset);
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &api_key_schema, SLICE_PUSH(a, out));
    }
}

const struct api_key_reader_ops sql_api_key_reader_ops = {.get = get, .find = find};

static err add(struct api_key_writer *w, struct api_key *key)
{
    return entity_insert(SESSION_OF(w, api_key_writer), &api_key_schema, key);
}

static err save(struct api_key_writer *w, struct api_key *key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, api_key_writer), &c));
    TRY(statement_begin(c,
                        "UPDATE api_keys SET name = ?3, scopes = ?4, is_limited = ?5, "
                        "requests_per_minute = ?6, daily_size = ?7, expires_at = ?8, "
                        "revoked_at = ?9, updated_at = ?10, created_by = ?11, "
                        "version = version + 1 "
                        "WHERE key = ?1 AND version = ?2",
                        &s));
    statement_bind_i64(&s, 1, key->key);
    statement_bind_i64(&s, 2, key->version);
    statement_bind_str(&s, 3, key->name);
    statement_bind_i64(&s, 4, key->scopes);
    statement_bind_i64(&s, 5, key->is_limited);
    statement_bind_i64(&s, 6, key->requests_per_minute);
    statement_bind_i64(&s, 7, key->daily_size);
    statement_bind_opt_i64(&s, 8, (opt_i64){key->expires_at.us != 0, key->expires_at.us});
    statement_bind_opt_i64(&s, 9, (opt_i64){key->revoked_at.us != 0, key->revoked_at.us});
    statement_bind_i64(&s, 10, key->updated_at.us);
    statement_bind_uuid(&s, 11, key->created_by);
    TRY(statement_run(&s));
    if (statement_changes(&s) != 1)
        return ERR(PRECONDITION_FAILED, "somebody else changed it");
    key->version++;
    return OK;
}

static err note_use(struct api_key_writer *w, int64_t key, instant now, str from)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, api_key_writer), &c));
    TRY(statement_begin(c,
                        "UPDATE api_keys SET last_used_at = ?2, last_used_from = ?3 WHERE "
                        "key = ?1 AND (last_used_at IS NULL OR last_used_at <= ?4)",
                        &s));
    statement_bind_i64(&s, 1, key);
    statement_bind_i64(&s, 2, now.us);
    statement_bind_str(&s, 3, from);
    statement_bind_i64(&s, 4, now.us - SECONDS(API_KEY_USE_SECONDS));
    return statement_run(&s);
}

static err count_sent(struct api_key_writer *w, int64_t key, int64_t day, int64_t size)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, api_key_writer), &c));
    TRY(statement_begin(c,
                        "UPDATE api_keys SET sent_size = CASE WHEN sent_on = ?2 THEN sent_size "
                        "ELSE 0 END + ?3, sent_on = ?2 WHERE key = ?1",
                        &s));
    statement_bind_i64(&s, 1, key);
    statement_bind_i64(&s, 2, day);
    statement_bind_i64(&s, 3, size);
    return statement_run(&s);
}

const struct api_key_writer_ops sql_api_key_writer_ops = {
    .add = add, .save = save, .note_use = note_use, .count_sent = count_sent};
