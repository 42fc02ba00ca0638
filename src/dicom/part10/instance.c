/* The consumer that fills index, JSON and tables in one pass. */
#include "dicom/part10/instance.h"

#include "base/arena.h"
#include "dicom/part10/values.h"

enum {
    TAG_REQUEST_ATTRIBUTES = 0x00400275,
    TAG_SCHEDULED_STEP_ID = 0x00400009,
    TAG_REQUESTED_PROCEDURE_ID = 0x00401001,
    TAG_BEFORE_PIXEL_DATA = 0x7FE00000,
    TAG_EXTENDED_OFFSETS = 0x7FE00001,
    TAG_EXTENDED_LENGTHS = 0x7FE00002,
    INDEX_TEXT_SIZE_MAX = 4096
};

struct text_place {
    uint32_t tag;
    size_t offset;
};
static const struct text_place texts[] = {
#define X(member, tag) {tag, offsetof(struct dicom_index, member)},
    DICOM_INDEX_TEXTS(X)
#undef X
};
static const struct text_place numbers[] = {
#define X(member, tag) {tag, offsetof(struct dicom_index, member)},
    DICOM_INDEX_NUMBERS(X)
#undef X
};

struct collector {
    struct part10_consumer base;
    struct arena *arena;
    struct arena scratch;
    struct instance_read *out;
    bool index_only;
    struct charset charset;
    bool numbers_known[COUNT_OF(numbers)];
    size_t next_text; /* tags come in ascending order: the search goes on where it was */
    uint32_t parent_tag;
    bool in_first_item;
    struct byte_range_slice fragments;
    bool *begins_stream;
    size_t begins_room;
    str basic_offsets, extended_offsets, extended_lengths;
    uint64_t pixels_offset, native_size;
};

static struct collector *collector_of(struct part10_consumer *c)
{
    return container_of(c, struct collector, base);
}

static const struct text_place *find_text(struct collector *c, uint32_t tag)
{
    while (c->next_text < COUNT_OF(texts) && texts[c->next_text].tag < tag)
        c->next_text++;
    if (c->next_text < COUNT_OF(texts) && texts[c->next_text].tag == tag)
        return &texts[c->next_text];
    for (size_t i = 0; i < c->next_text; i++) /* out of order: rare */
        if (texts[i].tag == tag)
            return &texts[i];
    return NULL;
}

static bool is_pixel_data(uint32_t tag)
{
    return tag == 0x7FE00010 || tag == 0x7FE00008 || tag == 0x7FE00009;
}

static size_t collect_wants(struct part10_consumer *base, const struct part10_element *e)
{
    struct collector *c = collector_of(base);
    if (e->tag == TAG_EXTENDED_OFFSETS || e->tag == TAG_EXTENDED_LENGTHS)
        return c->index_only ? 0 : PART10_VALUE_SIZE_MAX;
    if (!c->index_only)
        return json_model_wants(e);
    return e->depth > 1 || e->tag >> 16 > 0x0040 || is_pixel_data(e->tag) ? 0 : INDEX_TEXT_SIZE_MAX;
}

static str text_of(struct collector *c, const struct part10_element *e, str value)
{
    str utf8 = charset_to_utf8(&c->charset, &c->scratch, e->vr, value_trim(value));
    utf8 = value_trim(utf8);
    if (e->vr == VR_UI)
        utf8 = value_trim_both(utf8);
    return str_copy(c->arena, utf8);
}

static void keep_first(struct collector *c, const struct part10_element *e, str value, str *out)
{
    if (out->ptr == NULL)
        *out = text_of(c, e, value);
}

static void index_text(struct collector *c, const struct part10_element *e, str value)
{
    const struct text_place *place = find_text(c, e->tag);
    if (place == NULL || value.len > INDEX_TEXT_SIZE_MAX)
        return;
    str *member = (str *)(void *)((char *)&c->out->index + place->offset);
    keep_first(c, e, value, member);
    if (e->tag == 0x00080005)
        c->charset = charset_parse(*member);
}

static void index_number(struct collector *c, const struct part10_element *e, str value)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (numbers[i].tag == e->tag && value.len >= 2 && !c->numbers_known[i]) {
            *(uint32_t *)(void *)((char *)&c->out->index + numbers[i].offset) =
                value_u16((const unsigned char *)value.ptr, e->big_endian);
            c->numbers_known[i] = true;
        }
}

static err collect_element(struct part10_consumer *base, const struct part10_element *e, str value)
{
    struct collector *c = collector_of(base);
    if (e->depth == 0 && is_pixel_data(e->tag) && !c->out->index.has_pixel_data) {
        c->out->index.has_pixel_data = true;
        c->pixels_offset = e->offset;
        c->native_size = e->length == PART10_UNDEFINED_LENGTH ? 0 : e->length;
    }
    if (value.ptr != NULL && e->depth == 0 && e->tag >> 16 != 0x0002 && e->tag >> 16 <= 0x0040) {
        if (vr_kind(e->vr) == VR_KIND_BINARY)
            index_number(c, e, value);
        else
            index_text(c, e, value);
    }
    if (value.ptr != NULL && e->depth == 1 && c->in_first_item &&
        c->parent_tag == TAG_REQUEST_ATTRIBUTES && !c->out->json.skipping) {
        if (e->tag == TAG_SCHEDULED_STEP_ID)
            keep_first(c, e, value, &c->out->index.scheduled_procedure_step_id);
        if (e->tag == TAG_REQUESTED_PROCEDURE_ID)
            keep_first(c, e, value, &c->out->index.requested_procedure_id);
    }
    if (value.ptr != NULL && e->tag == TAG_EXTENDED_OFFSETS && c->extended_offsets.ptr == NULL)
        c->extended_offsets = str_copy(c->arena, value);
    if (value.ptr != NULL && e->tag == TAG_EXTENDED_LENGTHS && c->extended_lengths.ptr == NULL)
        c->extended_lengths = str_copy(c->arena, value);
    if (!c->index_only) {
        bool too_long = e->tag == TAG_EXTENDED_OFFSETS || e->tag == TAG_EXTENDED_LENGTHS;
        json_model_element(&c->out->json, e,
                           too_long && value.len > JSON_MODEL_INLINE_SIZE_MAX ? STR_NONE : value);
    }
    if (c->scratch.used_size > PART10_BUFFER_SIZE)
        arena_reset(&c->scratch);
    return OK;
}

