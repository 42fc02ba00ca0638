/* The audit trail on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"
#include "base/buf.h"
#include "infrastructure/audit_chain.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

enum { CONDITION_COUNT_MAX = 16 };

/* The conditions of a search as they are written, and what is bound to them in that order: only
 * those that were asked for, so that the database can go by an index. */
struct conditions {
    struct buf text;
    int count;
    struct {
        enum sql_kind kind;
        int64_t number;
        str text;
        uuid id;
    } values[CONDITION_COUNT_MAX];
};

/* The name of the next parameter goes where condition says "?". */
static void add_condition(struct conditions *c, const char *condition)
{
    buf_add(&c->text, c->text.len == 0 ? STR("WHERE ") : STR(" AND "));
    for (const char *p = condition; *p != '\0'; p++) {
        buf_add_char(&c->text, *p);
        if (*p == '?')
            buf_addf(&c->text, "%d", c->count + 1);
    }
    c->count++;
}

static void with_number(struct conditions *c, const char *condition, int64_t number)
{
    c->values[c->count].kind = SQL_NUMBER;
    c->values[c->count].number = number;
    add_condition(c, condition);
}

static void with_text(struct conditions *c, const char *condition, str text)
{
    if (text.ptr == NULL)
        return;
    c->values[c->count].kind = SQL_TEXT;
    c->values[c->count].text = text;
    add_condition(c, condition);
}

static void with_id(struct conditions *c, const char *condition, uuid id)
{
    if (!uuid_is_set(id))
        return;
    c->values[c->count].kind = SQL_UUID;
    c->values[c->count].id = id;
    add_condition(c, condition);
}

static void bind_conditions(struct statement *s, const struct conditions *c)
{
    for (int i = 0; i < c->count; i++) {
        if (c->values[i].kind == SQL_NUMBER)
            statement_bind_i64(s, i + 1, c->values[i].number);
        else if (c->values[i].kind == SQL_TEXT)
            statement_bind_str(s, i + 1, c->values[i].text);
        else
            statement_bind_uuid(s, i + 1, c->values[i].id);
    }
}

/* A range of time is one of keys, with room on both sides for what is out of order: so the trail
 * before and behind it is not walked. ?1 is the organization. */
static void with_times(struct conditions *c, const struct audit_filter *f)
{
    if (f->since.us != 0) {
        with_number(c, "created_at >= ?", f->since.us);
        if (!f->all_organizations)
            with_number(c,
                        "key >= COALESCE((SELECT e.key FROM audit_events e WHERE "
                        "e.organization_key = audit_events.organization_key AND e.created_at >= ? "
                        "ORDER BY e.created_at, e.key LIMIT 1), 9223372036854775807)",
                        instant_add(f->since, -SECONDS(AUDIT_DISORDER_SECONDS)).us);
    }
    if (f->until.us != 0) {
        with_number(c, "created_at < ?", f->until.us);
        if (!f->all_organizations)
            with_number(c,
                        "key <= COALESCE((SELECT e.key FROM audit_events e WHERE "
                        "e.organization_key = audit_events.organization_key AND e.created_at > ? "
                        "ORDER BY e.created_at, e.key LIMIT 1), 9223372036854775807)",
                        instant_add(f->until, SECONDS(AUDIT_DISORDER_SECONDS)).us);
    }
}

static void choose(struct conditions *c, const struct audit_filter *f)
{
    if (!f->all_organizations)
        with_number(c, "organization_key = ?", f->organization_key);
    if (f->oldest_first || f->from_key != 0)
        with_number(c, f->oldest_first ? "key > ?" : "key < ?", f->from_key);
    if (f->up_to_key != 0)
        with_number(c, "key <= ?", f->up_to_key);
    with_id(c, "user_id = ?", f->user_id);
    with_id(c, "actor_id = ?", f->actor_id);
    with_id(c, "subject_id = ?", f->subject_id);
    with_id(c, "study_id = ?", f->study_id);
    with_text(c, "action = ?", f->action);
    with_text(c, "outcome = ?", f->outcome);
    with_text(c, "actor_kind = ?", f->actor_kind);
    with_text(c, "subject_kind = ?", f->subject_kind);
    with_text(c, "peer_address = ?", f->peer_address);
    with_times(c, f);
}

