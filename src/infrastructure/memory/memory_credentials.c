/* Signing keys and requests for another password in memory. */
#include "infrastructure/memory/memory_session.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static err all_keys(struct signing_key_reader *r, struct arena *a, struct signing_key_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, signing_key_reader), MEMORY_SIGNING_KEYS);
    *out = (struct signing_key_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        memory_row_read(a, MEMORY_SIGNING_KEYS, rows->at[i], SLICE_PUSH(a, out));
    return OK;
}
const struct signing_key_reader_ops memory_signing_key_reader_ops = {.all = all_keys};

static err add_key(struct signing_key_writer *w, struct signing_key *key)
{
    return memory_insert(SESSION_OF(w, signing_key_writer), MEMORY_SIGNING_KEYS, key);
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static err remove_key(struct signing_key_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, signing_key_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_SIGNING_KEYS], has_key, &key);
    return OK;
}
const struct signing_key_writer_ops memory_signing_key_writer_ops = {.add = add_key,
                                                                     .remove = remove_key};

static err add_request(struct password_request_writer *w, struct password_request *request)
{
    return memory_insert(SESSION_OF(w, password_request_writer), MEMORY_PASSWORD_REQUESTS, request);
}

static bool is_up_to(const void *row, const void *argument)
{
    return memory_row_key(row) <= *(const int64_t *)argument;
}

static err take_requests(struct password_request_writer *w, struct arena *a, uint32_t limit,
                         struct password_request_slice *out)
{
    struct memory_session *s = SESSION_OF(w, password_request_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_PASSWORD_REQUESTS];
    *out = (struct password_request_slice){0};
    for (size_t i = 0; i < rows->len && out->len < limit; i++)
        memory_row_read(a, MEMORY_PASSWORD_REQUESTS, rows->at[i], SLICE_PUSH(a, out));
    if (out->len != 0)
        memory_rows_remove(&s->db->arena, rows, is_up_to, &out->at[out->len - 1].key);
    return OK;
}
const struct password_request_writer_ops memory_password_request_writer_ops = {
    .add = add_request, .take = take_requests};
