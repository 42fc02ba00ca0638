/* Retention that fails. */
#include "tests/support/faulty_parts.h"

static err faulty_retention_reader_get(struct retention_reader *r, struct arena *a,
                                       int64_t organization_key, uuid id,
                                       struct retention_rule *out)
{
    PASS(retention_reader, r, "retention_reader_get");
    return retention_reader_get(s->inner->readers.retention, a, organization_key, id, out);
}

static err faulty_retention_reader_find(struct retention_reader *r, struct arena *a,
                                        int64_t organization_key, struct retention_rule_slice *out)
{
    PASS(retention_reader, r, "retention_reader_find");
    return retention_reader_find(s->inner->readers.retention, a, organization_key, out);
}

static err faulty_retention_reader_get_hold(struct retention_reader *r, struct arena *a,
                                            int64_t study_key, struct legal_hold *out)
{
    PASS(retention_reader, r, "retention_reader_get_hold");
    return retention_reader_get_hold(s->inner->readers.retention, a, study_key, out);
}

static err faulty_retention_reader_due(struct retention_reader *r, struct arena *a,
                                       const struct retention_filter *filter, uint32_t limit,
                                       struct uuid_slice *out)
{
    PASS(retention_reader, r, "retention_reader_due");
    return retention_reader_due(s->inner->readers.retention, a, filter, limit, out);
}

static err faulty_retention_reader_count(struct retention_reader *r, struct arena *a,
                                         const struct retention_filter *filter,
                                         struct retention_count *out)
{
    PASS(retention_reader, r, "retention_reader_count");
    return retention_reader_count(s->inner->readers.retention, a, filter, out);
}

static err faulty_retention_reader_trashed(struct retention_reader *r, struct arena *a,
                                           int64_t organization_key, enum image_level level,
                                           instant before, uint32_t limit,
                                           struct trash_item_slice *out)
{
    PASS(retention_reader, r, "retention_reader_trashed");
    return retention_reader_trashed(s->inner->readers.retention, a, organization_key, level, before,
                                    limit, out);
}

const struct retention_reader_ops faulty_retention_reader_ops = {
    .get = faulty_retention_reader_get,
    .find = faulty_retention_reader_find,
    .get_hold = faulty_retention_reader_get_hold,
    .due = faulty_retention_reader_due,
    .count = faulty_retention_reader_count,
    .trashed = faulty_retention_reader_trashed,
};

static err faulty_retention_writer_add(struct retention_writer *w, struct retention_rule *rule)
{
    PASS(retention_writer, w, "retention_writer_add");
    return retention_writer_add(s->inner->uow.retention, rule);
}

static err faulty_retention_writer_save(struct retention_writer *w, struct retention_rule *rule)
{
    PASS(retention_writer, w, "retention_writer_save");
    return retention_writer_save(s->inner->uow.retention, rule);
}

static err faulty_retention_writer_remove(struct retention_writer *w, int64_t key)
{
    PASS(retention_writer, w, "retention_writer_remove");
    return retention_writer_remove(s->inner->uow.retention, key);
}

static err faulty_retention_writer_add_hold(struct retention_writer *w, struct legal_hold *hold)
{
    PASS(retention_writer, w, "retention_writer_add_hold");
    return retention_writer_add_hold(s->inner->uow.retention, hold);
}

static err faulty_retention_writer_save_hold(struct retention_writer *w, struct legal_hold *hold)
{
    PASS(retention_writer, w, "retention_writer_save_hold");
    return retention_writer_save_hold(s->inner->uow.retention, hold);
}

static err faulty_retention_writer_remove_hold(struct retention_writer *w, int64_t key)
{
    PASS(retention_writer, w, "retention_writer_remove_hold");
    return retention_writer_remove_hold(s->inner->uow.retention, key);
}

const struct retention_writer_ops faulty_retention_writer_ops = {
    .add = faulty_retention_writer_add,
    .save = faulty_retention_writer_save,
    .remove = faulty_retention_writer_remove,
    .add_hold = faulty_retention_writer_add_hold,
    .save_hold = faulty_retention_writer_save_hold,
    .remove_hold = faulty_retention_writer_remove_hold,
};
