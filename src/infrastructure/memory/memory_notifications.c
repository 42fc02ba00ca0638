/* Notifications in memory. */
#include "infrastructure/memory/memory_session.h"

#include "domain/entities/notification_settings.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool has_id(const void *row, const void *argument)
{
    const struct notification *notification = row, *like = argument;
    return uuid_eq(notification->id, like->id) && notification->user_key == like->user_key;
}

static err get(struct notification_reader *r, struct arena *a, int64_t user_key, uuid id,
               struct notification *out)
{
    const struct notification like = {.id = id, .user_key = user_key};
    return memory_first(SESSION_OF(r, notification_reader), a, MEMORY_NOTIFICATIONS, has_id, &like,
                        out);
}

static bool matches(const struct notification *n, const struct notification_filter *f)
{
    return n->user_key == f->user_key && (!f->only_unread || n->read_at.us == 0) &&
           (f->kind.ptr == NULL || str_eq(n->kind, f->kind));
}

static err find(struct notification_reader *r, struct arena *a, const struct notification_filter *f,
                struct notification_slice *out, int64_t *total)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, notification_reader), MEMORY_NOTIFICATIONS);
    *out = (struct notification_slice){0};
    *total = 0;
    for (size_t i = rows->len; i-- > 0;) {
        if (!matches(rows->at[i], f))
            continue;
        if ((uint64_t)*total >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_NOTIFICATIONS, rows->at[i], SLICE_PUSH(a, out));
        ++*total;
    }
    return OK;
}

static err after(struct notification_reader *r, struct arena *a, int64_t user_key,
                 int64_t after_key, uint32_t limit, struct notification_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, notification_reader), MEMORY_NOTIFICATIONS);
    *out = (struct notification_slice){0};
    for (size_t i = 0; i < rows->len && out->len < limit; i++) {
        const struct notification *n = rows->at[i];
        if (n->user_key == user_key && n->key > after_key)
            memory_row_read(a, MEMORY_NOTIFICATIONS, n, SLICE_PUSH(a, out));
    }
    return OK;
}

static err count_unread(struct notification_reader *r, int64_t user_key, int64_t *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, notification_reader), MEMORY_NOTIFICATIONS);
    const struct notification_filter f = {.user_key = user_key, .only_unread = true};
    *out = 0;
    for (size_t i = 0; i < rows->len; i++)
        *out += matches(rows->at[i], &f);
    return OK;
}

static err newest_key(struct notification_reader *r, int64_t *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, notification_reader), MEMORY_NOTIFICATIONS);
    *out = rows->len == 0 ? 0 : memory_row_key(rows->at[rows->len - 1]);
    return OK;
}

static err is_told(struct notification_reader *r, int64_t event_sequence, bool *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, notification_reader), MEMORY_NOTIFICATIONS);
    *out = false;
    for (size_t i = 0; i < rows->len; i++)
        *out |= ((const struct notification *)rows->at[i])->event_sequence == event_sequence;
    rows = memory_rows(SESSION_OF(r, notification_reader), MEMORY_NOTIFICATION_MAILS);
    for (size_t i = 0; i < rows->len; i++)
        *out |= ((const struct notification_mail *)rows->at[i])->event_sequence == event_sequence;
    return OK;
}

static bool is_of_user(const void *row, const void *argument)
{
    return ((const struct notification_settings *)row)->user_key == *(const int64_t *)argument;
}

static err get_settings(struct notification_reader *r, struct arena *a, int64_t user_key,
                        struct notification_settings *out)
{
    return memory_first(SESSION_OF(r, notification_reader), a, MEMORY_NOTIFICATION_SETTINGS,
                        is_of_user, &user_key, out);
}

static err all_settings(struct notification_reader *r, struct arena *a, int64_t organization_key,
                        struct notification_settings_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, notification_reader), MEMORY_NOTIFICATION_SETTINGS);
    *out = (struct notification_settings_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct notification_settings *s = rows->at[i];
        if (s->organization_key == organization_key)
            memory_row_read(a, MEMORY_NOTIFICATION_SETTINGS, s, SLICE_PUSH(a, out));
    }
    return OK;
}

static err next_due(struct notification_reader *r, int64_t organization_key, int64_t after_user_key,
                    instant now, int64_t *user_key)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, notification_reader), MEMORY_NOTIFICATION_MAILS);
    *user_key = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct notification_mail *m = rows->at[i];
        if (m->organization_key == organization_key && m->user_key > after_user_key &&
            m->due_at.us <= now.us && (*user_key == 0 || m->user_key < *user_key))
            *user_key = m->user_key;
    }
    return OK;
}

