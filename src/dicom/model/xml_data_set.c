/* Values, items and attributes in order, then events over a stack. */
#include "dicom/model/xml_data_set.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/dictionary.h"
#include "dicom/model/number_text.h"
#include "dicom/model/xml_writer.h"
#include "dicom/part10/values.h"

#include <stdlib.h>

enum { TAG_CHARSET = 0x00080005, FIRST_BLOCK = 0x10, BLOCK_COUNT = 0x100 };

err xml_attribute_bad(struct arena *a, uint32_t tag, const char *what)
{
    return ERRF(a, MALFORMED, "(%04X,%04X) %s", tag >> 16, tag & 0xFFFF, what);
}

/* The numbers of values and items come first in their structs, so that one order serves both. */
static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}
_Static_assert(offsetof(struct xml_value, number) == 0 && offsetof(struct xml_item, number) == 0,
               "by_number");

static bool count_missing(struct xml_scope s, uint32_t from, uint32_t to)
{
    if (to - from > PART10_ELEMENT_COUNT_MAX - *s.count)
        return false;
    *s.count += to - from;
    return true;
}

static bool is_one_text(enum dicom_vr vr, str text)
{
    return !vr_is_multi_valued(vr) || str_find_char(text, '\\') == SIZE_MAX;
}

static err join_texts(struct xml_scope s, const struct xml_attribute *attribute,
                      const struct xml_value_slice *values, str *out)
{
    struct buf bytes = BUF_IN(s.tree);
    if (!vr_is_multi_valued(attribute->vr) && values->at[values->len - 1].number > 1)
        return xml_attribute_bad(s.a, attribute->tag, "has several values, its VR allows one");
    for (size_t i = 0; i < values->len; i++) {
        const struct xml_value *value = &values->at[i];
        uint32_t before = i == 0 ? 0 : value[-1].number;
        if (!is_one_text(attribute->vr, value->text))
            return xml_attribute_bad(s.a, attribute->tag, "has a value that holds a backslash");
        if (!count_missing(s, before + 1, value->number))
            return xml_attribute_bad(s.a, attribute->tag, "has too many empty values");
        for (uint32_t number = before == 0 ? 1 : before; number < value->number; number++)
            buf_add_char(&bytes, '\\');
        buf_add(&bytes, value->text);
        if (bytes.len > PART10_VALUE_SIZE_MAX)
            return ERR(TOO_LARGE, "a value is too long");
    }
    *out = buf_str(&bytes);
    return OK;
}

static err join_numbers(struct xml_scope s, const struct xml_attribute *attribute,
                        const struct xml_value_slice *values, str *out)
{
    size_t size = number_size(attribute->vr);
    if (values->len > PART10_VALUE_SIZE_MAX / size)
        return ERR(TOO_LARGE, "a value is too long");
    unsigned char *bytes = arena_alloc_raw(s.tree, values->len * size, 1);
    for (size_t i = 0; i < values->len; i++) {
        if (values->at[i].number != i + 1)
            return xml_attribute_bad(s.a, attribute->tag, "lacks a number among its numbers");
        if (!number_text_read(attribute->vr, str_trim(values->at[i].text), bytes + i * size))
            return xml_attribute_bad(s.a, attribute->tag, "has a value that its VR cannot have");
    }
    *out = (str){(const char *)bytes, values->len * size};
    return OK;
}

err xml_value_join(struct xml_scope s, const struct xml_attribute *attribute,
                   struct xml_value_slice *values, str *out)
{
    bool in_order = true;
    *out = STR("");
    if (values->len == 0)
        return OK;
    for (size_t i = 1; i < values->len; i++)
        in_order = in_order && values->at[i - 1].number < values->at[i].number;
    if (!in_order)
        qsort(values->at, values->len, sizeof *values->at, by_number);
    for (size_t i = 1; i < values->len; i++)
        if (values->at[i - 1].number == values->at[i].number)
            return xml_attribute_bad(s.a, attribute->tag, "has two values of one number");
    if (vr_kind(attribute->vr) == VR_KIND_BINARY)
        return join_numbers(s, attribute, values, out);
    return join_texts(s, attribute, values, out);
}

