/* Outbox, positions and arrivals in memory. */
#include "infrastructure/memory/memory_session.h"

#include "domain/entities/outbox_event.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

/* No key comes twice, though all rows may have gone. */
static int64_t next_key(const struct memory_state *state)
{
    const struct memory_rows *positions = &state->tables[MEMORY_EVENT_POSITIONS];
    int64_t key = memory_row_next_key(&state->tables[MEMORY_OUTBOX]);
    for (size_t i = 0; i < positions->len; i++) {
        const struct event_position *row = positions->at[i];
        key = row->position >= key ? row->position + 1 : key;
    }
    return key;
}

static err add(struct outbox *o, const struct event_type *type, int64_t organization_key,
               uuid aggregate, str payload)
{
    struct memory_session *s = SESSION_OF(o, outbox);
    const struct outbox_event event = {.key = next_key(memory_write(s)),
                                       .type = str_of(type->name),
                                       .organization_key = organization_key,
                                       .aggregate = aggregate,
                                       .payload = payload,
                                       .created_at = clock_now(s->clock)};
    memory_row_add(&s->db->arena, &memory_write(s)->tables[MEMORY_OUTBOX],
                   memory_row_make(&s->db->arena, MEMORY_OUTBOX, &event));
    return OK;
}
const struct outbox_ops memory_outbox_ops = {.add = add};

static err find(struct event_reader *r, struct arena *a, int64_t after_key, uint32_t limit,
                struct outbox_event_slice *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, event_reader), MEMORY_OUTBOX);
    *out = (struct outbox_event_slice){0};
    for (size_t i = 0; i < rows->len && out->len < limit; i++)
        if (memory_row_key(rows->at[i]) > after_key)
            memory_row_read(a, MEMORY_OUTBOX, rows->at[i], SLICE_PUSH(a, out));
    return OK;
}

static err last_key(struct event_reader *r, int64_t *out)
{
    const struct memory_rows *rows = memory_rows(SESSION_OF(r, event_reader), MEMORY_OUTBOX);
    *out = rows->len != 0 ? memory_row_key(rows->at[rows->len - 1]) : 0;
    return OK;
}

static const struct event_position *find_position(const struct memory_rows *rows, str name)
{
    const struct event_position *found = NULL;
    for (size_t i = 0; i < rows->len; i++)
        if (str_eq(((const struct event_position *)rows->at[i])->name, name))
            found = rows->at[i];
    return found;
}

static err get_position(struct event_reader *r, str name, int64_t *out)
{
    const struct event_position *found =
        find_position(memory_rows(SESSION_OF(r, event_reader), MEMORY_EVENT_POSITIONS), name);
    if (found == NULL)
        return ERR(NOT_FOUND, "not found");
    *out = found->position;
    return OK;
}

const struct event_reader_ops memory_event_reader_ops = {
    .find = find, .last_key = last_key, .get_position = get_position};

static err begin_position(struct event_writer *w, str name, int64_t position)
{
    struct event_position row = {.name = name, .position = position};
    return memory_insert(SESSION_OF(w, event_writer), MEMORY_EVENT_POSITIONS, &row);
}

static err move_position(struct event_writer *w, str name, int64_t from, int64_t to)
{
    struct memory_session *s = SESSION_OF(w, event_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_EVENT_POSITIONS];
    const struct event_position *found = find_position(rows, name);
    if (found == NULL || found->position != from)
        return ERR(PRECONDITION_FAILED, "somebody else is at work on the events");
    struct event_position moved = *found;
    moved.position = to;
    memory_row_replace(&s->db->arena, rows,
                       memory_row_make(&s->db->arena, MEMORY_EVENT_POSITIONS, &moved));
    return OK;
}

struct purging {
    const struct event_purge *purge;
    uint32_t *left;
};

static bool goes(const void *row, const void *argument)
{
    const struct outbox_event *event = row;
    const struct purging *p = argument;
    bool is_over = event->created_at.us < p->purge->made_before.us;
    for (size_t i = 0; p->purge->brief_types[i] != NULL; i++)
        is_over |= str_eq(event->type, str_of(p->purge->brief_types[i]));
    if (event->key > p->purge->up_to_key || !is_over || *p->left == 0)
        return false;
    --*p->left;
    return true;
}

static err purge(struct event_writer *w, const struct event_purge *purge, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, event_writer);
    uint32_t left = purge->limit;
    *count = memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_OUTBOX], goes,
                                &(struct purging){purge, &left});
    return OK;
}

static err note_arrival(struct event_writer *w, const struct study_arrival *arrival)
{
    struct memory_session *s = SESSION_OF(w, event_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_STUDY_ARRIVALS];
    for (size_t i = 0; i < rows->len; i++) {
        struct study_arrival row = *(const struct study_arrival *)rows->at[i];
        if (!uuid_eq(row.study_id, arrival->study_id))
            continue;
        row.instance_count += arrival->instance_count;
        row.last_at = row.last_at.us < arrival->last_at.us ? arrival->last_at : row.last_at;
        memory_row_replace(&s->db->arena, rows,
                           memory_row_make(&s->db->arena, MEMORY_STUDY_ARRIVALS, &row));
        return OK;
    }
    struct study_arrival row = *arrival;
    return memory_insert(s, MEMORY_STUDY_ARRIVALS, &row);
}

static bool is_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static const struct study_arrival *first_quiet(const struct memory_rows *rows, instant quiet_since)
{
    const struct study_arrival *found = NULL;
    for (size_t i = 0; i < rows->len; i++) {
        const struct study_arrival *row = rows->at[i];
        if (row->last_at.us <= quiet_since.us &&
            (found == NULL || row->last_at.us < found->last_at.us))
            found = row;
    }
    return found;
}

static err take_arrivals(struct event_writer *w, struct arena *a, instant quiet_since,
                         uint32_t limit, struct study_arrival_slice *out)
{
    struct memory_session *s = SESSION_OF(w, event_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_STUDY_ARRIVALS];
    const struct study_arrival *row;
    *out = (struct study_arrival_slice){0};
    while (out->len < limit && (row = first_quiet(rows, quiet_since)) != NULL) {
        int64_t key = row->key;
        memory_row_read(a, MEMORY_STUDY_ARRIVALS, row, SLICE_PUSH(a, out));
        memory_rows_remove(&s->db->arena, rows, is_key, &key);
    }
    return OK;
}

const struct event_writer_ops memory_event_writer_ops = {.begin_position = begin_position,
                                                         .move_position = move_position,
                                                         .purge = purge,
                                                         .note_arrival = note_arrival,
                                                         .take_arrivals = take_arrivals};
