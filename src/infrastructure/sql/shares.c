/* Shares, visits and albums on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"
#include "infrastructure/sql/grants.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err get_by_hash(struct sql_session *session, struct arena *a, const struct schema *schema,
                       str token_hash, void *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(session, &c));
    TRY(entity_select(c, a, schema, "WHERE token_hash = ?1", &s));
    statement_bind_str(&s, 1, token_hash);
    return entity_read_row(&s, a, schema, out);
}

static err get_by_number(struct sql_connection *c, struct arena *a, int64_t key, struct share *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(entity_select(c, a, &share_schema, "WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return entity_read_row(&s, a, &share_schema, out);
}

static err get_share(struct share_reader *r, struct arena *a, int64_t organization_key, uuid id,
                     struct share *out)
{
    return entity_get(SESSION_OF(r, share_reader), a, &share_schema, organization_key, id, out);
}

static err get_share_by_key(struct share_reader *r, struct arena *a, int64_t key, struct share *out)
{
    struct sql_connection *c;
    TRY(sql_session_read(SESSION_OF(r, share_reader), &c));
    return get_by_number(c, a, key, out);
}

static err get_share_by_token(struct share_reader *r, struct arena *a, str token_hash,
                              struct share *out)
{
    return get_by_hash(SESSION_OF(r, share_reader), a, &share_schema, token_hash, out);
}

static err count(struct sql_connection *c, const char *sql, const int64_t *values, int value_count,
                 int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_begin(c, sql, &s));
    for (int i = 0; i < value_count; i++)
        statement_bind_i64(&s, i + 1, values[i]);
    TRY(statement_step(&s, &has_row));
    *out = statement_column_i64(&s, 0);
    return OK;
}

/* A page, newest first; values are bound before limit and offset. */
static err begin_page(struct sql_connection *c, struct arena *a, const struct schema *schema,
                      const char *where, const int64_t *values, int value_count,
                      struct statement *out)
{
    TRY(statement_prepare(c,
                          str_format(a, "%s%s ORDER BY key DESC LIMIT ?%d OFFSET ?%d",
                                     entity_sql(schema)->select, where, value_count - 1,
                                     value_count),
                          out));
    for (int i = 0; i < value_count; i++)
        statement_bind_i64(out, i + 1, values[i]);
    return OK;
}

#define OF_OWNER                                                                                   \
    "WHERE organization_key = ?1 AND (?2 = 0 OR owner_key = ?2) AND (?3 = 0 OR (revoked_at IS "    \
    "NULL AND expires_at > ?3 AND (use_count_max = 0 OR use_count < use_count_max)))"

static err find_shares(struct share_reader *r, struct arena *a, const struct share_filter *f,
                       struct share_slice *out, int64_t *total)
{
    const int64_t values[] = {f->organization_key, f->owner_key, f->open_at.us, f->limit,
                              (int64_t)f->offset};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = (struct share_slice){0};
    TRY(sql_session_read(SESSION_OF(r, share_reader), &c));
    TRY(count(c, "SELECT count(*) FROM shares " OF_OWNER, values, 3, total));
    TRY(begin_page(c, a, &share_schema, OF_OWNER, values, 5, &s));
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &share_schema, SLICE_PUSH(a, out));
    }
}

static err get_visit(struct share_reader *r, struct arena *a, str token_hash,
                     struct share_visit *out)
{
    return get_by_hash(SESSION_OF(r, share_reader), a, &share_visit_schema, token_hash, out);
}

static err find_visits(struct share_reader *r, struct arena *a, int64_t share_key, uint64_t offset,
                       uint32_t limit, struct share_visit_slice *out, int64_t *total)
{
    const int64_t values[] = {share_key, limit, (int64_t)offset};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = (struct share_visit_slice){0};
    TRY(sql_session_read(SESSION_OF(r, share_reader), &c));
    TRY(count(c, "SELECT count(*) FROM share_visits WHERE share_key = ?1", values, 1, total));
    TRY(begin_page(c, a, &share_visit_schema, "WHERE share_key = ?1", values, 3, &s));
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &share_visit_schema, SLICE_PUSH(a, out));
    }
}

const struct share_reader_ops sql_share_reader_ops = {.get = get_share,
                                                      .get_by_key = get_share_by_key,
                                                      .get_by_token = get_share_by_token,
                                                      .find = find_shares,
                                                      .get_visit = get_visit,
                                                      .find_visits = find_visits};

static err add_share(struct share_writer *w, struct share *share)
{
    return entity_insert(SESSION_OF(w, share_writer), &share_schema, share);
}

static err save_share(struct share_writer *w, struct share *share)
{
    return entity_update(SESSION_OF(w, share_writer), &share_schema, share);
}

static err locate_share(struct share_writer *w, struct arena *a, int64_t key, struct share *out)
{
    struct sql_connection *c;
    TRY(sql_session_write(SESSION_OF(w, share_writer), &c));
    return get_by_number(c, a, key, out);
}

