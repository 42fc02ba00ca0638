/* Providers of identities, and identities, on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err get_provider(struct identity_reader *r, struct arena *a, int64_t organization_key,
                        uuid id, struct identity_provider *out)
{
    return entity_get(SESSION_OF(r, identity_reader), a, &identity_provider_schema,
                      organization_key, id, out);
}

static err find_provider(struct identity_reader *r, struct arena *a, uuid id,
                         struct identity_provider *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, identity_reader), &c));
    TRY(entity_select(c, a, &identity_provider_schema, "WHERE id = ?1", &s));
    statement_bind_uuid(&s, 1, id);
    return entity_read_row(&s, a, &identity_provider_schema, out);
}

static err list_providers(struct identity_reader *r, struct arena *a, int64_t organization_key,
                          struct identity_provider_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, identity_reader), &c));
    TRY(entity_select(c, a, &identity_provider_schema,
                      organization_key != 0
                          ? "WHERE organization_key = ?1 ORDER BY name, key"
                          : "WHERE is_enabled = 1 AND is_listed = 1 ORDER BY name, key",
                      &s));
    if (organization_key != 0)
        statement_bind_i64(&s, 1, organization_key);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &identity_provider_schema, &rows));
    *out = (struct identity_provider_slice){rows.at, rows.len};
    return OK;
}

static err get(struct identity_reader *r, struct arena *a, int64_t provider_key, str subject,
               struct identity *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, identity_reader), &c));
    TRY(entity_select(c, a, &identity_schema, "WHERE provider_key = ?1 AND subject = ?2", &s));
    statement_bind_i64(&s, 1, provider_key);
    statement_bind_str(&s, 2, subject);
    return entity_read_row(&s, a, &identity_schema, out);
}

static err of_user(struct identity_reader *r, struct arena *a, int64_t user_key,
                   struct identity_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, identity_reader), &c));
    TRY(entity_select(c, a, &identity_schema, "WHERE user_key = ?1 ORDER BY key", &s));
    statement_bind_i64(&s, 1, user_key);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &identity_schema, &rows));
    *out = (struct identity_slice){rows.at, rows.len};
    return OK;
}

const struct identity_reader_ops sql_identity_reader_ops = {.get_provider = get_provider,
                                                            .find_provider = find_provider,
                                                            .list_providers = list_providers,
                                                            .get = get,
                                                            .of_user = of_user};

static err add_provider(struct identity_writer *w, struct identity_provider *provider)
{
    return entity_insert(SESSION_OF(w, identity_writer), &identity_provider_schema, provider);
}

static err save_provider(struct identity_writer *w, struct identity_provider *provider)
{
    return entity_update(SESSION_OF(w, identity_writer), &identity_provider_schema, provider);
}

static err run(struct identity_writer *w, const char *sql, int64_t key)
{
    int64_t count;
    return sql_session_run(SESSION_OF(w, identity_writer), sql, &key, 1, &count);
}

static err remove_provider(struct identity_writer *w, int64_t key)
{
    TRY(run(w, "DELETE FROM identities WHERE provider_key = ?1", key));
    return run(w, "DELETE FROM identity_providers WHERE key = ?1", key);
}

static err add(struct identity_writer *w, struct identity *identity)
{
    return entity_insert(SESSION_OF(w, identity_writer), &identity_schema, identity);
}

static err save(struct identity_writer *w, struct identity *identity)
{
    return entity_update(SESSION_OF(w, identity_writer), &identity_schema, identity);
}

static err remove_one(struct identity_writer *w, int64_t key)
{
    return run(w, "DELETE FROM identities WHERE key = ?1", key);
}

static err remove_user(struct identity_writer *w, int64_t user_key)
{
    return run(w, "DELETE FROM identities WHERE user_key = ?1", user_key);
}

const struct identity_writer_ops sql_identity_writer_ops = {.add_provider = add_provider,
                                                            .save_provider = save_provider,
                                                            .remove_provider = remove_provider,
                                                            .add = add,
                                                            .save = save,
                                                            .remove = remove_one,
                                                            .remove_user = remove_user};
