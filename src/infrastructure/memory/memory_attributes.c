/* Indexed attributes and kept values in memory. */
#include "infrastructure/memory/memory_session.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool is_of(const struct indexed_attribute *attribute, int64_t organization_key)
{
    return attribute->organization_key == organization_key && attribute->state != INDEX_REMOVED;
}

static err list(struct attribute_reader *r, struct arena *a, int64_t organization_key,
                struct indexed_attribute_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, attribute_reader), MEMORY_INDEXED_ATTRIBUTES);
    *out = (struct indexed_attribute_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (is_of(rows->at[i], organization_key))
            memory_row_read(a, MEMORY_INDEXED_ATTRIBUTES, rows->at[i], SLICE_PUSH(a, out));
    return OK;
}

static err get(struct attribute_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct indexed_attribute *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, attribute_reader), MEMORY_INDEXED_ATTRIBUTES);
    for (size_t i = 0; i < rows->len; i++) {
        const struct indexed_attribute *attribute = rows->at[i];
        if (is_of(attribute, organization_key) && uuid_eq(attribute->id, id)) {
            memory_row_read(a, MEMORY_INDEXED_ATTRIBUTES, attribute, out);
            return OK;
        }
    }
    return ERR(NOT_FOUND, "not found");
}

static err unfinished(struct attribute_reader *r, struct arena *a,
                      struct indexed_attribute_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, attribute_reader), MEMORY_INDEXED_ATTRIBUTES);
    *out = (struct indexed_attribute_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct indexed_attribute *)rows->at[i])->state != INDEX_READY)
            memory_row_read(a, MEMORY_INDEXED_ATTRIBUTES, rows->at[i], SLICE_PUSH(a, out));
    return OK;
}

const struct attribute_reader_ops memory_attribute_reader_ops = {
    .list = list, .get = get, .unfinished = unfinished};

static err add(struct attribute_writer *w, struct indexed_attribute *attribute)
{
    struct memory_session *s = SESSION_OF(w, attribute_writer);
    return memory_insert(s, MEMORY_INDEXED_ATTRIBUTES, attribute);
}

static err save(struct attribute_writer *w, struct indexed_attribute *attribute)
{
    struct memory_session *s = SESSION_OF(w, attribute_writer);
    return memory_update(s, MEMORY_INDEXED_ATTRIBUTES, attribute);
}

/* The row stays, of no organization, so that its key is not given again. */
static err remove_attribute(struct attribute_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, attribute_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_INDEXED_ATTRIBUTES];
    const struct indexed_attribute *before = memory_row_find(rows, key);
    if (before == NULL)
        return OK;
    struct indexed_attribute *after =
        memory_row_make(&s->db->arena, MEMORY_INDEXED_ATTRIBUTES, before);
    after->organization_key = 0;
    after->path = uuid_text(&s->db->arena, before->id);
    after->state = INDEX_READY;
    memory_row_replace(&s->db->arena, rows, after);
    return OK;
}

static err mark_incomplete(struct attribute_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, attribute_writer);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_INDEXED_ATTRIBUTES];
    const struct indexed_attribute *before = memory_row_find(rows, key);
    if (before == NULL || before->is_incomplete)
        return OK;
    struct indexed_attribute *after =
        memory_row_make(&s->db->arena, MEMORY_INDEXED_ATTRIBUTES, before);
    after->is_incomplete = true;
    after->version++;
    memory_row_replace(&s->db->arena, rows, after);
    return OK;
}

static bool is_kept(const struct memory_rows *rows, int64_t attribute_key, int64_t instance_key)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct memory_value *row = rows->at[i];
        if (row->attribute_key == attribute_key && row->instance_key == instance_key)
            return true;
    }
    return false;
}

/* All values of an instance come at once. */
static err put(struct attribute_writer *w, const struct instance *instance,
               const struct kept_values *kept)
{
    struct memory_session *s = SESSION_OF(w, attribute_writer);
    struct arena *a = &s->db->arena;
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_VALUES];
    if (is_kept(rows, kept->attribute_key, instance->key))
        return OK;
    for (size_t i = 0; i < kept->values.len; i++) {
        struct memory_value *row = NEW(a, struct memory_value);
        *row = (struct memory_value){.key = memory_row_next_key(rows),
                                     .attribute_key = kept->attribute_key,
                                     .instance_key = instance->key,
                                     .value = {str_copy(a, kept->values.at[i].folded),
                                               str_copy(a, kept->values.at[i].value)}};
        memory_row_add(a, rows, row);
    }
    return OK;
}

static bool is_of_instance(const void *row, const void *argument)
{
    return ((const struct memory_value *)row)->instance_key == *(const int64_t *)argument;
}

static err forget(struct attribute_writer *w, const struct instance *instance)
{
    struct memory_session *s = SESSION_OF(w, attribute_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_VALUES], is_of_instance,
                       &instance->key);
    return OK;
}

struct discarding {
    int64_t attribute_key;
    uint32_t *left;
};

static bool goes(const void *row, const void *argument)
{
    const struct discarding *d = argument;
    if (((const struct memory_value *)row)->attribute_key != d->attribute_key || *d->left == 0)
        return false;
    --*d->left;
    return true;
}

static err discard(struct attribute_writer *w, int64_t key, uint32_t limit, int64_t *count)
{
    struct memory_session *s = SESSION_OF(w, attribute_writer);
    *count = memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_VALUES], goes,
                                &(struct discarding){key, &limit});
    return OK;
}

const struct attribute_writer_ops memory_attribute_writer_ops = {.add = add,
                                                                 .save = save,
                                                                 .remove = remove_attribute,
                                                                 .mark_incomplete = mark_incomplete,
                                                                 .put = put,
                                                                 .forget = forget,
                                                                 .discard = discard};
