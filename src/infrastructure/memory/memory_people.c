/* Organizations, users, sessions, change feed and answers in memory. */
#include "infrastructure/memory/memory_session.h"

#include "infrastructure/memory/memory_grants.h"
#include "infrastructure/memory/memory_text.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool is_any(const void *row, const void *argument)
{
    (void)row, (void)argument;
    return true;
}

static err first_organization(struct organization_reader *r, struct arena *a,
                              struct organization *out)
{
    return memory_first(SESSION_OF(r, organization_reader), a, MEMORY_ORGANIZATIONS, is_any, NULL,
                        out);
}

static err all_organizations(struct organization_reader *r, struct arena *a,
                             struct organization_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, organization_reader), MEMORY_ORGANIZATIONS);
    *out = (struct organization_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        memory_row_read(a, MEMORY_ORGANIZATIONS, rows->at[i], SLICE_PUSH(a, out));
    return OK;
}

static err get_organization(struct organization_reader *r, struct arena *a, int64_t key,
                            struct organization *out)
{
    const void *row =
        memory_row_find(memory_rows(SESSION_OF(r, organization_reader), MEMORY_ORGANIZATIONS), key);
    if (row == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_ORGANIZATIONS, row, out);
    return OK;
}

static bool is_settings_of(const void *row, const void *argument)
{
    return ((const struct organization_settings *)row)->organization_key ==
           *(const int64_t *)argument;
}

static err get_settings(struct organization_reader *r, struct arena *a, int64_t key,
                        struct organization_settings *out)
{
    err e = memory_first(SESSION_OF(r, organization_reader), a, MEMORY_ORGANIZATION_SETTINGS,
                         is_settings_of, &key, out);
    if (e.code != ERR_NOT_FOUND)
        return e;
    *out = organization_settings_default(key);
    return OK;
}
static err used_size(struct organization_reader *r, int64_t key, int64_t *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, organization_reader), MEMORY_STUDIES);
    *out = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct study *study = rows->at[i];
        *out += study->organization_key == key ? study->size : 0;
    }
    return OK;
}

const struct organization_reader_ops memory_organization_reader_ops = {.first = first_organization,
                                                                       .all = all_organizations,
                                                                       .get = get_organization,
                                                                       .settings = get_settings,
                                                                       .used_size = used_size};

static err add_organization(struct organization_writer *w, struct organization *organization)
{
    struct memory_session *s = SESSION_OF(w, organization_writer);
    TRY(memory_insert(s, MEMORY_ORGANIZATIONS, organization));
    organization->organization_key = organization->key;
    return memory_update(s, MEMORY_ORGANIZATIONS, organization);
}

static err save_organization(struct organization_writer *w, struct organization *organization)
{
    return memory_update(SESSION_OF(w, organization_writer), MEMORY_ORGANIZATIONS, organization);
}

static err save_settings(struct organization_writer *w, struct organization_settings *settings)
{
    struct memory_session *s = SESSION_OF(w, organization_writer);
    return settings->key == 0 ? memory_insert(s, MEMORY_ORGANIZATION_SETTINGS, settings)
                              : memory_update(s, MEMORY_ORGANIZATION_SETTINGS, settings);
}
const struct organization_writer_ops memory_organization_writer_ops = {
    .add = add_organization, .save = save_organization, .save_settings = save_settings};

/* A user is looked for by what is set in the example. */
static bool is_user(const void *row, const void *argument)
{
    const struct user *user = row, *like = argument;
    return (like->key == 0 || user->key == like->key) &&
           (!uuid_is_set(like->id) ||
            (uuid_eq(user->id, like->id) && user->organization_key == like->organization_key)) &&
           (like->email.ptr == NULL || str_eq(user->email, like->email)) &&
           (like->invitation_hash.ptr == NULL ||
            (user->invitation_hash.ptr != NULL &&
             str_eq(user->invitation_hash, like->invitation_hash)));
}

static err find_user(struct user_reader *r, struct arena *a, const struct user *like,
                     struct user *out)
{
    return memory_first(SESSION_OF(r, user_reader), a, MEMORY_USERS, is_user, like, out);
}

static err get_user(struct user_reader *r, struct arena *a, int64_t organization_key, uuid id,
                    struct user *out)
{
    if (!uuid_is_set(id))
        return ERR(NOT_FOUND, "not found");
    return find_user(r, a, &(struct user){.id = id, .organization_key = organization_key}, out);
}

