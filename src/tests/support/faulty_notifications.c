/* Notifications that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_notification_reader_get(struct notification_reader *r, struct arena *a,
                                          int64_t user_key, uuid id, struct notification *out)
{
    PASS(notification_reader, r, "notification_reader_get");
    return notification_reader_get(s->inner->readers.notifications, a, user_key, id, out);
}

static err faulty_notification_reader_find(struct notification_reader *r, struct arena *a,
                                           const struct notification_filter *filter,
                                           struct notification_slice *out, int64_t *total)
{
    PASS(notification_reader, r, "notification_reader_find");
    return notification_reader_find(s->inner->readers.notifications, a, filter, out, total);
}

static err faulty_notification_reader_after(struct notification_reader *r, struct arena *a,
                                            int64_t user_key, int64_t after_key, uint32_t limit,
                                            struct notification_slice *out)
{
    PASS(notification_reader, r, "notification_reader_after");
    return notification_reader_after(s->inner->readers.notifications, a, user_key, after_key, limit,
                                     out);
}

static err faulty_notification_reader_count_unread(struct notification_reader *r, int64_t user_key,
                                                   int64_t *out)
{
    PASS(notification_reader, r, "notification_reader_count_unread");
    return notification_reader_count_unread(s->inner->readers.notifications, user_key, out);
}

static err faulty_notification_reader_newest_key(struct notification_reader *r, int64_t *out)
{
    PASS(notification_reader, r, "notification_reader_newest_key");
    return notification_reader_newest_key(s->inner->readers.notifications, out);
}

static err faulty_notification_reader_is_told(struct notification_reader *r, int64_t event_sequence,
                                              bool *out)
{
    PASS(notification_reader, r, "notification_reader_is_told");
    return notification_reader_is_told(s->inner->readers.notifications, event_sequence, out);
}

static err faulty_notification_reader_get_settings(struct notification_reader *r, struct arena *a,
                                                   int64_t user_key,
                                                   struct notification_settings *out)
{
    PASS(notification_reader, r, "notification_reader_get_settings");
    return notification_reader_get_settings(s->inner->readers.notifications, a, user_key, out);
}

static err faulty_notification_reader_all_settings(struct notification_reader *r, struct arena *a,
                                                   int64_t organization_key,
                                                   struct notification_settings_slice *out)
{
    PASS(notification_reader, r, "notification_reader_all_settings");
    return notification_reader_all_settings(s->inner->readers.notifications, a, organization_key,
                                            out);
}

static err faulty_notification_reader_next_due(struct notification_reader *r,
                                               int64_t organization_key, int64_t after_user_key,
                                               instant now, int64_t *user_key)
{
    PASS(notification_reader, r, "notification_reader_next_due");
    return notification_reader_next_due(s->inner->readers.notifications, organization_key,
                                        after_user_key, now, user_key);
}

const struct notification_reader_ops faulty_notification_reader_ops = {
    .get = faulty_notification_reader_get,
    .find = faulty_notification_reader_find,
    .after = faulty_notification_reader_after,
    .count_unread = faulty_notification_reader_count_unread,
    .newest_key = faulty_notification_reader_newest_key,
    .is_told = faulty_notification_reader_is_told,
    .get_settings = faulty_notification_reader_get_settings,
    .all_settings = faulty_notification_reader_all_settings,
    .next_due = faulty_notification_reader_next_due,
};

static err faulty_notification_writer_add(struct notification_writer *w,
                                          struct notification *notification)
{
    PASS(notification_writer, w, "notification_writer_add");
    return notification_writer_add(s->inner->uow.notifications, notification);
}

static err faulty_notification_writer_mark_read(struct notification_writer *w, int64_t user_key,
                                                int64_t first_key, int64_t last_key, instant now,
                                                int64_t *count)
{
    PASS(notification_writer, w, "notification_writer_mark_read");
    return notification_writer_mark_read(s->inner->uow.notifications, user_key, first_key, last_key,
                                         now, count);
}

static err faulty_notification_writer_remove(struct notification_writer *w, int64_t user_key,
                                             int64_t key)
{
    PASS(notification_writer, w, "notification_writer_remove");
    return notification_writer_remove(s->inner->uow.notifications, user_key, key);
}

static err faulty_notification_writer_remove_read(struct notification_writer *w, int64_t user_key,
                                                  int64_t *count)
{
    PASS(notification_writer, w, "notification_writer_remove_read");
    return notification_writer_remove_read(s->inner->uow.notifications, user_key, count);
}

static err faulty_notification_writer_purge(struct notification_writer *w, instant made_before,
                                            int64_t kept_count, int64_t *count)
{
    PASS(notification_writer, w, "notification_writer_purge");
    return notification_writer_purge(s->inner->uow.notifications, made_before, kept_count, count);
}

static err faulty_notification_writer_save_settings(struct notification_writer *w,
                                                    struct notification_settings *settings)
{
    PASS(notification_writer, w, "notification_writer_save_settings");
    return notification_writer_save_settings(s->inner->uow.notifications, settings);
}

static err faulty_notification_writer_add_mail(struct notification_writer *w,
                                               struct notification_mail *mail)
{
    PASS(notification_writer, w, "notification_writer_add_mail");
    return notification_writer_add_mail(s->inner->uow.notifications, mail);
}

static err faulty_notification_writer_take_due(struct notification_writer *w, struct arena *a,
                                               int64_t user_key, instant now,
                                               struct notification_mail_slice *out)
{
    PASS(notification_writer, w, "notification_writer_take_due");
    return notification_writer_take_due(s->inner->uow.notifications, a, user_key, now, out);
}

const struct notification_writer_ops faulty_notification_writer_ops = {
    .add = faulty_notification_writer_add,
    .mark_read = faulty_notification_writer_mark_read,
    .remove = faulty_notification_writer_remove,
    .remove_read = faulty_notification_writer_remove_read,
    .purge = faulty_notification_writer_purge,
    .save_settings = faulty_notification_writer_save_settings,
    .add_mail = faulty_notification_writer_add_mail,
    .take_due = faulty_notification_writer_take_due,
};
