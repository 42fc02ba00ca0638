/* Events that fail. */
#include "tests/support/faulty_parts.h"

static err faulty_outbox_add(struct outbox *o, const struct event_type *type,
                             int64_t organization_key, uuid aggregate, str payload)
{
    PASS(outbox, o, "outbox_add");
    return s->inner->uow.outbox->ops->add(s->inner->uow.outbox, type, organization_key, aggregate,
                                          payload);
}
const struct outbox_ops faulty_outbox_ops = {.add = faulty_outbox_add};

static err faulty_event_reader_find(struct event_reader *r, struct arena *a, int64_t after_key,
                                    uint32_t limit, struct outbox_event_slice *out)
{
    PASS(event_reader, r, "event_reader_find");
    return event_reader_find(s->inner->readers.events, a, after_key, limit, out);
}

static err faulty_event_reader_last_key(struct event_reader *r, int64_t *out)
{
    PASS(event_reader, r, "event_reader_last_key");
    return event_reader_last_key(s->inner->readers.events, out);
}

static err faulty_event_reader_get_position(struct event_reader *r, str name, int64_t *out)
{
    PASS(event_reader, r, "event_reader_get_position");
    return event_reader_get_position(s->inner->readers.events, name, out);
}

const struct event_reader_ops faulty_event_reader_ops = {
    .find = faulty_event_reader_find,
    .last_key = faulty_event_reader_last_key,
    .get_position = faulty_event_reader_get_position,
};

static err faulty_event_writer_begin_position(struct event_writer *w, str name, int64_t position)
{
    PASS(event_writer, w, "event_writer_begin_position");
    return event_writer_begin_position(s->inner->uow.events, name, position);
}

static err faulty_event_writer_move_position(struct event_writer *w, str name, int64_t from,
                                             int64_t to)
{
    PASS(event_writer, w, "event_writer_move_position");
    return event_writer_move_position(s->inner->uow.events, name, from, to);
}

static err faulty_event_writer_purge(struct event_writer *w, const struct event_purge *purge,
                                     int64_t *count)
{
    PASS(event_writer, w, "event_writer_purge");
    return event_writer_purge(s->inner->uow.events, purge, count);
}

static err faulty_event_writer_note_arrival(struct event_writer *w,
                                            const struct study_arrival *arrival)
{
    PASS(event_writer, w, "event_writer_note_arrival");
    return event_writer_note_arrival(s->inner->uow.events, arrival);
}

static err faulty_event_writer_take_arrivals(struct event_writer *w, struct arena *a,
                                             instant quiet_since, uint32_t limit,
                                             struct study_arrival_slice *out)
{
    PASS(event_writer, w, "event_writer_take_arrivals");
    return event_writer_take_arrivals(s->inner->uow.events, a, quiet_since, limit, out);
}

const struct event_writer_ops faulty_event_writer_ops = {
    .begin_position = faulty_event_writer_begin_position,
    .move_position = faulty_event_writer_move_position,
    .purge = faulty_event_writer_purge,
    .note_arrival = faulty_event_writer_note_arrival,
    .take_arrivals = faulty_event_writer_take_arrivals,
};
