/* The organizations' own roles, and groups, on SQL. */
#include "base/arena.h"
#include "infrastructure/sql/session.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err get_role(struct role_reader *r, struct arena *a, int64_t organization_key, uuid id,
                    struct custom_role *out)
{
    return entity_get(SESSION_OF(r, role_reader), a, &custom_role_schema, organization_key, id,
                      out);
}

static err get_role_by_key(struct role_reader *r, struct arena *a, int64_t key,
                           struct custom_role *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, role_reader), &c));
    TRY(entity_select(c, a, &custom_role_schema, "WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return entity_read_row(&s, a, &custom_role_schema, out);
}

static err all_roles(struct role_reader *r, struct arena *a, int64_t organization_key,
                     struct custom_role_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    *out = (struct custom_role_slice){0};
    TRY(sql_session_read(SESSION_OF(r, role_reader), &c));
    TRY(entity_select(c, a, &custom_role_schema, "WHERE organization_key = ?1 ORDER BY key", &s));
    statement_bind_i64(&s, 1, organization_key);
    for (;;) {
        bool has_row;
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &custom_role_schema, SLICE_PUSH(a, out));
    }
}
const struct role_reader_ops sql_role_reader_ops = {
    .get = get_role, .get_by_key = get_role_by_key, .all = all_roles};

static err add_role(struct role_writer *w, struct custom_role *role)
{
    return entity_insert(SESSION_OF(w, role_writer), &custom_role_schema, role);
}

static err save_role(struct role_writer *w, struct custom_role *role)
{
    return entity_update(SESSION_OF(w, role_writer), &custom_role_schema, role);
}

static err remove_role(struct role_writer *w, int64_t key)
{
    int64_t changed;
    return sql_session_run(SESSION_OF(w, role_writer), "DELETE FROM roles WHERE key = ?1", &key, 1,
                           &changed);
}
const struct role_writer_ops sql_role_writer_ops = {
    .add = add_role, .save = save_role, .remove = remove_role};

static err get_group(struct group_reader *r, struct arena *a, int64_t organization_key, uuid id,
                     struct user_group *out)
{
    return entity_get(SESSION_OF(r, group_reader), a, &user_group_schema, organization_key, id,
                      out);
}

static void bind_filter(struct statement *s, struct arena *a, const struct group_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_str(s, 2, f->search.len != 0 ? sql_like_part(a, f->search) : STR_NONE);
    statement_bind_opt_i64(s, 3, (opt_i64){f->user_key != 0, f->user_key});
}

static err find_groups(struct group_reader *r, struct arena *a, const struct group_filter *f,
                       struct user_group_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    bool has_row;
    *out = (struct user_group_slice){0};
    TRY(sql_session_read(SESSION_OF(r, group_reader), &c));
    str where = str_format(a,
                           "WHERE organization_key = ?1 AND (?2 IS NULL OR name %s ?2 ESCAPE "
                           "'\\') AND (?3 IS NULL OR key IN (SELECT group_key FROM "
                           "group_members WHERE user_key = ?3))",
                           c->engine->dialect->like);
    TRY(statement_prepare(c, str_format(a, "SELECT count(*) FROM user_groups %.*s", STR_ARG(where)),
                          &count));
    bind_filter(&count, a, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    TRY(entity_select(
        c, a, &user_group_schema,
        str_cstr(a, str_format(a, "%.*s ORDER BY name, key LIMIT ?4 OFFSET ?5", STR_ARG(where))),
        &rows));
    bind_filter(&rows, a, f);
    statement_bind_i64(&rows, 4, f->limit);
    statement_bind_i64(&rows, 5, (int64_t)f->offset);
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &user_group_schema, SLICE_PUSH(a, out));
    }
}
const struct group_reader_ops sql_group_reader_ops = {.get = get_group, .find = find_groups};

static err add_group(struct group_writer *w, struct user_group *group)
{
    return entity_insert(SESSION_OF(w, group_writer), &user_group_schema, group);
}

static err save_group(struct group_writer *w, struct user_group *group)
{
    return entity_update(SESSION_OF(w, group_writer), &user_group_schema, group);
}

static err remove_group(struct group_writer *w, int64_t key)
{
    struct sql_session *s = SESSION_OF(w, group_writer);
    int64_t changed;
    TRY(sql_session_run(s, "DELETE FROM group_members WHERE group_key = ?1", &key, 1, &changed));
    return sql_session_run(s, "DELETE FROM user_groups WHERE key = ?1", &key, 1, &changed);
}

/* Nothing is inserted, rather than something refused, where one of the two is not there. */
static err add_member(struct group_writer *w, int64_t group_key, int64_t user_key)
{
    struct sql_session *session = SESSION_OF(w, group_writer);
    const int64_t values[] = {group_key, user_key};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    int64_t changed;
    bool has_row;
    TRY(sql_session_run(
        session,
        "INSERT INTO group_members(group_key, user_key) SELECT g.key, u.key FROM user_groups "
        "g JOIN users u ON u.organization_key = g.organization_key WHERE g.key = ?1 AND "
        "u.key = ?2 ON CONFLICT DO NOTHING",
        values, 2, &changed));
    if (changed != 0)
        return OK;
    TRY(sql_session_write(session, &c));
    TRY(statement_begin(c, "SELECT 1 FROM group_members WHERE group_key = ?1 AND user_key = ?2",
                        &s));
    statement_bind_i64(&s, 1, group_key);
    statement_bind_i64(&s, 2, user_key);
    TRY(statement_step(&s, &has_row));
    return has_row ? OK : ERR(CONFLICT, "what it belongs to is not there");
}

static err remove_member(struct group_writer *w, int64_t group_key, int64_t user_key)
{
    const int64_t values[] = {group_key, user_key};
    int64_t changed;
    TRY(sql_session_run(SESSION_OF(w, group_writer),
                        "DELETE FROM group_members WHERE group_key = ?1 AND user_key = ?2", values,
                        2, &changed));
    return changed != 0 ? OK : ERR(NOT_FOUND, "not found");
}

static err remove_user(struct group_writer *w, int64_t user_key)
{
    int64_t changed;
    return sql_session_run(SESSION_OF(w, group_writer),
                           "DELETE FROM group_members WHERE user_key = ?1", &user_key, 1, &changed);
}
const struct group_writer_ops sql_group_writer_ops = {.add = add_group,
                                                      .save = save_group,
                                                      .remove = remove_group,
                                                      .add_member = add_member,
                                                      .remove_member = remove_member,
                                                      .remove_user = remove_user};
