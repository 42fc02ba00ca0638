/* Organizations, users, sessions and change feed on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"
#include "base/buf.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err first_organization(struct organization_reader *r, struct arena *a,
                              struct organization *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, organization_reader), &c));
    TRY(entity_select(c, a, &organization_schema, "ORDER BY key LIMIT 1", &s));
    return entity_read_row(&s, a, &organization_schema, out);
}

static err all_organizations(struct organization_reader *r, struct arena *a,
                             struct organization_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, organization_reader), &c));
    TRY(entity_select(c, a, &organization_schema, "ORDER BY key", &s));
    *out = (struct organization_slice){0};
    for (;;) {
        bool has_row;
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &organization_schema, SLICE_PUSH(a, out));
    }
}

static err get_organization(struct organization_reader *r, struct arena *a, int64_t key,
                            struct organization *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, organization_reader), &c));
    TRY(entity_select(c, a, &organization_schema, "WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return entity_read_row(&s, a, &organization_schema, out);
}

static err get_settings(struct organization_reader *r, struct arena *a, int64_t key,
                        struct organization_settings *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read_apart(SESSION_OF(r, organization_reader), &c));
    TRY(entity_select(c, a, &organization_settings_schema, "WHERE organization_key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    err e = entity_read_row(&s, a, &organization_settings_schema, out);
    if (e.code != ERR_NOT_FOUND)
        return e;
    *out = organization_settings_default(key);
    return OK;
}
/* Kept by triggers of the table of studies. */
static err used_size(struct organization_reader *r, int64_t key, int64_t *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, organization_reader), &c));
    TRY(statement_begin(c, "SELECT size FROM organization_usage WHERE organization_key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

const struct organization_reader_ops sql_organization_reader_ops = {.first = first_organization,
                                                                    .all = all_organizations,
                                                                    .get = get_organization,
                                                                    .settings = get_settings,
                                                                    .used_size = used_size};

static err add_organization(struct organization_writer *w, struct organization *organization)
{
    struct sql_session *session = SESSION_OF(w, organization_writer);
    TRY(entity_insert(session, &organization_schema, organization));
    organization->organization_key = organization->key;
    return entity_update(session, &organization_schema, organization);
}

static err save_organization(struct organization_writer *w, struct organization *organization)
{
    return entity_update(SESSION_OF(w, organization_writer), &organization_schema, organization);
}

static err save_settings(struct organization_writer *w, struct organization_settings *settings)
{
    struct sql_session *s = SESSION_OF(w, organization_writer);
    return settings->key == 0 ? entity_insert(s, &organization_settings_schema, settings)
                              : entity_update(s, &organization_settings_schema, settings);
}
const struct organization_writer_ops sql_organization_writer_ops = {
    .add = add_organization, .save = save_organization, .save_settings = save_settings};

static err get_user(struct user_reader *r, struct arena *a, int64_t organization_key, uuid id,
                    struct user *out)
{
    return entity_get(SESSION_OF(r, user_reader), a, &user_schema, organization_key, id, out);
}

static err get_user_by_key(struct user_reader *r, struct arena *a, int64_t key, struct user *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, user_reader), &c));
    TRY(entity_select(c, a, &user_schema, "WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return entity_read_row(&s, a, &user_schema, out);
}

static err get_user_by_email(struct user_reader *r, struct arena *a, str email, struct user *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, user_reader), &c));
    TRY(entity_select(c, a, &user_schema, "WHERE email = ?1", &s));
    statement_bind_str(&s, 1, email);
    return entity_read_row(&s, a, &user_schema, out);
}

static err get_user_by_hash(struct user_reader *r, struct arena *a, const char *where, str hash,
                            struct user *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, user_reader), &c));
    TRY(entity_select(c, a, &user_schema, where, &s));
    statement_bind_str(&s, 1, hash);
    return entity_read_row(&s, a, &user_schema, out);
}

static err get_invited(struct user_reader *r, struct arena *a, str hash, struct user *out)
{
    return get_user_by_hash(r, a, "WHERE invitation_hash = ?1", hash, out);
}

static err get_user_by_reset_hash(struct user_reader *r, struct arena *a, str hash,
                                  struct user *out)
{
    return get_user_by_hash(r, a, "WHERE reset_hash = ?1", hash, out);
}

