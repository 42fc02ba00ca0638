/* Tasks in memory. */
#include "infrastructure/memory/memory_session.h"

#include "domain/entities/disclosure.h"

#include "domain/entities/task.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool has_id(const void *row, const void *argument)
{
    const struct task *task = row, *like = argument;
    return uuid_eq(task->id, like->id) && task->organization_key == like->organization_key;
}

static err get(struct task_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct task *out)
{
    const struct task like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, task_reader), a, MEMORY_TASKS, has_id, &like, out);
}

static bool has_idempotency_key(const void *row, const void *argument)
{
    const struct task *task = row, *like = argument;
    return task->organization_key == like->organization_key && str_eq(task->kind, like->kind) &&
           task->idempotency_key.ptr != NULL &&
           str_eq(task->idempotency_key, like->idempotency_key);
}

static err get_by_idempotency_key(struct task_reader *r, struct arena *a, int64_t organization_key,
                                  str kind, str idempotency_key, struct task *out)
{
    const struct task like = {
        .organization_key = organization_key, .kind = kind, .idempotency_key = idempotency_key};
    return memory_first(SESSION_OF(r, task_reader), a, MEMORY_TASKS, has_idempotency_key, &like,
                        out);
}

static bool matches(const struct task *task, const struct task_filter *f)
{
    return task->organization_key == f->organization_key &&
           (!uuid_is_set(f->created_by) || uuid_eq(task->created_by, f->created_by)) &&
           (!f->state.is_set || (int64_t)task->state == f->state.value) &&
           (f->kind.ptr == NULL || str_eq(task->kind, f->kind)) &&
           (!uuid_is_set(f->subject_id) || uuid_eq(task->subject_id, f->subject_id));
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_by(const struct task *a, const struct task *b, str name)
{
    if (str_eq(name, STR("kind")))
        return str_cmp(a->kind, b->kind);
    if (str_eq(name, STR("state")))
        return order_of(a->state, b->state);
    if (str_eq(name, STR("priority")))
        return order_of(a->priority, b->priority);
    return order_of(a->created_at.us, b->created_at.us);
}

static int compare(const void *one, const void *other, void *argument)
{
    const struct task *a = *(const struct task *const *)one,
                      *b = *(const struct task *const *)other;
    const struct task_filter *f = argument;
    for (size_t i = 0; i < f->sort.len; i++) {
        int order = compare_by(a, b, f->sort.at[i].name);
        if (order != 0)
            return f->sort.at[i].descending ? -order : order;
    }
    return order_of(b->key, a->key);
}

static err find(struct task_reader *r, struct arena *a, const struct task_filter *f,
                struct task_slice *out, int64_t *total)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, task_reader), MEMORY_TASKS);
    const struct task **found = NEW_ARRAY(a, const struct task *, rows->len);
    size_t count = 0;
    for (size_t i = 0; i < rows->len; i++)
        if (matches(rows->at[i], f))
            found[count++] = rows->at[i];
    if (count != 0)
        qsort_r(found, count, sizeof *found, compare, (void *)f);
    *out = (struct task_slice){0};
    for (size_t i = 0; i < count; i++)
        if (i >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_TASKS, found[i], SLICE_PUSH(a, out));
    *total = (int64_t)count;
    return OK;
}

static bool is_due_at(const struct task *task, instant now)
{
    return (task->state == TASK_QUEUED || task->state == TASK_RUNNING) &&
           task->next_attempt_at.us <= now.us;
}

static err is_due(struct task_reader *r, instant now, bool *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, task_reader), MEMORY_TASKS);
    *out = false;
    for (size_t i = 0; i < rows->len; i++)
        *out |= is_due_at(rows->at[i], now);
    return OK;
}

static struct task_count *count_of(struct arena *a, struct task_count_slice *counts,
                                   const struct task *task)
{
    for (size_t i = 0; i < counts->len; i++)
        if (str_eq(counts->at[i].kind, task->kind) && counts->at[i].state == (int64_t)task->state)
            return &counts->at[i];
    struct task_count *added = SLICE_PUSH(a, counts);
    *added = (struct task_count){str_copy(a, task->kind), task->state, 0, {INT64_MAX}};
    return added;
}

static int compare_counts(const void *one, const void *other)
{
    const struct task_count *a = one, *b = other;
    int order = str_cmp(a->kind, b->kind);
    return order != 0 ? order : order_of(a->state, b->state);
}

static err count(struct task_reader *r, struct arena *a, struct task_count_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, task_reader), MEMORY_TASKS);
    *out = (struct task_count_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct task *task = rows->at[i];
        if (task->state == TASK_SUCCEEDED || task->state == TASK_CANCELLED)
            continue;
        struct task_count *of = count_of(a, out, task);
        instant since = task->state == TASK_RUNNING  ? task->started_at
                        : task->state == TASK_QUEUED ? task->next_attempt_at
                                                     : task->created_at;
        of->count++;
        of->oldest_at = since.us < of->oldest_at.us ? since : of->oldest_at;
    }
    if (out->len != 0)
        qsort(out->at, out->len, sizeof *out->at, compare_counts);
    return OK;
}

