/* Any bytes as DICOM JSON: the events are those of a data set, and what they are written as is read
 * again and written the same. */
#include "base/arena.h"
#include "dicom/json.h"
#include "dicom/model/json_reader.h"

#include <stdlib.h>

enum { OBJECT_COUNT_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct checker {
    struct part10_consumer base;
    struct json_model json;
    uint32_t last_tag[PART10_NESTING_MAX + 2]; /* 0: before the first, which is no element */
    uint32_t item_count[PART10_NESTING_MAX + 2];
    unsigned depth;
    bool in_item;
};

static struct checker *checker_of(struct part10_consumer *c)
{
    return container_of(c, struct checker, base);
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_head(struct checker *c, const struct part10_element *e)
{
    must(c->in_item && e->depth == c->depth && e->depth <= PART10_NESTING_MAX);
    must(e->tag > c->last_tag[c->depth] && e->tag >> 16 != 0x0002 && (e->tag & 0xFFFF) != 0);
    must(e->vr != VR_NONE && !e->big_endian);
    c->last_tag[c->depth] = e->tag;
}

static err check_element(struct part10_consumer *base, const struct part10_element *e, str value)
{
    struct checker *c = checker_of(base);
    check_head(c, e);
    must(e->vr != VR_SQ && (value.ptr == NULL) == (e->uri.len != 0));
    must(e->length == (value.ptr == NULL ? PART10_UNDEFINED_LENGTH : value.len));
    if (vr_kind(e->vr) == VR_KIND_BINARY && value.ptr != NULL)
        must(value.len % (e->vr == VR_AT ? 4 : vr_word_size(e->vr)) == 0);
    if (vr_kind(e->vr) == VR_KIND_ASCII || vr_kind(e->vr) == VR_KIND_TEXT)
        must(str_is_utf8(value));
    json_model_element(&c->json, e, value);
    return OK;
}

static err check_sequence_begin(struct part10_consumer *base, const struct part10_element *e)
{
    struct checker *c = checker_of(base);
    check_head(c, e);
    must(e->vr == VR_SQ);
    c->item_count[c->depth++] = 0;
    c->in_item = false;
    json_model_sequence_begin(&c->json, e);
    return OK;
}

static err check_item_begin(struct part10_consumer *base, uint32_t index)
{
    struct checker *c = checker_of(base);
    must(!c->in_item && index == c->item_count[c->depth - 1]++);
    c->in_item = true;
    c->last_tag[c->depth] = 0;
    json_model_item_begin(&c->json, index);
    return OK;
}

static err check_item_end(struct part10_consumer *base)
{
    struct checker *c = checker_of(base);
    must(c->in_item && c->depth != 0);
    c->in_item = false;
    json_model_item_end(&c->json);
    return OK;
}

static err check_sequence_end(struct part10_consumer *base)
{
    struct checker *c = checker_of(base);
    must(!c->in_item && c->depth != 0);
    c->depth--;
    c->in_item = true;
    json_model_sequence_end(&c->json);
    return OK;
}

static const struct part10_consumer_ops checker_ops = {
    .element = check_element,
    .sequence_begin = check_sequence_begin,
    .item_begin = check_item_begin,
    .item_end = check_item_end,
    .sequence_end = check_sequence_end,
};

static bool rewrite(struct arena *a, str object, str *out)
{
    struct arena scratch = {0};
    struct checker *c = NEW(a, struct checker);
    c->base.ops = &checker_ops;
    c->in_item = true;
    json_model_init(&c->json, a, &scratch);
    err e = json_model_read(a, object, &c->base);
    arena_deinit(&scratch);
    if (failed(e)) {
        must(e.text != NULL && (e.code == ERR_MALFORMED || e.code == ERR_TOO_LARGE));
        return false;
    }
    must(c->depth == 0 && c->in_item);
    *out = json_model_finish(&c->json, a, STR("/x"), STR_NONE);
    return true;
}

/* Once more than it takes to be stable: a name without groups becomes an empty value. */
static void check_object(struct arena *a, str object)
{
    str first, second, third;
    if (!rewrite(a, object, &first))
        return;
    must(rewrite(a, first, &second));
    must(rewrite(a, second, &third));
    must(str_eq(second, third));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    str text = {(const char *)data, size};
    struct str_slice objects = {0};
    err e = json_model_split(&a, text, &objects);
    if (failed(e)) /* what is no list of objects may be one for the reader even less */
        must(objects.len == 0 && !rewrite(&a, text, &text));
    for (size_t i = 0; i < objects.len && i < OBJECT_COUNT_MAX; i++)
        check_object(&a, objects.at[i]);
    arena_deinit(&a);
    return 0;
}