static err add_visit(struct share_writer *w, struct share_visit *visit)
{
    return entity_insert(SESSION_OF(w, share_writer), &share_visit_schema, visit);
}

static err purge_visits(struct share_writer *w, instant ended_before, int64_t *changed)
{
    return sql_session_run(SESSION_OF(w, share_writer),
                           "DELETE FROM share_visits WHERE expires_at < ?1", &ended_before.us, 1,
                           changed);
}

const struct share_writer_ops sql_share_writer_ops = {.add = add_share,
                                                      .save = save_share,
                                                      .locate = locate_share,
                                                      .add_visit = add_visit,
                                                      .purge_visits = purge_visits};

static err get_album(struct album_reader *r, struct arena *a, int64_t organization_key, uuid id,
                     struct album *out)
{
    return entity_get(SESSION_OF(r, album_reader), a, &album_schema, organization_key, id, out);
}

#define OF_MEMBER                                                                                  \
    "WHERE organization_key = ?1 AND (?2 = 0 OR owner_key = ?2 OR key IN (SELECT g.granted_key "   \
    "FROM grants g WHERE g.granted_kind = 2 AND (g.expires_at IS NULL OR g.expires_at > ?3) AND "  \
    "((g.grantee_kind = 0 AND g.grantee_key = ?2) OR (g.grantee_kind = 1 AND g.grantee_key IN "    \
    "(SELECT group_key FROM group_members WHERE user_key = ?2)))))"

static err find_albums(struct album_reader *r, struct arena *a, const struct album_filter *f,
                       struct album_slice *out, int64_t *total)
{
    const int64_t values[] = {f->organization_key, f->user_key, f->now.us, f->limit,
                              (int64_t)f->offset};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = (struct album_slice){0};
    TRY(sql_session_read(SESSION_OF(r, album_reader), &c));
    TRY(count(c, "SELECT count(*) FROM albums " OF_MEMBER, values, 3, total));
    TRY(begin_page(c, a, &album_schema, OF_MEMBER, values, 5, &s));
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &album_schema, SLICE_PUSH(a, out));
    }
}

static err is_granted(struct album_reader *r, const struct access *access, int64_t album_key,
                      bool *out)
{
    const int64_t values[] = {album_key, (int64_t)access->grantee_kind, access->grantee_key,
                              access->now.us};
    struct sql_connection *c;
    int64_t found;
    TRY(sql_session_read(SESSION_OF(r, album_reader), &c));
    TRY(count(c,
              "SELECT count(*) FROM grants g WHERE g.granted_kind = 2 AND g.granted_key = ?1 AND "
              "(g.expires_at IS NULL OR g.expires_at > ?4) AND ((g.grantee_kind = ?2 AND "
              "g.grantee_key = ?3) OR (?2 = 0 AND g.grantee_kind = 1 AND g.grantee_key IN "
              "(SELECT group_key FROM group_members WHERE user_key = ?3)))",
              values, 4, &found));
    *out = found != 0;
    return OK;
}

const struct album_reader_ops sql_album_reader_ops = {
    .get = get_album, .find = find_albums, .is_granted = is_granted};

static err add_album(struct album_writer *w, struct album *album)
{
    return entity_insert(SESSION_OF(w, album_writer), &album_schema, album);
}

static err save_album(struct album_writer *w, struct album *album)
{
    return entity_update(SESSION_OF(w, album_writer), &album_schema, album);
}

static err remove_album(struct album_writer *w, int64_t key)
{
    static const char *const statements[] = {
        "DELETE FROM grants WHERE granted_kind = 2 AND granted_key = ?1",
        "DELETE FROM album_studies WHERE album_key = ?1", "DELETE FROM albums WHERE key = ?1"};
    int64_t changed;
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        TRY(sql_session_run(SESSION_OF(w, album_writer), statements[i], &key, 1, &changed));
    return OK;
}

static err put_study(struct album_writer *w, int64_t album_key, int64_t study_key, uuid added_by,
                     instant now)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, album_writer), &c));
    TRY(statement_begin(c,
                        "INSERT INTO album_studies(album_key, study_key, added_by, added_at) "
                        "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                        &s));
    statement_bind_i64(&s, 1, album_key);
    statement_bind_i64(&s, 2, study_key);
    statement_bind_uuid(&s, 3, added_by);
    statement_bind_i64(&s, 4, now.us);
    return statement_run(&s);
}

static err take_study(struct album_writer *w, int64_t album_key, int64_t study_key)
{
    int64_t changed;
    return sql_session_run(SESSION_OF(w, album_writer),
                           "DELETE FROM album_studies WHERE album_key = ?1 AND study_key = ?2",
                           (int64_t[]){album_key, study_key}, 2, &changed);
}

const struct album_writer_ops sql_album_writer_ops = {.add = add_album,
                                                      .save = save_album,
                                                      .remove = remove_album,
                                                      .put_study = put_study,
                                                      .take_study = take_study};