static err get_user_by_key(struct user_reader *r, struct arena *a, int64_t key, struct user *out)
{
    const void *row = memory_row_find(memory_rows(SESSION_OF(r, user_reader), MEMORY_USERS), key);
    if (row == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_USERS, row, out);
    return OK;
}

static err get_user_by_email(struct user_reader *r, struct arena *a, str email, struct user *out)
{
    if (email.ptr == NULL)
        return ERR(NOT_FOUND, "not found");
    return find_user(r, a, &(struct user){.email = email}, out);
}

static err get_invited(struct user_reader *r, struct arena *a, str hash, struct user *out)
{
    if (hash.ptr == NULL)
        return ERR(NOT_FOUND, "not found");
    return find_user(r, a, &(struct user){.invitation_hash = hash}, out);
}

static bool has_state(const struct user *user, const struct user_filter *f)
{
    enum user_state state = user_state(user, f->now);
    return f->state.is_set ? (int64_t)state == f->state.value : state != USER_DELETED;
}

static bool has_reset_hash(const void *row, const void *argument)
{
    return str_eq(((const struct user *)row)->reset_hash, *(const str *)argument);
}

static err get_user_by_reset_hash(struct user_reader *r, struct arena *a, str hash,
                                  struct user *out)
{
    if (hash.len == 0)
        return ERR(NOT_FOUND, "not found");
    return memory_first(SESSION_OF(r, user_reader), a, MEMORY_USERS, has_reset_hash, &hash, out);
}

static bool user_matches(const struct memory_state *view, const struct user *user,
                         const struct user_filter *f)
{
    return user->organization_key == f->organization_key &&
           (f->search.len == 0 || text_has(user->name, f->search) ||
            text_has(user_address(user), f->search)) &&
           (!f->is_active.is_set || user->is_active == f->is_active.value) &&
           (!f->role.is_set || (int64_t)user->role == f->role.value) &&
           (f->role_key == 0 || user->role_key == f->role_key) && has_state(user, f) &&
           (f->group_key == 0 || memory_is_member(view, f->group_key, user->key));
}

static int compare_users(const void *one, const void *other, void *argument)
{
    const struct user *a = *(const struct user *const *)one,
                      *b = *(const struct user *const *)other;
    const struct user_filter *f = argument;
    for (size_t i = 0; i < f->sort.len; i++) {
        str name = f->sort.at[i].name;
        int order = 0;
        if (str_eq(name, STR("name")))
            order = str_cmp(a->name, b->name);
        else if (str_eq(name, STR("email")))
            order = str_cmp(user_address(a), user_address(b));
        else if (str_eq(name, STR("last_sign_in_at")))
            order = (a->last_sign_in_at.us > b->last_sign_in_at.us) -
                    (a->last_sign_in_at.us < b->last_sign_in_at.us);
        else if (str_eq(name, STR("role")))
            order = (a->role > b->role) - (a->role < b->role);
        else if (str_eq(name, STR("created_at")))
            order = (a->created_at.us > b->created_at.us) - (a->created_at.us < b->created_at.us);
        if (order != 0)
            return f->sort.at[i].descending ? -order : order;
    }
    return (a->key > b->key) - (a->key < b->key);
}

static err find_users(struct user_reader *r, struct arena *a, const struct user_filter *f,
                      struct user_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, user_reader), MEMORY_USERS);
    const struct user **found = NEW_ARRAY(a, const struct user *, rows->len);
    size_t count = 0;
    for (size_t i = 0; i < rows->len; i++)
        if (user_matches(memory_read(SESSION_OF(r, user_reader)), rows->at[i], f))
            found[count++] = rows->at[i];
    if (count != 0)
        qsort_r(found, count, sizeof *found, compare_users, (void *)f);
    *out = (struct user_slice){0};
    for (size_t i = 0; i < count; i++)
        if (i >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_USERS, found[i], SLICE_PUSH(a, out));
    *total = (int64_t)count;
    return OK;
}

const struct user_reader_ops memory_user_reader_ops = {.get = get_user,
                                                       .get_by_key = get_user_by_key,
                                                       .get_by_email = get_user_by_email,
                                                       .get_invited = get_invited,
                                                       .get_by_reset_hash = get_user_by_reset_hash,
                                                       .find = find_users};

