/* A consumer of the data set's events that knows where it is. */
#include "application/models/non_patient_index.h"

#include "base/arena.h"
#include "dicom/matching.h"
#include "dicom/model/json_reader.h"
#include "dicom/person_name.h"

struct indexer {
    struct part10_consumer base;
    struct arena *arena;
    struct non_patient_object *object;
    uint32_t path[NON_PATIENT_PATH_DEPTH_MAX]; /* the sequences around, and the element */
};

static struct indexer *self(struct part10_consumer *c)
{
    return container_of(c, struct indexer, base);
}

static void set_text(struct indexer *x, const struct image_attribute *key, str value, str *member)
{
    value = str_trim(value);
    if (value.len == 0 || value.len > NON_PATIENT_TEXT_SIZE_MAX)
        return;
    if (key->match == MATCH_DATE)
        *member = date_normalized(x->arena, value);
    else if (key->match == MATCH_TIME)
        *member = time_normalized(x->arena, value);
    else if (key->match != MATCH_SET)
        *member = str_copy(x->arena, value);
    else if (member->len + 1 + value.len <= NON_PATIENT_SET_SIZE_MAX)
        *member = value_set_add(x->arena, member->ptr != NULL ? *member : STR(""),
                                str_copy(x->arena, value));
    if (key->match == MATCH_NAME)
        x->object->content_creator_name_key = person_name_fold(x->arena, value);
}

/* A number is US: two bytes, little endian. */
static void set_member(struct indexer *x, const struct image_attribute *key, str value)
{
    const struct field *field = image_attribute_field(key);
    void *member = (char *)x->object + field->offset;
    const unsigned char *bytes = (const unsigned char *)value.ptr;
    if (field->kind == FIELD_STR)
        set_text(x, key, value, member);
    else if (value.len >= 2)
        *(opt_i64 *)member = (opt_i64){true, bytes[0] | bytes[1] << 8};
}

static size_t wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return NON_PATIENT_TEXT_SIZE_MAX;
}

static void enter(struct indexer *x, const struct part10_element *e)
{
    if (e->depth < NON_PATIENT_PATH_DEPTH_MAX)
        x->path[e->depth] = e->tag;
}

static err element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct indexer *x = self(c);
    if (value.ptr == NULL || e->depth >= NON_PATIENT_PATH_DEPTH_MAX)
        return OK;
    enter(x, e);
    const struct non_patient_attribute *a = non_patient_attribute_at(
        (enum non_patient_category)x->object->category, x->path, e->depth + 1);
    if (a != NULL)
        set_member(x, &a->key, value);
    return OK;
}

static err sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    enter(self(c), e);
    return OK;
}

static err item_begin(struct part10_consumer *c, uint32_t index)
{
    (void)c, (void)index;
    return OK;
}

static err end(struct part10_consumer *c)
{
    (void)c;
    return OK;
}

static const struct part10_consumer_ops ops = {.wants = wants,
                                               .element = element,
                                               .sequence_begin = sequence_begin,
                                               .item_begin = item_begin,
                                               .item_end = end,
                                               .sequence_end = end};

err non_patient_index_read(struct arena *a, str metadata, struct non_patient_object *object)
{
    struct indexer x = {.base = {.ops = &ops}, .arena = a, .object = object};
    return json_model_read(a, metadata, &x.base);
}