static err find_audit(struct audit_reader *r, struct arena *a, const struct audit_filter *f,
                      struct audit_event_slice *out)
{
    struct sql_connection *c;
    struct conditions where = {.text = BUF_IN(a)};
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, audit_reader), &c));
    choose(&where, f);
    TRY(statement_prepare(
        c,
        str_format(a, "%s %.*s ORDER BY key%s LIMIT ?%d", entity_sql(&audit_event_schema)->select,
                   STR_ARG(buf_str(&where.text)), f->oldest_first ? "" : " DESC", where.count + 1),
        &s));
    bind_conditions(&s, &where);
    statement_bind_i64(&s, where.count + 1, f->limit);
    *out = (struct audit_event_slice){0};
    for (;;) {
        bool has_row;
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &audit_event_schema, SLICE_PUSH(a, out));
    }
}

/* Each answers the study's id, its UID, its Patient ID and the name of a user. */
static const struct {
    const char *kind, *sql;
} descriptions[] = {
    {"study", "SELECT id, study_instance_uid, patient_id, NULL FROM studies WHERE id = ?1 AND "
              "organization_key = ?2"},
    {"series", "SELECT s.id, s.study_instance_uid, s.patient_id, NULL FROM series e "
               "JOIN studies s ON s.key = e.study_key WHERE e.id = ?1 AND s.organization_key = ?2"},
    {"instance",
     "SELECT s.id, s.study_instance_uid, s.patient_id, NULL FROM instances i "
     "JOIN studies s ON s.key = i.study_key WHERE i.id = ?1 AND s.organization_key = ?2"},
    {"report", "SELECT s.id, s.study_instance_uid, s.patient_id, NULL FROM reports r "
               "JOIN studies s ON s.key = r.study_key WHERE r.id = ?1 AND r.organization_key = ?2"},
    {"work_item", "SELECT NULL, study_instance_uid, patient_id, NULL FROM work_items WHERE id = ?1 "
                  "AND organization_key = ?2"},
    {"user", "SELECT NULL, NULL, NULL, email FROM users WHERE id = ?1 AND organization_key = ?2"},
};

static err describe(struct audit_reader *r, struct arena *a, int64_t organization_key, str kind,
                    uuid id, struct audit_subject *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    const char *sql = NULL;
    bool has_row;
    *out = (struct audit_subject){0};
    for (size_t i = 0; i < COUNT_OF(descriptions); i++)
        if (str_eq(kind, str_of(descriptions[i].kind)))
            sql = descriptions[i].sql;
    if (sql == NULL || !uuid_is_set(id))
        return OK;
    TRY(sql_session_read(SESSION_OF(r, audit_reader), &c));
    TRY(statement_begin(c, sql, &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, organization_key);
    TRY(statement_step(&s, &has_row));
    if (has_row)
        *out = (struct audit_subject){.study_id = statement_column_uuid(&s, 0),
                                      .study_instance_uid = statement_column_str(&s, a, 1),
                                      .patient_id = statement_column_str(&s, a, 2),
                                      .user_name = statement_column_str(&s, a, 3)};
    return OK;
}

static err read_cut(struct sql_connection *c, struct arena *a, int64_t organization_key,
                    struct audit_cut *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_prepare(
        c, str_format(a, "%s WHERE organization_key = ?1", entity_sql(&audit_cut_schema)->select),
        &s));
    statement_bind_i64(&s, 1, organization_key);
    return entity_read_row(&s, a, &audit_cut_schema, out);
}

static err get_cut(struct audit_reader *r, struct arena *a, int64_t organization_key,
                   struct audit_cut *out)
{
    struct sql_connection *c;
    TRY(sql_session_read(SESSION_OF(r, audit_reader), &c));
    return read_cut(c, a, organization_key, out);
}