static err collect_sequence_begin(struct part10_consumer *base, const struct part10_element *e)
{
    struct collector *c = collector_of(base);
    if (e->depth == 0)
        c->parent_tag = e->tag;
    if (!c->index_only)
        json_model_sequence_begin(&c->out->json, e);
    return OK;
}

static err collect_item_begin(struct part10_consumer *base, uint32_t index)
{
    struct collector *c = collector_of(base);
    c->in_first_item = index == 0;
    if (!c->index_only)
        json_model_item_begin(&c->out->json, index);
    return OK;
}

static err collect_item_end(struct part10_consumer *base)
{
    struct collector *c = collector_of(base);
    if (!c->index_only)
        json_model_item_end(&c->out->json);
    return OK;
}

static err collect_sequence_end(struct part10_consumer *base)
{
    struct collector *c = collector_of(base);
    if (!c->index_only)
        json_model_sequence_end(&c->out->json);
    return OK;
}

/* The first bytes of a JPEG, JPEG-LS, JPEG 2000 (codestream or file) or JPEG XL bit stream. */
static bool begins_stream(str head)
{
    return str_starts(head, STR("\xFF\xD8")) || str_starts(head, STR("\xFF\x4F\xFF\x51")) ||
           str_starts(head, STR("\0\0\0\x0CjP  ")) || str_starts(head, STR("\xFF\x0A")) ||
           str_starts(head, STR("\0\0\0\x0CJXL "));
}

static err collect_fragment(struct part10_consumer *base, const struct part10_element *e,
                            const struct part10_fragment *f)
{
    struct collector *c = collector_of(base);
    if (e->depth != 0 || c->index_only || e->offset != c->pixels_offset)
        return OK;
    if (f->index == 0) {
        c->basic_offsets = str_copy(c->arena, f->bytes);
        return OK;
    }
    size_t at = c->fragments.len;
    *SLICE_PUSH(c->arena, &c->fragments) = (struct byte_range){f->offset, f->size};
    if (at == c->begins_room) {
        size_t room = c->begins_room * 2 + 16;
        c->begins_stream = arena_grow(c->arena, c->begins_stream, c->begins_room, room, 1);
        c->begins_room = room;
    }
    c->begins_stream[at] = begins_stream(f->bytes);
    return OK;
}

static err collect_fragments_end(struct part10_consumer *base, const struct part10_element *e)
{
    (void)base;
    (void)e;
    return OK;
}

static const struct part10_consumer_ops collector_ops = {
    .wants = collect_wants,
    .element = collect_element,
    .sequence_begin = collect_sequence_begin,
    .item_begin = collect_item_begin,
    .item_end = collect_item_end,
    .sequence_end = collect_sequence_end,
    .fragment = collect_fragment,
    .fragments_end = collect_fragments_end,
};

bool dicom_integer(str text, int64_t *out)
{
    str s = value_trim_both(str_sub(text, 0, str_find_char(text, '\\')));
    if (s.len != 0 && s.ptr[0] == '+')
        s = str_sub(s, 1, s.len);
    return str_to_i64(s, out);
}

static void make_frame_table(struct collector *c)
{
    const struct dicom_index *i = &c->out->index;
    struct buf table = BUF_IN(c->arena);
    int64_t frames = 1;
    bool in_inflated = c->out->file.transfer_syntax->deflated;
    if (!i->has_pixel_data)
        return;
    if (!dicom_integer(i->number_of_frames, &frames) || frames < 1 || frames > FRAME_COUNT_MAX)
        frames = 1;
    struct frame_layout layout = {i->rows, i->columns,
                                  i->samples_per_pixel != 0 ? i->samples_per_pixel : 1,
                                  i->bits_allocated, (uint32_t)frames};
    if (c->native_size != 0)
        frame_table_native(&table, &layout, c->pixels_offset, c->native_size, in_inflated);
    else
        frame_table_encapsulated(&table, &c->scratch, &layout, &c->fragments, c->begins_stream,
                                 c->basic_offsets, c->extended_offsets, c->extended_lengths,
                                 in_inflated);
    c->out->frame_table = buf_str(&table);
}

err instance_read(struct arena *a, struct byte_source *source,
                  const struct instance_read_options *options, struct instance_read *out)
{
    struct collector c = {
        .base = {.ops = &collector_ops}, .arena = a, .out = out, .index_only = options->index_only};
    *out = (struct instance_read){0};
    c.base.last_tag = c.index_only ? TAG_BEFORE_PIXEL_DATA : 0;
    arena_init(&c.scratch);
    c.charset = charset_parse(STR(""));
    if (!c.index_only)
        json_model_init(&out->json, a, &c.scratch);
    err e = part10_read(a, source, &c.base, &out->file);
    if (!failed(e) && !c.index_only) {
        make_frame_table(&c);
        out->bulk_table = buf_str(&out->json.bulk);
    }
    arena_deinit(&c.scratch);
    out->json.scratch = NULL;
    return e;
}