static err add_user(struct user_writer *w, struct user *user)
{
    return memory_insert(SESSION_OF(w, user_writer), MEMORY_USERS, user);
}

static err save_user(struct user_writer *w, struct user *user)
{
    return memory_update(SESSION_OF(w, user_writer), MEMORY_USERS, user);
}

static bool has_user_key(const void *row, const void *argument)
{
    return ((const struct user *)row)->key == *(const int64_t *)argument;
}

static err remove_user(struct user_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, user_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_USERS], has_user_key, &key);
    return OK;
}

static err note_sign_in(struct user_writer *w, int64_t key, instant now)
{
    struct memory_session *s = SESSION_OF(w, user_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_USERS];
    const void *row = memory_row_find(rows, key);
    if (row == NULL)
        return OK;
    struct user *noted = memory_row_make(&s->db->arena, MEMORY_USERS, row);
    noted->last_sign_in_at = now;
    memory_row_replace(&s->db->arena, rows, noted);
    return OK;
}
const struct user_writer_ops memory_user_writer_ops = {
    .add = add_user, .save = save_user, .remove = remove_user, .note_sign_in = note_sign_in};

static bool has_session_id(const void *row, const void *argument)
{
    return uuid_eq(((const struct session *)row)->id, *(const uuid *)argument);
}

static err get_session(struct session_reader *r, struct arena *a, uuid id, struct session *out)
{
    return memory_first(SESSION_OF(r, session_reader), a, MEMORY_SESSIONS, has_session_id, &id,
                        out);
}

static err live_sessions(struct session_reader *r, struct arena *a, int64_t user_key, instant now,
                         struct session_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, session_reader), MEMORY_SESSIONS);
    *out = (struct session_slice){0};
    for (size_t i = rows->len; i-- > 0 && out->len < SESSION_COUNT_SHOWN;) {
        const struct session *session = rows->at[i];
        if (session->user_key == user_key && session_is_live(session, now))
            memory_row_read(a, MEMORY_SESSIONS, session, SLICE_PUSH(a, out));
    }
    return OK;
}
const struct session_reader_ops memory_session_reader_ops = {.get = get_session,
                                                             .live = live_sessions};

static err add_session(struct session_writer *w, struct session *session)
{
    return memory_insert(SESSION_OF(w, session_writer), MEMORY_SESSIONS, session);
}

static err save_session(struct session_writer *w, struct session *session)
{
    return memory_update(SESSION_OF(w, session_writer), MEMORY_SESSIONS, session);
}

static err revoke_other_sessions(struct session_writer *w, struct arena *a, int64_t user_key,
                                 uuid kept, instant now, struct uuid_slice *out)
{
    struct memory_session *s = SESSION_OF(w, session_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_SESSIONS];
    *out = (struct uuid_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct session *session = rows->at[i];
        if (session->user_key != user_key || session->revoked_at.us != 0 ||
            uuid_eq(session->id, kept))
            continue;
        struct session *ended = memory_row_make(&s->db->arena, MEMORY_SESSIONS, session);
        ended->revoked_at = ended->updated_at = now;
        ended->version++;
        memory_row_replace(&s->db->arena, rows, ended);
        *SLICE_PUSH(a, out) = session->id;
    }
    return OK;
}

static err revoke_sessions(struct session_writer *w, int64_t user_key, instant now)
{
    struct uuid_slice ended;
    struct memory_session *s = SESSION_OF(w, session_writer);
    return revoke_other_sessions(w, &s->db->arena, user_key, (uuid){0}, now, &ended);
}

static err touch_session(struct session_writer *w, uuid id, instant at)
{
    struct memory_session *s = SESSION_OF(w, session_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_SESSIONS];
    for (size_t i = 0; i < rows->len; i++) {
        const struct session *session = rows->at[i];
        if (!uuid_eq(session->id, id) || session->last_used_at.us >= at.us)
            continue;
        struct session *used = memory_row_make(&s->db->arena, MEMORY_SESSIONS, session);
        used->last_used_at = at;
        memory_row_replace(&s->db->arena, rows, used);
    }
    return OK;
}

static bool has_ended(const void *row, const void *argument)
{
    const struct session *session = row;
    const instant *before = argument;
    return session->expires_at.us < before->us ||
           (session->revoked_at.us != 0 && session->revoked_at.us < before->us);
}