#define ADDRESS "coalesce(invited_email, former_email, email)"
/* In the order of enum user_state. */
#define STATE                                                                                      \
    "CASE WHEN deleted_at IS NOT NULL THEN 4 WHEN invited_email IS NOT NULL THEN 0 "               \
    "WHEN is_active = 0 THEN 2 WHEN locked_until > ?7 THEN 3 ELSE 1 END"

static const char *order_of(str name)
{
    return str_eq(name, STR("email"))             ? ADDRESS
           : str_eq(name, STR("last_sign_in_at")) ? "coalesce(last_sign_in_at, 0)"
                                                  : NULL;
}

static void bind_user_filter(struct statement *s, struct arena *a, const struct user_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_str(s, 2, f->search.len != 0 ? sql_like_part(a, f->search) : STR_NONE);
    statement_bind_opt_i64(s, 3, (opt_i64){f->is_active.is_set, f->is_active.value});
    statement_bind_opt_i64(s, 4, f->role);
    statement_bind_opt_i64(s, 5, (opt_i64){f->role_key != 0, f->role_key});
    statement_bind_opt_i64(s, 6, f->state);
    statement_bind_i64(s, 7, f->now.us);
    statement_bind_opt_i64(s, 8, (opt_i64){f->group_key != 0, f->group_key});
}

static err find_users(struct user_reader *r, struct arena *a, const struct user_filter *f,
                      struct user_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    struct buf sql = BUF_IN(a);
    bool has_row = true;
    TRY(sql_session_read(SESSION_OF(r, user_reader), &c));
    const char *like = c->engine->dialect->like;
    str where =
        str_format(a,
                   "WHERE organization_key = ?1 AND (?2 IS NULL OR name %s ?2 ESCAPE '\\' OR "
                   "" ADDRESS " %s ?2 ESCAPE '\\') AND (?3 IS NULL OR is_active = ?3) AND "
                   "(?4 IS NULL OR role = ?4) AND (?5 IS NULL OR role_key = ?5) AND "
                   "((?6 IS NULL AND deleted_at IS NULL) OR " STATE " = ?6) AND (?8 IS NULL OR "
                   "key IN (SELECT user_key FROM group_members WHERE group_key = ?8))",
                   like, like);
    buf_addf(&sql, "%s %.*s ORDER BY ", entity_sql(&user_schema)->select, STR_ARG(where));
    for (size_t i = 0; i < f->sort.len; i++) {
        str name = f->sort.at[i].name; /* was checked against the list of the use case */
        const char *order = order_of(name);
        buf_addf(&sql, "%.*s %s, ", STR_ARG(order != NULL ? str_of(order) : name),
                 f->sort.at[i].descending ? "DESC" : "ASC");
    }
    buf_addf(&sql, "key LIMIT %u OFFSET %llu", f->limit, (unsigned long long)f->offset);
    TRY(statement_prepare(c, buf_str(&sql), &rows));
    bind_user_filter(&rows, a, f);
    *out = (struct user_slice){0};
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            break;
        statement_column_object(&rows, a, 0, &user_schema, SLICE_PUSH(a, out));
    }
    TRY(statement_prepare(c, str_format(a, "SELECT count(*) FROM users %.*s", STR_ARG(where)),
                          &count));
    bind_user_filter(&count, a, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    return OK;
}

const struct user_reader_ops sql_user_reader_ops = {.get = get_user,
                                                    .get_by_key = get_user_by_key,
                                                    .get_by_email = get_user_by_email,
                                                    .get_invited = get_invited,
                                                    .get_by_reset_hash = get_user_by_reset_hash,
                                                    .find = find_users};

static err add_user(struct user_writer *w, struct user *user)
{
    return entity_insert(SESSION_OF(w, user_writer), &user_schema, user);
}

static err save_user(struct user_writer *w, struct user *user)
{
    return entity_update(SESSION_OF(w, user_writer), &user_schema, user);
}

