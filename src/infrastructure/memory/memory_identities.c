/* Providers of identities, and identities, in memory. */
#include "infrastructure/memory/memory_session.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool is_provider(const void *row, const void *argument)
{
    const struct identity_provider *provider = row, *like = argument;
    return uuid_eq(provider->id, like->id) &&
           (like->organization_key == 0 || provider->organization_key == like->organization_key);
}

static err get_provider(struct identity_reader *r, struct arena *a, int64_t organization_key,
                        uuid id, struct identity_provider *out)
{
    const struct identity_provider like = {.id = id, .organization_key = organization_key};
    if (organization_key == 0)
        return ERR(NOT_FOUND, "not found");
    return memory_first(SESSION_OF(r, identity_reader), a, MEMORY_IDENTITY_PROVIDERS, is_provider,
                        &like, out);
}

static err find_provider(struct identity_reader *r, struct arena *a, uuid id,
                         struct identity_provider *out)
{
    const struct identity_provider like = {.id = id};
    return memory_first(SESSION_OF(r, identity_reader), a, MEMORY_IDENTITY_PROVIDERS, is_provider,
                        &like, out);
}

static int by_name(const void *a, const void *b)
{
    const struct identity_provider *one = a, *other = b;
    int order = str_cmp(one->name, other->name);
    return order != 0 ? order : (one->key > other->key) - (one->key < other->key);
}

static err list_providers(struct identity_reader *r, struct arena *a, int64_t organization_key,
                          struct identity_provider_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, identity_reader), MEMORY_IDENTITY_PROVIDERS);
    *out = (struct identity_provider_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct identity_provider *p = rows->at[i];
        if (organization_key != 0 ? p->organization_key == organization_key
                                  : p->is_enabled && p->is_listed)
            memory_row_read(a, MEMORY_IDENTITY_PROVIDERS, p, SLICE_PUSH(a, out));
    }
    if (out->len != 0)
        qsort(out->at, out->len, sizeof out->at[0], by_name);
    return OK;
}

static bool is_account(const void *row, const void *argument)
{
    const struct identity *identity = row, *like = argument;
    return identity->provider_key == like->provider_key && str_eq(identity->subject, like->subject);
}

static err get(struct identity_reader *r, struct arena *a, int64_t provider_key, str subject,
               struct identity *out)
{
    const struct identity like = {.provider_key = provider_key, .subject = subject};
    return memory_first(SESSION_OF(r, identity_reader), a, MEMORY_IDENTITIES, is_account, &like,
                        out);
}

static err of_user(struct identity_reader *r, struct arena *a, int64_t user_key,
                   struct identity_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, identity_reader), MEMORY_IDENTITIES);
    *out = (struct identity_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct identity *)rows->at[i])->user_key == user_key)
            memory_row_read(a, MEMORY_IDENTITIES, rows->at[i], SLICE_PUSH(a, out));
    return OK;
}

const struct identity_reader_ops memory_identity_reader_ops = {.get_provider = get_provider,
                                                               .find_provider = find_provider,
                                                               .list_providers = list_providers,
                                                               .get = get,
                                                               .of_user = of_user};

static err add_provider(struct identity_writer *w, struct identity_provider *provider)
{
    return memory_insert(SESSION_OF(w, identity_writer), MEMORY_IDENTITY_PROVIDERS, provider);
}

static err save_provider(struct identity_writer *w, struct identity_provider *provider)
{
    return memory_update(SESSION_OF(w, identity_writer), MEMORY_IDENTITY_PROVIDERS, provider);
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static bool is_of_provider(const void *row, const void *argument)
{
    return ((const struct identity *)row)->provider_key == *(const int64_t *)argument;
}

static bool is_of_user(const void *row, const void *argument)
{
    return ((const struct identity *)row)->user_key == *(const int64_t *)argument;
}

static err remove_rows(struct identity_writer *w, enum memory_table table,
                       bool (*is_right)(const void *row, const void *argument), int64_t key)
{
    struct memory_session *s = SESSION_OF(w, identity_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[table], is_right, &key);
    return OK;
}

static err remove_provider(struct identity_writer *w, int64_t key)
{
    TRY(remove_rows(w, MEMORY_IDENTITIES, is_of_provider, key));
    return remove_rows(w, MEMORY_IDENTITY_PROVIDERS, has_key, key);
}

static err add(struct identity_writer *w, struct identity *identity)
{
    return memory_insert(SESSION_OF(w, identity_writer), MEMORY_IDENTITIES, identity);
}

static err save(struct identity_writer *w, struct identity *identity)
{
    return memory_update(SESSION_OF(w, identity_writer), MEMORY_IDENTITIES, identity);
}

static err remove_one(struct identity_writer *w, int64_t key)
{
    return remove_rows(w, MEMORY_IDENTITIES, has_key, key);
}

static err remove_user(struct identity_writer *w, int64_t user_key)
{
    return remove_rows(w, MEMORY_IDENTITIES, is_of_user, user_key);
}

const struct identity_writer_ops memory_identity_writer_ops = {.add_provider = add_provider,
                                                               .save_provider = save_provider,
                                                               .remove_provider = remove_provider,
                                                               .add = add,
                                                               .save = save,
                                                               .remove = remove_one,
                                                               .remove_user = remove_user};