err xml_items_close(struct xml_scope s, struct xml_attribute *sequence)
{
    struct xml_item_slice given = sequence->items, all = {0};
    bool in_order = true, complete = true;
    for (size_t i = 0; i < given.len; i++) {
        in_order = in_order && (i == 0 || given.at[i - 1].number < given.at[i].number);
        complete = complete && given.at[i].number == i + 1;
    }
    if (complete)
        return OK;
    if (!in_order)
        qsort(given.at, given.len, sizeof *given.at, by_number);
    for (size_t i = 0; i < given.len; i++) {
        uint32_t before = i == 0 ? 0 : given.at[i - 1].number;
        if (before == given.at[i].number)
            return xml_attribute_bad(s.a, sequence->tag, "has two items of one number");
        if (!count_missing(s, before + 1, given.at[i].number))
            return xml_attribute_bad(s.a, sequence->tag, "has too many items");
        for (uint32_t number = before + 1; number < given.at[i].number; number++)
            SLICE_PUSH(s.tree, &all)->number = number;
        *SLICE_PUSH(s.tree, &all) = given.at[i];
    }
    sequence->items = all;
    return OK;
}

static int by_group(const void *a, const void *b)
{
    const struct xml_attribute *x = a, *y = b;
    uint32_t x_group = x->tag >> 16, y_group = y->tag >> 16;
    if (x_group != y_group)
        return x_group < y_group ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static int by_tag(const void *a, const void *b)
{
    uint32_t x = ((const struct xml_attribute *)a)->tag, y = ((const struct xml_attribute *)b)->tag;
    return (x > y) - (x < y);
}

/* The blocks of one private group. */
struct blocks {
    uint32_t group;
    str creators[BLOCK_COUNT]; /* absent: not reserved */
    bool is_used[BLOCK_COUNT];
    uint32_t last; /* tag that was given last */
};

static void note_used(struct blocks *b, const struct xml_attribute *m)
{
    unsigned element = m->tag & 0xFFFF;
    if (!tag_is_private(m->tag))
        return;
    if (element > 0xFF) {
        b->is_used[element >> 8] = true;
        return;
    }
    if (m->creator.ptr != NULL || element < FIRST_BLOCK)
        return;
    b->is_used[element] = true;
    b->creators[element] = xml_model_creator_name(m->tag, m->vr, m->value);
}

/* A block of that creator in which the tag stands behind the one before, since a creator may have
 * several blocks and the document then has their elements in order; else its first; else 0. */
static unsigned block_of(const struct blocks *b, const struct xml_attribute *m)
{
    unsigned first = 0, own = m->tag >> 8 & 0xFF;
    if (own >= FIRST_BLOCK && str_eq(b->creators[own], m->creator))
        return own;
    for (unsigned block = FIRST_BLOCK; block < BLOCK_COUNT; block++) {
        if (b->creators[block].ptr == NULL || !str_eq(b->creators[block], m->creator))
            continue;
        if ((b->group << 16 | block << 8 | (m->tag & 0xFF)) > b->last)
            return block;
        if (first == 0)
            first = block;
    }
    return first;
}

/* The block the tag names when nobody has reserved it, else the first that nothing uses; 0 when
 * there is none. */
static unsigned new_block(const struct blocks *b, const struct xml_attribute *m)
{
    unsigned own = m->tag >> 8 & 0xFF;
    if (own >= FIRST_BLOCK && b->creators[own].ptr == NULL)
        return own;
    for (unsigned block = FIRST_BLOCK; block < BLOCK_COUNT; block++)
        if (!b->is_used[block])
            return block;
    return 0;
}

static err place_in_block(struct xml_scope s, struct blocks *b, struct xml_attribute *m,
                          struct xml_attribute_slice *reserved)
{
    unsigned block = block_of(b, m);
    if (block == 0) {
        block = new_block(b, m);
        if (block == 0)
            return xml_attribute_bad(s.a, m->tag, "finds no private block left");
        b->creators[block] = m->creator;
        b->is_used[block] = true;
        *SLICE_PUSH(s.tree, reserved) =
            (struct xml_attribute){.tag = b->group << 16 | block, .vr = VR_LO, .value = m->creator};
    }
    m->tag = b->group << 16 | block << 8 | (m->tag & 0xFF);
    b->last = m->tag;
    return OK;
}

static err place_in_blocks(struct xml_scope s, struct xml_attribute_slice *set)
{
    struct xml_attribute_slice reserved = {0};
    qsort(set->at, set->len, sizeof *set->at, by_group);
    for (size_t at = 0, end; at < set->len; at = end) {
        struct blocks b = {.group = set->at[at].tag >> 16};
        for (end = at; end < set->len && set->at[end].tag >> 16 == b.group; end++)
            note_used(&b, &set->at[end]);
        for (size_t i = at; i < end; i++)
            if (set->at[i].creator.ptr != NULL)
                TRY(place_in_block(s, &b, &set->at[i], &reserved));
    }
    for (size_t i = 0; i < reserved.len; i++)
        *SLICE_PUSH(s.tree, set) = reserved.at[i];
    return OK;
}

err xml_data_set_close(struct xml_scope s, struct xml_attribute_slice *set)
{
    bool in_order = true, has_creator = false;
    for (size_t i = 0; i < set->len; i++)
        has_creator = has_creator || set->at[i].creator.ptr != NULL;
    if (has_creator)
        TRY(place_in_blocks(s, set));
    for (size_t i = 1; i < set->len; i++)
        in_order = in_order && set->at[i - 1].tag < set->at[i].tag;
    if (!in_order)
        qsort(set->at, set->len, sizeof *set->at, by_tag);
    for (size_t i = 1; i < set->len; i++)
        if (set->at[i - 1].tag == set->at[i].tag)
            return xml_attribute_bad(s.a, set->at[i].tag, "is there twice");
    return OK;
}

struct frame {
    const struct xml_attribute_slice *set;
    size_t at, item; /* of the sequence at at, when it is open */
    bool is_open;
};

struct pusher {
    struct part10_consumer *consumer;
    bool is_wide;
    struct frame frames[PART10_NESTING_MAX + 1];
    unsigned depth;
};

static err push_item(struct pusher *p)
{
    struct part10_consumer *c = p->consumer;
    struct frame *f = &p->frames[p->depth];
    const struct xml_item_slice *items = &f->set->at[f->at].items;
    if (f->item == items->len) {
        f->is_open = false;
        f->at++;
        return c->ops->sequence_end(c);
    }
    p->frames[++p->depth] = (struct frame){.set = &items->at[f->item].attributes};
    return c->ops->item_begin(c, (uint32_t)f->item++);
}

static err push_value(struct pusher *p, const struct xml_attribute *m, struct part10_element *e)
{
    struct part10_consumer *c = p->consumer;
    str value = m->value;
    if (m->tag == TAG_CHARSET && (p->is_wide || value.ptr == NULL || value.len != 0)) {
        value = STR("ISO_IR 192");
        e->vr = VR_CS;
        e->uri = STR_NONE;
    }
    if (value.ptr != NULL)
        e->length = (uint32_t)value.len;
    return c->ops->element(c, e, value);
}

static err push_attribute(struct pusher *p)
{
    struct part10_consumer *c = p->consumer;
    struct frame *f = &p->frames[p->depth];
    const struct xml_attribute *m = &f->set->at[f->at];
    struct part10_element e = {.tag = m->tag,
                               .vr = m->vr,
                               .depth = p->depth,
                               .uri = m->uri,
                               .length = PART10_UNDEFINED_LENGTH};
    if (m->vr == VR_SQ) {
        f->is_open = true;
        f->item = 0;
        return c->ops->sequence_begin(c, &e);
    }
    f->at++;
    return push_value(p, m, &e);
}

err xml_data_set_push(const struct xml_attribute_slice *set, bool is_wide,
                      struct part10_consumer *consumer)
{
    struct pusher p = {.consumer = consumer, .is_wide = is_wide, .frames = {{.set = set}}};
    for (;;) {
        struct frame *f = &p.frames[p.depth];
        if (f->is_open) {
            TRY(push_item(&p));
        } else if (f->at < f->set->len) {
            if (p.depth == 0 && consumer->last_tag != 0 &&
                f->set->at[f->at].tag > consumer->last_tag)
                return OK;
            TRY(push_attribute(&p));
        } else if (p.depth == 0) {
            return OK;
        } else {
            p.depth--;
            TRY(consumer->ops->item_end(consumer));
        }
    }
}