static err remove_user(struct user_writer *w, int64_t key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, user_writer), &c));
    TRY(statement_begin(c, "DELETE FROM users WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return statement_run(&s);
}

static err note_sign_in(struct user_writer *w, int64_t key, instant now)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, user_writer), &c));
    TRY(statement_begin(c, "UPDATE users SET last_sign_in_at = ?2 WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    statement_bind_i64(&s, 2, now.us);
    return statement_run(&s);
}
const struct user_writer_ops sql_user_writer_ops = {
    .add = add_user, .save = save_user, .remove = remove_user, .note_sign_in = note_sign_in};

static err get_session(struct session_reader *r, struct arena *a, uuid id, struct session *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, session_reader), &c));
    TRY(entity_select(c, a, &session_schema, "WHERE id = ?1", &s));
    statement_bind_uuid(&s, 1, id);
    return entity_read_row(&s, a, &session_schema, out);
}

static err live_sessions(struct session_reader *r, struct arena *a, int64_t user_key, instant now,
                         struct session_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, session_reader), &c));
    TRY(entity_select(c, a, &session_schema,
                      "WHERE user_key = ?1 AND revoked_at IS NULL AND expires_at > ?2 "
                      "ORDER BY key DESC LIMIT ?3",
                      &s));
    statement_bind_i64(&s, 1, user_key);
    statement_bind_i64(&s, 2, now.us);
    statement_bind_i64(&s, 3, SESSION_COUNT_SHOWN);
    *out = (struct session_slice){0};
    for (;;) {
        bool has_row;
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &session_schema, SLICE_PUSH(a, out));
    }
}
const struct session_reader_ops sql_session_reader_ops = {.get = get_session,
                                                          .live = live_sessions};

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
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, session_writer), &c));
    TRY(statement_begin(
        c,
        "UPDATE sessions SET revoked_at = ?2, updated_at = ?2, version = version + 1 "
        "WHERE user_key = ?1 AND revoked_at IS NULL",
        &s));
    statement_bind_i64(&s, 1, user_key);
    statement_bind_i64(&s, 2, now.us);
    return statement_run(&s);
}

static err revoke_other_sessions(struct session_writer *w, struct arena *a, int64_t user_key,
                                 uuid kept, instant now, struct uuid_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, session_writer), &c));
    TRY(statement_begin(
        c,
        "UPDATE sessions SET revoked_at = ?2, updated_at = ?2, version = version + 1 "
        "WHERE user_key = ?1 AND revoked_at IS NULL AND (?3 IS NULL OR id <> ?3) RETURNING id",
        &s));
    statement_bind_i64(&s, 1, user_key);
    statement_bind_i64(&s, 2, now.us);
    statement_bind_uuid(&s, 3, kept);
    *out = (struct uuid_slice){0};
    for (;;) {
        bool has_row;
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        *SLICE_PUSH(a, out) = statement_column_uuid(&s, 0);
    }
}

static err touch_session(struct session_writer *w, uuid id, instant at)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, session_writer), &c));
    TRY(statement_begin(c,
                        "UPDATE sessions SET last_used_at = ?2 WHERE id = ?1 AND "
                        "(last_used_at IS NULL OR last_used_at < ?2)",
                        &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, at.us);
    return statement_run(&s);
}

static err purge_sessions(struct session_writer *w, instant ended_before, int64_t *count)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, session_writer), &c));
    TRY(statement_begin(c, "DELETE FROM sessions WHERE expires_at < ?1 OR revoked_at < ?1", &s));
    statement_bind_i64(&s, 1, ended_before.us);
    TRY(statement_run(&s));
    *count = statement_changes(&s);
    return OK;
}
static err keep_device(struct sql_connection *c, int64_t user_key, str device, instant now)
{
    CLEANUP(statement_end) struct statement s = {0}, surplus = {0};
    TRY(statement_begin(c,
                        "INSERT INTO user_devices(user_key, device, last_seen_at) VALUES (?1, ?2, "
                        "?3) ON CONFLICT(user_key, device) DO UPDATE SET last_seen_at = "
                        "excluded.last_seen_at",
                        &s));
    statement_bind_i64(&s, 1, user_key);
    statement_bind_str(&s, 2, device);
    statement_bind_i64(&s, 3, now.us);
    TRY(statement_run(&s));
    TRY(statement_begin(c,
                        "DELETE FROM user_devices WHERE key IN (SELECT key FROM user_devices WHERE "
                        "user_key = ?1 ORDER BY last_seen_at DESC, key DESC LIMIT 1000 OFFSET ?2)",
                        &surplus));
    statement_bind_i64(&surplus, 1, user_key);
    statement_bind_i64(&surplus, 2, USER_DEVICE_COUNT_MAX);
    return statement_run(&surplus);
}

