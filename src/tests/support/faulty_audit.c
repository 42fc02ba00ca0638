/* The part of the faulty context that is the audit trail. */
#include "tests/support/faulty_parts.h"

static err faulty_audit_reader_find(struct audit_reader *r, struct arena *a,
                                    const struct audit_filter *filter,
                                    struct audit_event_slice *out)
{
    PASS(audit_reader, r, "audit_reader_find");
    return audit_reader_find(s->inner->readers.audit, a, filter, out);
}

static err faulty_audit_reader_describe(struct audit_reader *r, struct arena *a,
                                        int64_t organization_key, str kind, uuid id,
                                        struct audit_subject *out)
{
    PASS(audit_reader, r, "audit_reader_describe");
    return audit_reader_describe(s->inner->readers.audit, a, organization_key, kind, id, out);
}

static err faulty_audit_reader_get_cut(struct audit_reader *r, struct arena *a,
                                       int64_t organization_key, struct audit_cut *out)
{
    PASS(audit_reader, r, "audit_reader_get_cut");
    return audit_reader_get_cut(s->inner->readers.audit, a, organization_key, out);
}

static err faulty_audit_reader_get_position(struct audit_reader *r, str name, int64_t *key)
{
    PASS(audit_reader, r, "audit_reader_get_position");
    return audit_reader_get_position(s->inner->readers.audit, name, key);
}

const struct audit_reader_ops faulty_audit_reader_ops = {
    .find = faulty_audit_reader_find,
    .describe = faulty_audit_reader_describe,
    .get_cut = faulty_audit_reader_get_cut,
    .get_position = faulty_audit_reader_get_position,
};

static err faulty_audit_writer_add(struct audit_writer *w, struct arena *a,
                                   struct audit_event *event)
{
    PASS(audit_writer, w, "audit_writer_add");
    return audit_writer_add(s->inner->uow.audit, a, event);
}

static err faulty_audit_writer_cut(struct audit_writer *w, struct arena *a, struct audit_cut *cut,
                                   int64_t *count)
{
    PASS(audit_writer, w, "audit_writer_cut");
    return audit_writer_cut(s->inner->uow.audit, a, cut, count);
}

static err faulty_audit_writer_save_position(struct audit_writer *w, str name, int64_t key)
{
    PASS(audit_writer, w, "audit_writer_save_position");
    return audit_writer_save_position(s->inner->uow.audit, name, key);
}

const struct audit_writer_ops faulty_audit_writer_ops = {
    .add = faulty_audit_writer_add,
    .cut = faulty_audit_writer_cut,
    .save_position = faulty_audit_writer_save_position,
};
