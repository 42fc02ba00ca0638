/* Schedules in memory. */
#include "infrastructure/memory/memory_session.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool has_id(const void *row, const void *argument)
{
    const struct schedule *schedule = row, *like = argument;
    return uuid_eq(schedule->id, like->id) && schedule->organization_key == like->organization_key;
}

static err get(struct schedule_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct schedule *out)
{
    const struct schedule like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, schedule_reader), a, MEMORY_SCHEDULES, has_id, &like, out);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct schedule *)a)->name, ((const struct schedule *)b)->name);
}

static err find(struct schedule_reader *r, struct arena *a, int64_t organization_key,
                struct schedule_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, schedule_reader), MEMORY_SCHEDULES);
    *out = (struct schedule_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct schedule *)rows->at[i])->organization_key == organization_key)
            memory_row_read(a, MEMORY_SCHEDULES, rows->at[i], SLICE_PUSH(a, out));
    if (out->len != 0)
        qsort(out->at, out->len, sizeof out->at[0], by_name);
    return OK;
}

static int by_turn(const void *a, const void *b)
{
    const struct schedule *one = a, *other = b;
    int64_t first = one->next_run_at.us, second = other->next_run_at.us;
    if (first == second) {
        first = one->key;
        second = other->key;
    }
    return (first > second) - (first < second);
}

static err find_due(struct schedule_reader *r, struct arena *a, instant now, uint32_t limit,
                    struct schedule_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, schedule_reader), MEMORY_SCHEDULES);
    *out = (struct schedule_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct schedule *schedule = rows->at[i];
        if (schedule->next_run_at.us != 0 && schedule->next_run_at.us <= now.us)
            memory_row_read(a, MEMORY_SCHEDULES, schedule, SLICE_PUSH(a, out));
    }
    if (out->len != 0)
        qsort(out->at, out->len, sizeof out->at[0], by_turn);
    out->len = out->len > limit ? limit : out->len;
    return OK;
}

const struct schedule_reader_ops memory_schedule_reader_ops = {
    .get = get, .find = find, .find_due = find_due};

static err add(struct schedule_writer *w, struct schedule *schedule)
{
    return memory_insert(SESSION_OF(w, schedule_writer), MEMORY_SCHEDULES, schedule);
}

static err save(struct schedule_writer *w, struct schedule *schedule)
{
    return memory_update(SESSION_OF(w, schedule_writer), MEMORY_SCHEDULES, schedule);
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static err remove_row(struct schedule_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, schedule_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_SCHEDULES], has_key, &key);
    return OK;
}

const struct schedule_writer_ops memory_schedule_writer_ops = {
    .add = add, .save = save, .remove = remove_row};
