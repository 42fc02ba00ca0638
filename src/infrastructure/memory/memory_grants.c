/* Grants in memory, and what they open. */
#include "infrastructure/memory/memory_grants.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

bool memory_is_member(const struct memory_state *state, int64_t group_key, int64_t user_key)
{
    const struct memory_rows *rows = &state->tables[MEMORY_GROUP_MEMBERS];
    for (size_t i = 0; i < rows->len; i++) {
        const struct memory_membership *member = rows->at[i];
        if (member->group_key == group_key && member->user_key == user_key)
            return true;
    }
    return false;
}

static bool is_of_grantee(const struct memory_state *state, const struct grant *grant,
                          const struct access *access)
{
    if (grant->grantee_kind == GRANTEE_GROUP && access->grantee_kind == GRANTEE_USER)
        return memory_is_member(state, grant->grantee_key, access->grantee_key);
    return grant->grantee_kind == access->grantee_kind && grant->grantee_key == access->grantee_key;
}

static bool is_on(const struct grant *grant, const struct study *study)
{
    return (grant->granted_kind == GRANTED_STUDY && grant->granted_key == study->key) ||
           (grant->granted_kind == GRANTED_PATIENT && grant->granted_key == study->patient_key);
}

bool memory_is_granted(const struct memory_state *state, const struct access *access,
                       const struct study *study)
{
    const struct memory_rows *rows = &state->tables[MEMORY_GRANTS];
    for (size_t i = 0; access->is_limited && i < rows->len; i++) {
        const struct grant *grant = rows->at[i];
        if (is_of_grantee(state, grant, access) && is_on(grant, study) &&
            (grant->rights >> access->right & 1) != 0 &&
            (grant->expires_at.us == 0 || grant->expires_at.us > access->now.us))
            return true;
    }
    return !access->is_limited;
}

static bool has_id(const void *row, const void *argument)
{
    const struct grant *grant = row, *like = argument;
    return uuid_eq(grant->id, like->id) && grant->organization_key == like->organization_key;
}

static err get(struct grant_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct grant *out)
{
    const struct grant like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, grant_reader), a, MEMORY_GRANTS, has_id, &like, out);
}

static bool is_asked_for(const struct grant *grant, const struct grant_filter *f)
{
    return grant->organization_key == f->organization_key &&
           (!f->of_grantee ||
            (grant->grantee_kind == f->grantee_kind && grant->grantee_key == f->grantee_key)) &&
           (!f->on_granted ||
            (grant->granted_kind == f->granted_kind && grant->granted_key == f->granted_key));
}

static err find(struct grant_reader *r, struct arena *a, const struct grant_filter *f,
                struct grant_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, grant_reader), MEMORY_GRANTS);
    *out = (struct grant_slice){0};
    *total = 0;
    for (size_t i = 0; i < rows->len; i++) {
        if (!is_asked_for(rows->at[i], f))
            continue;
        if ((uint64_t)*total >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_GRANTS, rows->at[i], SLICE_PUSH(a, out));
        ++*total;
    }
    return OK;
}

const struct grant_reader_ops memory_grant_reader_ops = {.get = get, .find = find};

static err add(struct grant_writer *w, struct grant *grant)
{
    return memory_insert(SESSION_OF(w, grant_writer), MEMORY_GRANTS, grant);
}

static err save(struct grant_writer *w, struct grant *grant)
{
    return memory_update(SESSION_OF(w, grant_writer), MEMORY_GRANTS, grant);
}

static int64_t remove_where(struct grant_writer *w,
                            bool (*goes)(const void *row, const void *argument),
                            const struct grant *like)
{
    struct memory_session *s = SESSION_OF(w, grant_writer);
    return memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_GRANTS], goes, like);
}

static bool has_key(const void *row, const void *argument)
{
    return ((const struct grant *)row)->key == ((const struct grant *)argument)->key;
}

static bool has_grantee(const void *row, const void *argument)
{
    const struct grant *grant = row, *like = argument;
    return grant->grantee_kind == like->grantee_kind && grant->grantee_key == like->grantee_key;
}

static bool has_ended(const void *row, const void *argument)
{
    const struct grant *grant = row, *like = argument;
    return grant->expires_at.us != 0 && grant->expires_at.us < like->expires_at.us;
}

static err remove_one(struct grant_writer *w, int64_t key)
{
    remove_where(w, has_key, &(struct grant){.key = key});
    return OK;
}

static err remove_all(struct grant_writer *w, enum grantee_kind kind, int64_t grantee_key)
{
    remove_where(w, has_grantee, &(struct grant){.grantee_kind = kind, .grantee_key = grantee_key});
    return OK;
}

static err purge(struct grant_writer *w, instant ended_before, int64_t *count)
{
    *count = remove_where(w, has_ended, &(struct grant){.expires_at = ended_before});
    return OK;
}

const struct grant_writer_ops memory_grant_writer_ops = {
    .add = add, .save = save, .remove = remove_one, .remove_all = remove_all, .purge = purge};