static err note_device(struct session_writer *w, int64_t user_key, str device, instant now,
                       enum device_news *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_write(SESSION_OF(w, session_writer), &c));
    TRY(statement_begin(c,
                        "SELECT count(*), count(CASE WHEN device = ?2 THEN 1 END) FROM "
                        "user_devices WHERE user_key = ?1",
                        &s));
    statement_bind_i64(&s, 1, user_key);
    statement_bind_str(&s, 2, device);
    TRY(statement_step(&s, &has_row));
    *out = statement_column_i64(&s, 0) == 0   ? DEVICE_FIRST
           : statement_column_i64(&s, 1) == 0 ? DEVICE_NEW
                                              : DEVICE_KNOWN;
    statement_end(&s);
    return keep_device(c, user_key, device, now);
}

const struct session_writer_ops sql_session_writer_ops = {.add = add_session,
                                                          .save = save_session,
                                                          .revoke_user = revoke_sessions,
                                                          .revoke_others = revoke_other_sessions,
                                                          .touch = touch_session,
                                                          .purge = purge_sessions,
                                                          .note_device = note_device};

static err find_changes(struct change_reader *r, struct arena *a, int64_t organization_key,
                        int64_t since, uint32_t limit, struct change_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, change_reader), &c));
    TRY(statement_begin(
        c,
        "SELECT c.sequence, c.organization_key, c.created_at, c.kind, coalesce(st.id, "
        "c.purged_id), "
        "whole.id, i.id, coalesce(st.study_instance_uid, c.purged_uid), "
        "coalesce(se.series_instance_uid, whole.series_instance_uid), "
        "i.sop_instance_uid FROM changes c LEFT JOIN studies st ON st.key = c.study_key "
        "LEFT JOIN series whole ON whole.key = c.series_key "
        "LEFT JOIN instances i ON i.key = c.instance_key "
        "LEFT JOIN series se ON se.key = i.series_key "
        "WHERE c.organization_key = ?1 AND c.sequence > ?2 AND (c.purged_uid IS NOT NULL OR "
        "st.key IS NOT NULL AND (c.series_key IS NULL OR whole.key IS NOT NULL) AND "
        "(c.instance_key IS NULL OR i.key IS NOT NULL)) ORDER BY c.sequence LIMIT ?3",
        &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_i64(&s, 2, since);
    statement_bind_i64(&s, 3, limit);
    *out = (struct change_slice){0};
    for (;;) {
        bool has_row;
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &change_schema, SLICE_PUSH(a, out));
    }
}
const struct change_reader_ops sql_change_reader_ops = {.find = find_changes};

static err find_record(struct idempotency_reader *r, struct arena *a, int64_t organization_key,
                       uuid user_id, str key, struct idempotency_record *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, idempotency_reader), &c));
    TRY(entity_select(c, a, &idempotency_record_schema,
                      "WHERE organization_key = ?1 AND user_id = ?2 AND idempotency_key = ?3", &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_uuid(&s, 2, user_id);
    statement_bind_str(&s, 3, key);
    return entity_read_row(&s, a, &idempotency_record_schema, out);
}
const struct idempotency_reader_ops sql_idempotency_reader_ops = {.find = find_record};

static err add_record(struct idempotency_writer *w, struct idempotency_record *record)
{
    return entity_insert(SESSION_OF(w, idempotency_writer), &idempotency_record_schema, record);
}

static err purge_records(struct idempotency_writer *w, instant made_before, int64_t *count)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, idempotency_writer), &c));
    TRY(statement_begin(c, "DELETE FROM idempotency_records WHERE created_at < ?1", &s));
    statement_bind_i64(&s, 1, made_before.us);
    TRY(statement_run(&s));
    *count = statement_changes(&s);
    return OK;
}
const struct idempotency_writer_ops sql_idempotency_writer_ops = {.add = add_record,
                                                                  .purge = purge_records};
