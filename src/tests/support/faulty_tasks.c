/* Tasks that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_task_reader_get(struct task_reader *r, struct arena *a, int64_t organization_key,
                                  uuid id, struct task *out)
{
    PASS(task_reader, r, "task_reader_get");
    return task_reader_get(s->inner->readers.tasks, a, organization_key, id, out);
}

static err faulty_task_reader_get_by_idempotency_key(struct task_reader *r, struct arena *a,
                                                     int64_t organization_key, str kind,
                                                     str idempotency_key, struct task *out)
{
    PASS(task_reader, r, "task_reader_get_by_idempotency_key");
    return task_reader_get_by_idempotency_key(s->inner->readers.tasks, a, organization_key, kind,
                                              idempotency_key, out);
}

static err faulty_task_reader_find(struct task_reader *r, struct arena *a,
                                   const struct task_filter *filter, struct task_slice *out,
                                   int64_t *total)
{
    PASS(task_reader, r, "task_reader_find");
    return task_reader_find(s->inner->readers.tasks, a, filter, out, total);
}

static err faulty_task_reader_is_due(struct task_reader *r, instant now, bool *out)
{
    PASS(task_reader, r, "task_reader_is_due");
    return task_reader_is_due(s->inner->readers.tasks, now, out);
}

static err faulty_task_reader_count(struct task_reader *r, struct arena *a,
                                    struct task_count_slice *out)
{
    PASS(task_reader, r, "task_reader_count");
    return task_reader_count(s->inner->readers.tasks, a, out);
}

const struct task_reader_ops faulty_task_reader_ops = {
    .get = faulty_task_reader_get,
    .get_by_idempotency_key = faulty_task_reader_get_by_idempotency_key,
    .find = faulty_task_reader_find,
    .is_due = faulty_task_reader_is_due,
    .count = faulty_task_reader_count,
};

static err faulty_task_writer_add(struct task_writer *w, struct task *task)
{
    PASS(task_writer, w, "task_writer_add");
    return task_writer_add(s->inner->uow.tasks, task);
}

static err faulty_task_writer_save(struct task_writer *w, struct task *task)
{
    PASS(task_writer, w, "task_writer_save");
    return task_writer_save(s->inner->uow.tasks, task);
}

static err faulty_task_writer_locate(struct task_writer *w, struct arena *a, int64_t key,
                                     struct task *out)
{
    PASS(task_writer, w, "task_writer_locate");
    return task_writer_locate(s->inner->uow.tasks, a, key, out);
}

static err faulty_task_writer_claim(struct task_writer *w, struct arena *a,
                                    const struct task_claim *claim, struct task *out)
{
    PASS(task_writer, w, "task_writer_claim");
    return task_writer_claim(s->inner->uow.tasks, a, claim, out);
}

static err faulty_task_writer_find_waiting(struct task_writer *w, struct arena *a,
                                           int64_t depends_on_key, struct task_slice *out)
{
    PASS(task_writer, w, "task_writer_find_waiting");
    return task_writer_find_waiting(s->inner->uow.tasks, a, depends_on_key, out);
}

static err faulty_task_writer_purge(struct task_writer *w, instant ended_before, uint32_t limit,
                                    int64_t *count)
{
    PASS(task_writer, w, "task_writer_purge");
    return task_writer_purge(s->inner->uow.tasks, ended_before, limit, count);
}

static err faulty_task_writer_purge_outputs(struct task_writer *w, instant ended_before,
                                            uint32_t limit, int64_t *count)
{
    PASS(task_writer, w, "task_writer_purge_outputs");
    return task_writer_purge_outputs(s->inner->uow.tasks, ended_before, limit, count);
}

const struct task_writer_ops faulty_task_writer_ops = {
    .add = faulty_task_writer_add,
    .save = faulty_task_writer_save,
    .locate = faulty_task_writer_locate,
    .claim = faulty_task_writer_claim,
    .find_waiting = faulty_task_writer_find_waiting,
    .purge = faulty_task_writer_purge,
    .purge_outputs = faulty_task_writer_purge_outputs,
};