const struct notification_reader_ops memory_notification_reader_ops = {.get = get,
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
    return memory_insert(SESSION_OF(w, notification_writer), MEMORY_NOTIFICATIONS, notification);
}

static err mark_read(struct notification_writer *w, int64_t user_key, int64_t first_key,
                     int64_t last_key, instant now, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, notification_writer);
    *count = 0;
    for (size_t i = 0; i < memory_write(s)->tables[MEMORY_NOTIFICATIONS].len; i++) {
        struct notification changed =
            *(const struct notification *)memory_write(s)->tables[MEMORY_NOTIFICATIONS].at[i];
        if (changed.user_key != user_key || changed.key < first_key || changed.key > last_key ||
            changed.read_at.us != 0)
            continue;
        changed.read_at = changed.updated_at = now;
        TRY(memory_update(s, MEMORY_NOTIFICATIONS, &changed));
        ++*count;
    }
    return OK;
}

struct removal {
    int64_t user_key, key; /* key 0: all that were read */
};

static bool is_removed(const void *row, const void *argument)
{
    const struct notification *n = row;
    const struct removal *removal = argument;
    return n->user_key == removal->user_key &&
           (removal->key != 0 ? n->key == removal->key : n->read_at.us != 0);
}

static err remove_rows(struct notification_writer *w, struct removal removal, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, notification_writer);
    *count = memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_NOTIFICATIONS],
                                is_removed, &removal);
    return OK;
}

static err remove_one(struct notification_writer *w, int64_t user_key, int64_t key)
{
    int64_t count;
    return remove_rows(w, (struct removal){user_key, key}, &count);
}

static err remove_read(struct notification_writer *w, int64_t user_key, int64_t *count)
{
    return remove_rows(w, (struct removal){user_key, 0}, count);
}

struct purging {
    const struct memory_rows *rows; /* as they were */
    instant made_before;
    int64_t kept_count;
};

static bool goes(const void *row, const void *argument)
{
    const struct notification *n = row;
    const struct purging *p = argument;
    int64_t newer = 0;
    if (n->created_at.us < p->made_before.us)
        return true;
    for (size_t i = p->rows->len; i-- > 0 && memory_row_key(p->rows->at[i]) > n->key;)
        newer += ((const struct notification *)p->rows->at[i])->user_key == n->user_key;
    return newer >= p->kept_count;
}

static err purge(struct notification_writer *w, instant made_before, int64_t kept_count,
                 int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, notification_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_NOTIFICATIONS];
    const struct memory_rows before = *rows;
    rows->is_own = false; /* what goes is found in the rows as they were */
    *count = memory_rows_remove(&s->db->arena, rows, goes,
                                &(struct purging){&before, made_before, kept_count});
    return OK;
}

static err save_settings(struct notification_writer *w, struct notification_settings *settings)
{
    struct memory_session *s = SESSION_OF(w, notification_writer);
    return settings->key == 0 ? memory_insert(s, MEMORY_NOTIFICATION_SETTINGS, settings)
                              : memory_update(s, MEMORY_NOTIFICATION_SETTINGS, settings);
}

static err add_mail(struct notification_writer *w, struct notification_mail *mail)
{
    return memory_insert(SESSION_OF(w, notification_writer), MEMORY_NOTIFICATION_MAILS, mail);
}

struct taking {
    int64_t user_key, last_key;
    instant now;
};

static bool is_taken(const void *row, const void *argument)
{
    const struct notification_mail *m = row;
    const struct taking *t = argument;
    return m->user_key == t->user_key && m->due_at.us <= t->now.us && m->key <= t->last_key;
}

static err take_due(struct notification_writer *w, struct arena *a, int64_t user_key, instant now,
                    struct notification_mail_slice *out)
{
    struct memory_session *s = SESSION_OF(w, notification_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_NOTIFICATION_MAILS];
    struct taking taking = {user_key, INT64_MAX, now};
    *out = (struct notification_mail_slice){0};
    for (size_t i = 0; i < rows->len && out->len < NOTIFICATION_DIGEST_COUNT_MAX; i++)
        if (is_taken(rows->at[i], &taking))
            memory_row_read(a, MEMORY_NOTIFICATION_MAILS, rows->at[i], SLICE_PUSH(a, out));
    if (out->len == 0)
        return OK;
    taking.last_key = out->at[out->len - 1].key;
    memory_rows_remove(&s->db->arena, rows, is_taken, &taking);
    return OK;
}

const struct notification_writer_ops memory_notification_writer_ops = {.add = add,
                                                                       .mark_read = mark_read,
                                                                       .remove = remove_one,
                                                                       .remove_read = remove_read,
                                                                       .purge = purge,
                                                                       .save_settings =
                                                                           save_settings,
                                                                       .add_mail = add_mail,
                                                                       .take_due = take_due};
