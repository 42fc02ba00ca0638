/* In the order of tags. */
#include "dicom/write/element_filler.h"

static struct element_filler *self(struct part10_consumer *c)
{
    return container_of(c, struct element_filler, base);
}

static err give(struct element_filler *f)
{
    const struct filled_element *ours = &f->elements[f->next++];
    if (ours->is_dropped)
        return OK;
    const struct part10_element e = {
        .tag = ours->tag, .vr = ours->vr, .length = (uint32_t)ours->value.len};
    if (ours->vr == VR_SQ) {
        TRY(f->to->ops->sequence_begin(f->to, &e));
        return f->to->ops->sequence_end(f->to);
    }
    return f->to->ops->element(f->to, &e, ours->value);
}

static err give_before(struct element_filler *f, uint32_t tag)
{
    while (f->next < f->count && f->elements[f->next].tag < tag)
        TRY(give(f));
    return OK;
}

static size_t filler_wants(struct part10_consumer *c, const struct part10_element *e)
{
    return self(c)->to->ops->wants(self(c)->to, e);
}

static err filler_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct element_filler *f = self(c);
    if (e->depth == 0) {
        TRY(give_before(f, e->tag));
        bool is_ours = f->next < f->count && f->elements[f->next].tag == e->tag;
        if (is_ours && (e->length == 0 || f->elements[f->next].is_dropped))
            return give(f);
        f->next += is_ours;
    }
    return f->to->ops->element(f->to, e, value);
}

static err filler_sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    struct element_filler *f = self(c);
    if (e->depth == 0) {
        TRY(give_before(f, e->tag));
        f->next += f->next < f->count && f->elements[f->next].tag == e->tag;
    }
    return f->to->ops->sequence_begin(f->to, e);
}

static err filler_item_begin(struct part10_consumer *c, uint32_t index)
{
    return self(c)->to->ops->item_begin(self(c)->to, index);
}

static err filler_item_end(struct part10_consumer *c)
{
    return self(c)->to->ops->item_end(self(c)->to);
}

static err filler_sequence_end(struct part10_consumer *c)
{
    return self(c)->to->ops->sequence_end(self(c)->to);
}

static err filler_fragment(struct part10_consumer *c, const struct part10_element *e,
                           const struct part10_fragment *fragment)
{
    return self(c)->to->ops->fragment(self(c)->to, e, fragment);
}

static err filler_fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    return self(c)->to->ops->fragments_end(self(c)->to, e);
}

static err filler_piece(struct part10_consumer *c, const struct part10_element *e, str bytes)
{
    return self(c)->to->ops->piece(self(c)->to, e, bytes);
}

static const struct part10_consumer_ops filler_ops = {.wants = filler_wants,
                                                      .element = filler_element,
                                                      .sequence_begin = filler_sequence_begin,
                                                      .item_begin = filler_item_begin,
                                                      .item_end = filler_item_end,
                                                      .sequence_end = filler_sequence_end,
                                                      .fragment = filler_fragment,
                                                      .fragments_end = filler_fragments_end,
                                                      .piece = filler_piece};

void element_filler_init(struct element_filler *f, struct part10_consumer *to,
                         const struct filled_element *elements, size_t count)
{
    *f = (struct element_filler){{.ops = &filler_ops}, to, elements, count, 0};
}

err element_filler_finish(struct element_filler *f)
{
    while (f->next < f->count)
        TRY(give(f));
    return OK;
}