const struct task_reader_ops memory_task_reader_ops = {.get = get,
                                                       .get_by_idempotency_key =
                                                           get_by_idempotency_key,
                                                       .find = find,
                                                       .is_due = is_due,
                                                       .count = count};

static err add(struct task_writer *w, struct task *task)
{
    return memory_insert(SESSION_OF(w, task_writer), MEMORY_TASKS, task);
}

static err save(struct task_writer *w, struct task *task)
{
    return memory_update(SESSION_OF(w, task_writer), MEMORY_TASKS, task);
}

static err locate(struct task_writer *w, struct arena *a, int64_t key, struct task *out)
{
    const struct task *found =
        memory_row_find(&memory_write(SESSION_OF(w, task_writer))->tables[MEMORY_TASKS], key);
    if (found == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_TASKS, found, out);
    return OK;
}

static bool may_begin(const struct memory_rows *rows, const struct task_claim *claim, str kind)
{
    int64_t running = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct task *task = rows->at[i];
        running += task->state == TASK_RUNNING && task->next_attempt_at.us > claim->now.us &&
                   str_eq(task->kind, kind);
    }
    for (size_t i = 0; i < claim->limit_count; i++)
        if (str_eq(claim->limits[i].kind, kind))
            return running < claim->limits[i].count_max;
    return false;
}

static bool comes_before(const struct task *a, const struct task *b)
{
    return a->priority != b->priority ? a->priority > b->priority
                                      : a->next_attempt_at.us < b->next_attempt_at.us;
}

static err claim(struct task_writer *w, struct arena *a, const struct task_claim *claim,
                 struct task *out)
{
    struct memory_session *s = SESSION_OF(w, task_writer);
    const struct memory_rows *rows = &memory_write(s)->tables[MEMORY_TASKS];
    const struct task *found = NULL;
    for (size_t i = 0; i < rows->len; i++) {
        const struct task *task = rows->at[i];
        if (is_due_at(task, claim->now) && (found == NULL || comes_before(task, found)) &&
            may_begin(rows, claim, task->kind))
            found = task;
    }
    if (found == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_TASKS, found, out);
    task_begin_attempt(out, claim->worker, claim->now, claim->lease_seconds);
    return memory_update(s, MEMORY_TASKS, out);
}

static err find_waiting(struct task_writer *w, struct arena *a, int64_t depends_on_key,
                        struct task_slice *out)
{
    const struct memory_rows *rows =
        &memory_write(SESSION_OF(w, task_writer))->tables[MEMORY_TASKS];
    *out = (struct task_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct task *task = rows->at[i];
        if (task->state == TASK_WAITING && task->depends_on_key == depends_on_key)
            memory_row_read(a, MEMORY_TASKS, task, SLICE_PUSH(a, out));
    }
    return OK;
}

struct purging {
    instant ended_before;
    uint32_t *left;
};

static bool goes(const void *row, const void *argument)
{
    const struct task *task = row;
    const struct purging *p = argument;
    if (!task_has_ended(task) || task->finished_at.us >= p->ended_before.us || *p->left == 0)
        return false;
    --*p->left;
    return true;
}

static bool is_left_over(const void *row, const void *argument)
{
    return memory_row_find(argument, ((const struct task_report *)row)->task_key) == NULL;
}

static err purge(struct task_writer *w, instant ended_before, uint32_t limit, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, task_writer);
    *count = memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_TASKS], goes,
                                &(struct purging){ended_before, &limit});
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_TASK_REPORTS], is_left_over,
                       &memory_write(s)->tables[MEMORY_TASKS]);
    return OK;
}

static err purge_outputs(struct task_writer *w, instant ended_before, uint32_t limit,
                         int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, task_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_TASKS];
    *count = 0;
    for (size_t i = 0; i < rows->len && *count < limit; i++) {
        const struct task *task = rows->at[i];
        if (!task_has_ended(task) || task->finished_at.us >= ended_before.us ||
            task->output_object.ptr == NULL)
            continue;
        struct task changed = *task;
        changed.output_object = STR_NONE;
        TRY(save(w, &changed));
        ++*count;
    }
    return OK;
}

const struct task_writer_ops memory_task_writer_ops = {.add = add,
                                                       .save = save,
                                                       .locate = locate,
                                                       .claim = claim,
                                                       .find_waiting = find_waiting,
                                                       .purge = purge,
                                                       .purge_outputs = purge_outputs};
