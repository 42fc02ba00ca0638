/* Notifications on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err get(struct notification_reader *r, struct arena *a, int64_t user_key, uuid id,
               struct notification *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, notification_reader), &c));
    TRY(entity_select(c, a, &notification_schema, "WHERE id = ?1 AND user_key = ?2", &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, user_key);
    return entity_read_row(&s, a, &notification_schema, out);
}

static err read_rows(struct statement *s, struct arena *a, struct notification_slice *out)
{
    struct row_slice rows;
    TRY(entity_read_rows(s, a, &notification_schema, &rows));
    *out = (struct notification_slice){rows.at, rows.len};
    return OK;
}

/* ?2: only those that were not read */
#define FILTERED "WHERE user_key = ?1 AND (?2 = 0 OR read_at IS NULL) AND (?3 IS NULL OR kind = ?3)"

static void bind_filter(struct statement *s, const struct notification_filter *f)
{
    statement_bind_i64(s, 1, f->user_key);
    statement_bind_i64(s, 2, f->only_unread);
    statement_bind_str(s, 3, f->kind);
}

static err find(struct notification_reader *r, struct arena *a, const struct notification_filter *f,
                struct notification_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, notification_reader), &c));
    TRY(statement_begin(c, "SELECT count(*) FROM notifications " FILTERED, &count));
    bind_filter(&count, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    TRY(entity_select(c, a, &notification_schema, FILTERED " ORDER BY key DESC LIMIT ?4 OFFSET ?5",
                      &rows));
    bind_filter(&rows, f);
    statement_bind_i64(&rows, 4, f->limit);
    statement_bind_i64(&rows, 5, (int64_t)f->offset);
    return read_rows(&rows, a, out);
}

static err after(struct notification_reader *r, struct arena *a, int64_t user_key,
                 int64_t after_key, uint32_t limit, struct notification_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, notification_reader), &c));
    TRY(entity_select(c, a, &notification_schema,
                      "WHERE user_key = ?1 AND key > ?2 ORDER BY key LIMIT ?3", &s));
    statement_bind_i64(&s, 1, user_key);
    statement_bind_i64(&s, 2, after_key);
    statement_bind_i64(&s, 3, limit);
    return read_rows(&s, a, out);
}

/* The one number of a statement, a constant, with at most one parameter. */
static err read_number(struct notification_reader *r, const char *sql, int64_t value,
                       bool has_value, int64_t *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, notification_reader), &c));
    TRY(statement_begin(c, sql, &s));
    if (has_value)
        statement_bind_i64(&s, 1, value);
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

static err count_unread(struct notification_reader *r, int64_t user_key, int64_t *out)
{
    return read_number(r,
                       "SELECT count(*) FROM notifications WHERE user_key = ?1 AND read_at IS NULL",
                       user_key, true, out);
}

static err newest_key(struct notification_reader *r, int64_t *out)
{
    return read_number(r, "SELECT key FROM notifications ORDER BY key DESC LIMIT 1", 0, false, out);
}

static err is_told(struct notification_reader *r, int64_t event_sequence, bool *out)
{
    int64_t found;
    TRY(read_number(r,
                    "SELECT 1 FROM notifications WHERE event_sequence = ?1 UNION ALL "
                    "SELECT 1 FROM notification_mails WHERE event_sequence = ?1 LIMIT 1",
                    event_sequence, true, &found));
    *out = found != 0;
    return OK;
}

static err get_settings(struct notification_reader *r, struct arena *a, int64_t user_key,
                        struct notification_settings *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, notification_reader), &c));
    TRY(entity_select(c, a, &notification_settings_schema, "WHERE user_key = ?1", &s));
    statement_bind_i64(&s, 1, user_key);
    return entity_read_row(&s, a, &notification_settings_schema, out);
}

static err all_settings(struct notification_reader *r, struct arena *a, int64_t organization_key,
                        struct notification_settings_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, notification_reader), &c));
    TRY(entity_select(c, a, &notification_settings_schema,
                      "WHERE organization_key = ?1 ORDER BY key", &s));
    statement_bind_i64(&s, 1, organization_key);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &notification_settings_schema, &rows));
    *out = (struct notification_settings_slice){rows.at, rows.len};
    return OK;
}

