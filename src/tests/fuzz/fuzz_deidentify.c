/* Any bytes as a file to de-identify, with any options: what comes out is read again, says that it
 * was done, and has no name, no private attribute and no curve or overlay but what may be there. */
#include "base/arena.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/part10/instance.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

struct checker {
    struct part10_consumer base;
    unsigned flags;
    unsigned said_count; /* Patient Identity Removed (0012,0062) */
};

static struct checker *self(struct part10_consumer *c)
{
    return container_of(c, struct checker, base);
}

static size_t wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return PART10_VALUE_SIZE_MAX;
}

static void check_place(struct checker *c, const struct part10_element *e)
{
    uint32_t group = e->tag >> 16;
    must(group % 2 == 0 || (c->flags & DEIDENTIFY_RETAIN_SAFE_PRIVATE) != 0);
    must(group >> 8 != 0x50 && group >> 8 != 0x60);
}

static err element(struct part10_consumer *base, const struct part10_element *e, str value)
{
    struct checker *c = self(base);
    if (e->tag >> 16 == 0x0002)
        return OK;
    check_place(c, e);
    c->said_count += e->depth == 0 && e->tag == 0x00120062 && str_eq(value, STR("YES "));
    if (e->vr == VR_PN && e->length != 0)
        must(str_starts(value, STR("Anonymized")));
    return OK;
}

static err sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    check_place(self(c), e);
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

static err fragment(struct part10_consumer *c, const struct part10_element *e,
                    const struct part10_fragment *f)
{
    (void)c, (void)f;
    must(e->depth == 0);
    return OK;
}

static err fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return OK;
}

static const struct part10_consumer_ops ops = {.wants = wants,
                                               .element = element,
                                               .sequence_begin = sequence_begin,
                                               .item_begin = item_begin,
                                               .item_end = end,
                                               .sequence_end = end,
                                               .fragment = fragment,
                                               .fragments_end = fragments_end};

static void check_written(struct arena *a, str file, unsigned flags)
{
    struct checker c = {.base = {.ops = &ops}, .flags = flags};
    struct memory_source source;
    struct part10_file read;
    memory_source_init(&source, file);
    must(!failed(part10_read(a, &source.base, &c.base, &read)));
    must(c.said_count == 1);
}

static void count_change(struct deidentify_report *r, const struct deidentify_change *change)
{
    (void)r;
    must(change->depth <= PART10_NESTING_MAX && change->action != DEIDENTIFY_KEEP);
}

static void deidentify(struct arena *a, str file, unsigned flags)
{
    struct deidentify_report report = {count_change};
    const struct deidentify_options options = {flags, STR("0123456789abcdef"), &report};
    struct deidentify_facts facts;
    struct memory_source source;
    struct memory_sink sink;
    struct buf out = BUF_IN(a);
    memory_source_init(&source, file);
    if (failed(deidentify_facts_read(a, &source.base, &facts)))
        return;
    (void)deidentify_risk(&facts);
    memory_source_init(&source, file);
    memory_sink_init(&sink, &out);
    if (!failed(deidentify_write(a, &source.base, &options, &facts, NULL, &sink.base)))
        check_written(a, buf_str(&out), flags);
}

static void deidentify_metadata(struct arena *a, str file, unsigned flags)
{
    const struct deidentify_options options = {flags, STR("0123456789abcdef"), NULL};
    struct deidentify_facts facts;
    struct instance_read read;
    struct memory_source source;
    str document, out;
    memory_source_init(&source, file);
    if (failed(instance_read(a, &source.base, &(struct instance_read_options){0}, &read)))
        return;
    document = json_model_finish(&read.json, a, STR("/x"), STR_NONE);
    must(!failed(deidentify_facts_read_json(a, document, &facts)));
    must(!failed(deidentify_json(a, document, &options, &facts, STR("/v"), &out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    if (size == 0)
        return 0;
    unsigned flags = data[size - 1];
    if ((flags & DEIDENTIFY_RETAIN_DATES) != 0)
        flags &= ~(unsigned)DEIDENTIFY_SHIFT_DATES;
    str file = {(const char *)data, size - 1};
    deidentify(&a, file, flags);
    deidentify_metadata(&a, file, flags);
    arena_deinit(&a);
    return 0;
}
