/* API keys in memory. */
#include "infrastructure/memory/memory_session.h"
#include "infrastructure/memory/memory_text.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool has_id(const void *row, const void *argument)
{
    const struct api_key *key = row, *like = argument;
    return uuid_eq(key->id, like->id) &&
           (like->organization_key == 0 || key->organization_key == like->organization_key);
}

static err get(struct api_key_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct api_key *out)
{
    const struct api_key like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, api_key_reader), a, MEMORY_API_KEYS, has_id, &like, out);
}

static err find(struct api_key_reader *r, struct arena *a, const struct api_key_filter *f,
                struct api_key_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, api_key_reader), MEMORY_API_KEYS);
    *out = (struct api_key_slice){0};
    *total = 0;
    for (size_t i = rows->len; i-- != 0;) {
        const struct api_key *key = rows->at[i];
        if (key->organization_key != f->organization_key ||
            (key->revoked_at.us != 0) != f->revoked ||
            (f->search.len != 0 && !text_has(key->name, f->search)) ||
            (uuid_is_set(f->created_by) && !uuid_eq(key->created_by, f->created_by)) ||
            (f->live_at.us != 0 && !api_key_is_live(key, f->live_at)))
            continue;
        if ((uint64_t)*total >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_API_KEYS, key, SLICE_PUSH(a, out));
        ++*total;
    }
    return OK;
}

const struct api_key_reader_ops memory_api_key_reader_ops = {.get = get, .find = find};

static err add(struct api_key_writer *w, struct api_key *key)
{
    return memory_insert(SESSION_OF(w, api_key_writer), MEMORY_API_KEYS, key);
}

static const struct api_key *row_of(struct memory_session *s, int64_t key)
{
    return memory_row_find(&memory_write(s)->tables[MEMORY_API_KEYS], key);
}

static void replace(struct memory_session *s, const struct api_key *key)
{
    memory_row_replace(&s->db->arena, &memory_write(s)->tables[MEMORY_API_KEYS],
                       memory_row_make(&s->db->arena, MEMORY_API_KEYS, key));
}

static err save(struct api_key_writer *w, struct api_key *key)
{
    struct memory_session *s = SESSION_OF(w, api_key_writer);
    const struct api_key *old = row_of(s, key->key);
    if (old == NULL || old->version != key->version)
        return ERR(PRECONDITION_FAILED, "somebody else changed it");
    struct api_key row = *key;
    row.version = ++key->version;
    row.last_used_at = old->last_used_at;
    row.last_used_from = old->last_used_from;
    row.sent_on = old->sent_on;
    row.sent_size = old->sent_size;
    replace(s, &row);
    return OK;
}

static err note_use(struct api_key_writer *w, int64_t key, instant now, str from)
{
    struct memory_session *s = SESSION_OF(w, api_key_writer);
    const struct api_key *old = row_of(s, key);
    if (old == NULL ||
        (old->last_used_at.us != 0 && now.us - old->last_used_at.us < SECONDS(API_KEY_USE_SECONDS)))
        return OK;
    struct api_key row = *old;
    row.last_used_at = now;
    row.last_used_from = from;
    replace(s, &row);
    return OK;
}

static err count_sent(struct api_key_writer *w, int64_t key, int64_t day, int64_t size)
{
    struct memory_session *s = SESSION_OF(w, api_key_writer);
    const struct api_key *old = row_of(s, key);
    if (old == NULL)
        return OK;
    struct api_key row = *old;
    row.sent_size = (old->sent_on == day ? old->sent_size : 0) + size;
    row.sent_on = day;
    replace(s, &row);
    return OK;
}

const struct api_key_writer_ops memory_api_key_writer_ops = {
    .add = add, .save = save, .note_use = note_use, .count_sent = count_sent};