static err purge_sessions(struct session_writer *w, instant ended_before, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, session_writer);
    *count = memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_SESSIONS], has_ended,
                                &ended_before);
    return OK;
}
static bool is_device(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

/* The one not seen for longest goes when there are too many. */
static void forget_surplus(struct memory_session *s, int64_t user_key)
{
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_USER_DEVICES];
    const struct user_device *oldest = NULL;
    int64_t count = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct user_device *known = rows->at[i];
        if (known->user_key != user_key)
            continue;
        count++;
        if (oldest == NULL || known->last_seen_at.us < oldest->last_seen_at.us)
            oldest = known;
    }
    if (count > USER_DEVICE_COUNT_MAX)
        memory_rows_remove(&s->db->arena, rows, is_device, &(int64_t){oldest->key});
}

static err note_device(struct session_writer *w, int64_t user_key, str device, instant now,
                       enum device_news *out)
{
    struct memory_session *s = SESSION_OF(w, session_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_USER_DEVICES];
    *out = DEVICE_FIRST;
    for (size_t i = 0; i < rows->len; i++) {
        const struct user_device *known = rows->at[i];
        if (known->user_key != user_key)
            continue;
        *out = DEVICE_NEW;
        if (!str_eq(known->device, device))
            continue;
        struct user_device *seen = memory_row_make(&s->db->arena, MEMORY_USER_DEVICES, known);
        seen->last_seen_at = now;
        memory_row_replace(&s->db->arena, rows, seen);
        *out = DEVICE_KNOWN;
        return OK;
    }
    struct user_device made = {.user_key = user_key, .device = device, .last_seen_at = now};
    TRY(memory_insert(s, MEMORY_USER_DEVICES, &made));
    forget_surplus(s, user_key);
    return OK;
}

const struct session_writer_ops memory_session_writer_ops = {.add = add_session,
                                                             .save = save_session,
                                                             .revoke_user = revoke_sessions,
                                                             .revoke_others = revoke_other_sessions,
                                                             .touch = touch_session,
                                                             .purge = purge_sessions,
                                                             .note_device = note_device};

static err find_changes(struct change_reader *r, struct arena *a, int64_t organization_key,
                        int64_t since, uint32_t limit, struct change_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, change_reader), MEMORY_CHANGES);
    *out = (struct change_slice){0};
    for (size_t i = 0; i < rows->len && out->len < limit; i++) {
        const struct change *change = rows->at[i];
        if (change->organization_key == organization_key && change->sequence > since)
            memory_row_read(a, MEMORY_CHANGES, change, SLICE_PUSH(a, out));
    }
    return OK;
}
const struct change_reader_ops memory_change_reader_ops = {.find = find_changes};

static bool is_record(const void *row, const void *argument)
{
    const struct idempotency_record *record = row, *like = argument;
    return record->organization_key == like->organization_key &&
           uuid_eq(record->user_id, like->user_id) &&
           str_eq(record->idempotency_key, like->idempotency_key);
}

static err find_record(struct idempotency_reader *r, struct arena *a, int64_t organization_key,
                       uuid user_id, str key, struct idempotency_record *out)
{
    const struct idempotency_record like = {
        .organization_key = organization_key, .user_id = user_id, .idempotency_key = key};
    return memory_first(SESSION_OF(r, idempotency_reader), a, MEMORY_IDEMPOTENCY_RECORDS, is_record,
                        &like, out);
}
const struct idempotency_reader_ops memory_idempotency_reader_ops = {.find = find_record};

static err add_record(struct idempotency_writer *w, struct idempotency_record *record)
{
    return memory_insert(SESSION_OF(w, idempotency_writer), MEMORY_IDEMPOTENCY_RECORDS, record);
}

static bool was_made_before(const void *row, const void *argument)
{
    return ((const struct idempotency_record *)row)->created_at.us <
           ((const instant *)argument)->us;
}

static err purge_records(struct idempotency_writer *w, instant made_before, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, idempotency_writer);
    *count = memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_IDEMPOTENCY_RECORDS],
                                was_made_before, &made_before);
    return OK;
}
const struct idempotency_writer_ops memory_idempotency_writer_ops = {.add = add_record,
                                                                     .purge = purge_records};