static err get_position(struct audit_reader *r, str name, int64_t *key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, audit_reader), &c));
    TRY(statement_begin(c, "SELECT position FROM audit_positions WHERE name = ?1", &s));
    statement_bind_str(&s, 1, name);
    TRY(statement_step(&s, &has_row));
    *key = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

const struct audit_reader_ops sql_audit_reader_ops = {
    .find = find_audit, .describe = describe, .get_cut = get_cut, .get_position = get_position};

/* What stands before the next event: its hash, and how many there are. */
struct audit_end {
    str hash;
    int64_t sequence;
};

/* An event that an old program wrote has no number: then they are counted, once. */
static err count_events(struct sql_connection *c, struct arena *a, int64_t organization_key,
                        int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    struct audit_cut cut = {0};
    bool has_row;
    err e = read_cut(c, a, organization_key, &cut);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    TRY(statement_begin(c, "SELECT count(*) FROM audit_events WHERE organization_key = ?1", &s));
    statement_bind_i64(&s, 1, organization_key);
    TRY(statement_step(&s, &has_row));
    *out = cut.event_count + statement_column_i64(&s, 0);
    return OK;
}

static err find_end(struct sql_connection *c, struct arena *a, int64_t organization_key,
                    struct audit_end *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    struct audit_cut cut = {0};
    bool has_row;
    TRY(statement_begin(c,
                        "SELECT hash, COALESCE(sequence, 0) FROM audit_events WHERE "
                        "organization_key = ?1 ORDER BY key DESC LIMIT 1",
                        &s));
    statement_bind_i64(&s, 1, organization_key);
    TRY(statement_step(&s, &has_row));
    if (has_row) {
        *out = (struct audit_end){statement_column_str(&s, a, 0), statement_column_i64(&s, 1)};
        statement_end(&s);
        return out->sequence != 0 ? OK : count_events(c, a, organization_key, &out->sequence);
    }
    statement_end(&s);
    err e = read_cut(c, a, organization_key, &cut);
    *out = (struct audit_end){failed(e) ? STR("") : cut.hash, cut.event_count};
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err add_audit(struct audit_writer *w, struct arena *a, struct audit_event *event)
{
    struct sql_session *session = SESSION_OF(w, audit_writer);
    struct sql_connection *c;
    struct audit_end end;
    TRY(sql_session_write_apart(session, &c));
    TRY(find_end(c, a, event->organization_key, &end));
    event->sequence = (opt_i64){true, end.sequence + 1};
    audit_chain_seal(a, end.hash, event);
    return entity_insert(session, &audit_event_schema, event);
}

static err run_with(struct sql_connection *c, const char *sql, int64_t first, int64_t second,
                    int64_t *changes)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c, sql, &s));
    statement_bind_i64(&s, 1, first);
    if (second != 0)
        statement_bind_i64(&s, 2, second);
    TRY(statement_run(&s));
    *changes = statement_changes(&s);
    return OK;
}

static err cut_audit(struct audit_writer *w, struct arena *a, struct audit_cut *cut, int64_t *count)
{
    struct sql_session *session = SESSION_OF(w, audit_writer);
    struct sql_connection *c;
    int64_t replaced;
    (void)a;
    TRY(sql_session_write(session, &c));
    TRY(run_with(c, "DELETE FROM audit_cuts WHERE organization_key = ?1", cut->organization_key, 0,
                 &replaced));
    TRY(entity_insert(session, &audit_cut_schema, cut));
    return run_with(c, "DELETE FROM audit_events WHERE organization_key = ?1 AND key <= ?2",
                    cut->organization_key, cut->last_key, count);
}

static err save_position(struct audit_writer *w, str name, int64_t key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, audit_writer), &c));
    TRY(statement_begin(c,
                        "INSERT INTO audit_positions(name, position) VALUES (?1, ?2) "
                        "ON CONFLICT(name) DO UPDATE SET position = excluded.position",
                        &s));
    statement_bind_str(&s, 1, name);
    statement_bind_i64(&s, 2, key);
    return statement_run(&s);
}

const struct audit_writer_ops sql_audit_writer_ops = {
    .add = add_audit, .cut = cut_audit, .save_position = save_position};
