/* A commit that fails ends its stage, as every commit does. */
#include "tests/support/faulty_storage.h"

static struct faulty_storage *self(struct storage *s)
{
    return container_of(s, struct faulty_storage, base);
}

static err faulty_stage_begin(struct storage *s, struct stage **out)
{
    TRY(fault_pass(self(s)->fault, "stage_begin"));
    return storage_stage_begin(self(s)->inner, out);
}

static err faulty_stage_write(struct storage *s, struct stage *stage, const void *bytes,
                              size_t size)
{
    TRY(fault_pass(self(s)->fault, "stage_write"));
    return storage_stage_write(self(s)->inner, stage, bytes, size);
}

static err faulty_stage_commit(struct storage *s, struct stage *stage, struct stored_object *out)
{
    err e = fault_pass(self(s)->fault, "stage_commit");
    if (!failed(e))
        return storage_stage_commit(self(s)->inner, stage, out);
    storage_stage_abort(self(s)->inner, stage);
    return e;
}

static void faulty_stage_abort(struct storage *s, struct stage *stage)
{
    storage_stage_abort(self(s)->inner, stage);
}

static err faulty_open(struct storage *s, str name, struct object_range range,
                       struct object_file *out)
{
    TRY(fault_pass(self(s)->fault, "open"));
    return storage_open(self(s)->inner, name, range, out);
}

static err faulty_remove(struct storage *s, str name, int64_t older_than_seconds)
{
    TRY(fault_pass(self(s)->fault, "remove"));
    return storage_remove(self(s)->inner, name, older_than_seconds);
}

static err faulty_list(struct storage *s, struct object_sink *sink)
{
    TRY(fault_pass(self(s)->fault, "list"));
    return storage_list(self(s)->inner, sink);
}

static err faulty_sweep(struct storage *s, int64_t older_than_seconds, int64_t *count)
{
    TRY(fault_pass(self(s)->fault, "sweep"));
    return storage_sweep(self(s)->inner, older_than_seconds, count);
}

static err faulty_health(struct storage *s)
{
    TRY(fault_pass(self(s)->fault, "health"));
    return storage_health(self(s)->inner);
}

static err faulty_space(struct storage *s, struct storage_space *out)
{
    TRY(fault_pass(self(s)->fault, "space"));
    return storage_space(self(s)->inner, out);
}

static err faulty_scratch(struct storage *s, int *fd)
{
    TRY(fault_pass(self(s)->fault, "scratch"));
    return storage_scratch(self(s)->inner, fd);
}

static const struct storage_ops faulty_ops = {
    .stage_begin = faulty_stage_begin,
    .stage_write = faulty_stage_write,
    .stage_commit = faulty_stage_commit,
    .stage_abort = faulty_stage_abort,
    .open = faulty_open,
    .remove = faulty_remove,
    .list = faulty_list,
    .sweep = faulty_sweep,
    .health = faulty_health,
    .space = faulty_space,
    .scratch = faulty_scratch,
};

void faulty_storage_init(struct faulty_storage *s, struct storage *inner, struct fault *fault)
{
    *s = (struct faulty_storage){{.ops = &faulty_ops}, inner, fault};
}