static err next_due(struct notification_reader *r, int64_t organization_key, int64_t after_user_key,
                    instant now, int64_t *user_key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, notification_reader), &c));
    TRY(statement_begin(c,
                        "SELECT user_key FROM notification_mails WHERE organization_key = ?1 "
                        "AND user_key > ?2 AND due_at <= ?3 ORDER BY user_key LIMIT 1",
                        &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_i64(&s, 2, after_user_key);
    statement_bind_i64(&s, 3, now.us);
    TRY(statement_step(&s, &has_row));
    *user_key = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

const struct notification_reader_ops sql_notification_reader_ops = {.get = get,
                                                                    .find = find,
                                                                    .after = after,
                                                                    .count_unread = count_unread,
                                                                    .newest_key = newest_key,
                                                                    .is_told = is_told,
                                                                    .get_settings = get_settings,
                                                                    .all_settings = all_settings,
                                                                    .next_due = next_due};

static err add(struct notification_writer *w, struct notification *notification)
{
    return entity_insert(SESSION_OF(w, notification_writer), &notification_schema, notification);
}

static err mark_read(struct notification_writer *w, int64_t user_key, int64_t first_key,
                     int64_t last_key, instant now, int64_t *count)
{
    const int64_t values[] = {user_key, first_key, last_key, now.us};
    return sql_session_run(SESSION_OF(w, notification_writer),
                           "UPDATE notifications SET read_at = ?4, updated_at = ?4, "
                           "version = version + 1 WHERE user_key = ?1 AND key BETWEEN ?2 AND ?3 "
                           "AND read_at IS NULL",
                           values, 4, count);
}

static err remove_one(struct notification_writer *w, int64_t user_key, int64_t key)
{
    const int64_t values[] = {user_key, key};
    int64_t count;
    return sql_session_run(SESSION_OF(w, notification_writer),
                           "DELETE FROM notifications WHERE user_key = ?1 AND key = ?2", values, 2,
                           &count);
}

static err remove_read(struct notification_writer *w, int64_t user_key, int64_t *count)
{
    return sql_session_run(SESSION_OF(w, notification_writer),
                           "DELETE FROM notifications WHERE user_key = ?1 AND read_at IS NOT NULL",
                           &user_key, 1, count);
}

/* Who has too many is found in the index alone. */
static err purge(struct notification_writer *w, instant made_before, int64_t kept_count,
                 int64_t *count)
{
    struct sql_session *s = SESSION_OF(w, notification_writer);
    int64_t surplus;
    TRY(sql_session_run(s, "DELETE FROM notifications WHERE created_at < ?1", &made_before.us, 1,
                        count));
    TRY(sql_session_run(
        s,
        "DELETE FROM notifications WHERE user_key IN (SELECT user_key FROM notifications "
        "GROUP BY user_key HAVING count(*) > ?1) AND key <= (SELECT n.key FROM notifications n "
        "WHERE n.user_key = notifications.user_key ORDER BY n.key DESC LIMIT 1 OFFSET ?1)",
        &kept_count, 1, &surplus));
    *count += surplus;
    return OK;
}

static err save_settings(struct notification_writer *w, struct notification_settings *settings)
{
    struct sql_session *s = SESSION_OF(w, notification_writer);
    return settings->key == 0 ? entity_insert(s, &notification_settings_schema, settings)
                              : entity_update(s, &notification_settings_schema, settings);
}

static err add_mail(struct notification_writer *w, struct notification_mail *mail)
{
    return entity_insert(SESSION_OF(w, notification_writer), &notification_mail_schema, mail);
}

static err read_due(struct notification_writer *w, struct arena *a, int64_t user_key, instant now,
                    struct notification_mail_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, notification_writer), &c));
    TRY(entity_select(c, a, &notification_mail_schema,
                      "WHERE user_key = ?1 AND due_at <= ?2 ORDER BY key LIMIT ?3", &s));
    statement_bind_i64(&s, 1, user_key);
    statement_bind_i64(&s, 2, now.us);
    statement_bind_i64(&s, 3, NOTIFICATION_DIGEST_COUNT_MAX);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &notification_mail_schema, &rows));
    *out = (struct notification_mail_slice){rows.at, rows.len};
    return OK;
}

static err take_due(struct notification_writer *w, struct arena *a, int64_t user_key, instant now,
                    struct notification_mail_slice *out)
{
    int64_t count;
    TRY(read_due(w, a, user_key, now, out));
    if (out->len == 0)
        return OK;
    const int64_t values[] = {user_key, now.us, out->at[out->len - 1].key};
    return sql_session_run(SESSION_OF(w, notification_writer),
                           "DELETE FROM notification_mails WHERE user_key = ?1 AND due_at <= ?2 "
                           "AND key <= ?3",
                           values, 3, &count);
}

const struct notification_writer_ops sql_notification_writer_ops = {.add = add,
                                                                    .mark_read = mark_read,
                                                                    .remove = remove_one,
                                                                    .remove_read = remove_read,
                                                                    .purge = purge,
                                                                    .save_settings = save_settings,
                                                                    .add_mail = add_mail,
                                                                    .take_due = take_due};
