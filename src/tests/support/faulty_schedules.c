/* Schedules that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_schedule_reader_get(struct schedule_reader *r, struct arena *a,
                                      int64_t organization_key, uuid id, struct schedule *out)
{
    PASS(schedule_reader, r, "schedule_reader_get");
    return schedule_reader_get(s->inner->readers.schedules, a, organization_key, id, out);
}

static err faulty_schedule_reader_find(struct schedule_reader *r, struct arena *a,
                                       int64_t organization_key, struct schedule_slice *out)
{
    PASS(schedule_reader, r, "schedule_reader_find");
    return schedule_reader_find(s->inner->readers.schedules, a, organization_key, out);
}

static err faulty_schedule_reader_find_due(struct schedule_reader *r, struct arena *a, instant now,
                                           uint32_t limit, struct schedule_slice *out)
{
    PASS(schedule_reader, r, "schedule_reader_find_due");
    return schedule_reader_find_due(s->inner->readers.schedules, a, now, limit, out);
}

const struct schedule_reader_ops faulty_schedule_reader_ops = {
    .get = faulty_schedule_reader_get,
    .find = faulty_schedule_reader_find,
    .find_due = faulty_schedule_reader_find_due,
};

static err faulty_schedule_writer_add(struct schedule_writer *w, struct schedule *schedule)
{
    PASS(schedule_writer, w, "schedule_writer_add");
    return schedule_writer_add(s->inner->uow.schedules, schedule);
}

static err faulty_schedule_writer_save(struct schedule_writer *w, struct schedule *schedule)
{
    PASS(schedule_writer, w, "schedule_writer_save");
    return schedule_writer_save(s->inner->uow.schedules, schedule);
}

static err faulty_schedule_writer_remove(struct schedule_writer *w, int64_t key)
{
    PASS(schedule_writer, w, "schedule_writer_remove");
    return schedule_writer_remove(s->inner->uow.schedules, key);
}

const struct schedule_writer_ops faulty_schedule_writer_ops = {
    .add = faulty_schedule_writer_add,
    .save = faulty_schedule_writer_save,
    .remove = faulty_schedule_writer_remove,
};
