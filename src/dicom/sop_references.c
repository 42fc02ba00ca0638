/* A table of places: what stands where means what. */
#include "dicom/sop_references.h"

#include "base/arena.h"
#include "dicom/part10/values.h"
#include "dicom/uid.h"

enum {
    REFERENCED_STUDY = 0x00081110,
    INSTANCES_BY_CLASS = 0x00081112,
    REFERENCED_SERIES = 0x00081115,
    REFERENCED_INSTANCE = 0x0008114A,
    REFERENCED_SOP = 0x00081199
};

/* A UID by the sequences above it. An item with the UID of an instance is a reference; the others
 * say something of all references in their item. */
static const struct place {
    uint32_t path[SOP_REFERENCE_NESTING_MAX];
    uint32_t tag;
    size_t member; /* in sop_reference */
} places[] = {
#define OF(member_) offsetof(struct sop_reference, member_)
    {{REFERENCED_SOP}, 0x00081150, OF(sop_class_uid)},
    {{REFERENCED_SOP}, 0x00081155, OF(sop_instance_uid)},
    {{REFERENCED_STUDY}, 0x0020000D, OF(study_uid)},
    {{REFERENCED_STUDY, REFERENCED_SERIES}, 0x0020000E, OF(series_uid)},
    {{REFERENCED_STUDY, REFERENCED_SERIES, REFERENCED_SOP}, 0x00081150, OF(sop_class_uid)},
    {{REFERENCED_STUDY, REFERENCED_SERIES, REFERENCED_SOP}, 0x00081155, OF(sop_instance_uid)},
    {{REFERENCED_STUDY, REFERENCED_SERIES, INSTANCES_BY_CLASS}, 0x00081150, OF(sop_class_uid)},
    {{REFERENCED_STUDY, REFERENCED_SERIES, INSTANCES_BY_CLASS, REFERENCED_INSTANCE},
     0x00081155,
     OF(sop_instance_uid)}};
_Static_assert(COUNT_OF(places) == SOP_REFERENCE_PLACE_COUNT, "one mark a place");

static bool is_reference(const struct place *p)
{
    return p->member == OF(sop_instance_uid);
}
#undef OF

static struct sop_references *self(struct part10_consumer *c)
{
    return container_of(c, struct sop_references, base);
}

static bool is_here(const struct sop_references *r, const struct place *p)
{
    for (size_t i = 0; i < SOP_REFERENCE_NESTING_MAX; i++)
        if (p->path[i] != (i < r->depth ? r->path[i] : 0))
            return false;
    return r->depth <= SOP_REFERENCE_NESTING_MAX;
}

static str *member_of(struct sop_reference *of, const struct place *p)
{
    return (str *)(void *)((char *)of + p->member);
}

static size_t wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    return e->vr == VR_UI ? DICOM_UID_SIZE_MAX + 2 : 0;
}

static err element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct sop_references *r = self(c);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (places[i].tag != e->tag || !is_here(r, &places[i]))
            continue;
        str uid = value_trim_both(value);
        if (!uid_is_tolerable(uid))
            return ERR(INVALID, "a reference has a UID that is none");
        *member_of(&r->current, &places[i]) = str_copy(r->arena, uid);
    }
    return OK;
}

static err sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    struct sop_references *r = self(c);
    if (r->depth < SOP_REFERENCE_NESTING_MAX)
        r->path[r->depth] = e->tag;
    r->depth++;
    return OK;
}

/* What the last item at this place said is over. */
static err item_begin(struct part10_consumer *c, uint32_t index)
{
    struct sop_references *r = self(c);
    (void)index;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (!is_here(r, &places[i]))
            continue;
        *member_of(&r->current, &places[i]) = STR_NONE;
        r->first[i] = r->list.len;
    }
    return OK;
}

static err add_reference(struct sop_references *r)
{
    if (r->list.len == SOP_REFERENCE_COUNT_MAX)
        return ERR(TOO_LARGE, "more than 10,000 references");
    SLICE_PUSH(r->arena, &r->list);
    return OK;
}

/* Tags ascend, so a study is named behind its series, a series and a class behind their instances:
 * who is in the item is told when it ends. */
static err item_end(struct part10_consumer *c)
{
    struct sop_references *r = self(c);
    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (is_here(r, &places[i]) && is_reference(&places[i]))
            TRY(add_reference(r));
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (!is_here(r, &places[i]))
            continue;
        str uid = *member_of(&r->current, &places[i]);
        if (uid.len == 0)
            return ERR(INVALID, "a reference lacks a UID");
        for (size_t n = r->first[i]; n < r->list.len; n++)
            *member_of(&r->list.at[n], &places[i]) = uid;
    }
    return OK;
}

static err sequence_end(struct part10_consumer *c)
{
    self(c)->depth--;
    return OK;
}

static err fragment(struct part10_consumer *c, const struct part10_element *e,
                    const struct part10_fragment *f)
{
    (void)c;
    (void)e;
    (void)f;
    return OK;
}

static err fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    (void)e;
    return OK;
}

static const struct part10_consumer_ops ops = {.wants = wants,
                                               .element = element,
                                               .sequence_begin = sequence_begin,
                                               .item_begin = item_begin,
                                               .item_end = item_end,
                                               .sequence_end = sequence_end,
                                               .fragment = fragment,
                                               .fragments_end = fragments_end};

void sop_references_init(struct sop_references *r, struct arena *a)
{
    *r = (struct sop_references){.base = {.ops = &ops}, .arena = a};
}
