/* One loop over a stack of open sequences and items. */
#include "dicom/part10/reader.h"

#include "base/arena.h"
#include "dicom/dictionary.h"
#include "dicom/part10/input.h"
#include "dicom/part10/values.h"

#define TAG_ITEM UINT32_C(0xFFFEE000)
#define TAG_ITEM_END UINT32_C(0xFFFEE00D)
#define TAG_SEQUENCE_END UINT32_C(0xFFFEE0DD)
enum {
    TAG_PIXEL_DATA = 0x7FE00010,
    TAG_PIXEL_REPRESENTATION = 0x00280103,
    TAG_TRANSFER_SYNTAX = 0x00020010,
    PREAMBLE_SIZE = 128,
    HEADER_SIZE_MAX = 12
};
#define NO_END UINT64_MAX

struct level {
    uint64_t end; /* NO_END: until the delimiter */
    uint32_t item_count;
    bool is_sequence;
    bool implicit, big_endian; /* of what is inside */
};

struct reader {
    struct arena *arena;  /* of the result */
    struct arena scratch; /* of one value */
    struct input file, inflated, *in;
    struct part10_consumer *consumer;
    struct level levels[2 * PART10_NESTING_MAX + 1]; /* [0] is the data set */
    unsigned level;
    uint32_t element_count;
    bool is_signed;
    bool has_enough; /* the last tag was passed */
    str transfer_syntax_uid;
};

static err cut_off(void)
{
    return ERR(MALFORMED, "the file ends within an element");
}

static struct level *top(struct reader *r)
{
    return &r->levels[r->level];
}

static uint32_t read_tag(const unsigned char *p, bool big_endian)
{
    return (uint32_t)value_u16(p, big_endian) << 16 | value_u16(p + 2, big_endian);
}

static bool is_letter(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Reads the header of an element at the current position; false at the end of the input. */
static err read_header(struct reader *r, struct part10_element *e, bool *found)
{
    const struct level *l = top(r);
    TRY(input_fill(r->in, HEADER_SIZE_MAX));
    const unsigned char *p = input_peek(r->in);
    size_t ready = input_ready(r->in), size = 8;
    *found = ready != 0;
    if (ready == 0)
        return OK;
    if (ready < 8)
        return cut_off();
    *e = (struct part10_element){
        .tag = read_tag(p, l->big_endian), .depth = r->level / 2, .big_endian = l->big_endian};
    bool delimits = e->tag >> 16 == 0xFFFE;
    const char letters[2] = {(char)p[4], (char)p[5]};
    if (delimits) {
        e->length = value_u32(p + 4, l->big_endian);
    } else if (l->implicit ||
               (!(is_letter(p[4]) && is_letter(p[5])) && !(p[4] == '?' && p[5] == '?'))) {
        /* implicit VR, or an element some device wrote so into an explicit data set */
        e->vr = dictionary_implicit_vr(e->tag, r->is_signed);
        e->length = value_u32(p + 4, l->big_endian);
    } else {
        e->vr = vr_from_chars(letters);
        if (e->vr == VR_NONE &&
            is_letter(p[4])) /* a VR newer than this program has the long form */
            e->vr = VR_UN;
        if (e->vr != VR_NONE && vr_has_long_length(e->vr)) {
            if (ready < 12)
                return cut_off();
            size = 12;
            e->length = value_u32(p + 8, l->big_endian);
        } else {
            e->length = value_u16(p + 6, l->big_endian);
        }
        if (e->vr == VR_NONE)
            e->vr = VR_UN;
    }
    input_use(r->in, size);
    e->offset = r->in->offset;
    return OK;
}

static err push(struct reader *r, bool is_sequence, uint32_t length, bool implicit, bool big_endian)
{
    uint64_t end = length == PART10_UNDEFINED_LENGTH ? NO_END : r->in->offset + length;
    if (r->level + 1 >= 2 * PART10_NESTING_MAX + 1)
        return ERR(MALFORMED, "sequences are nested too deeply");
    if (end != NO_END && top(r)->end != NO_END && end > top(r)->end)
        return ERR(MALFORMED, "a sequence or item is longer than what it is in");
    r->levels[++r->level] = (struct level){
        .end = end, .is_sequence = is_sequence, .implicit = implicit, .big_endian = big_endian};
    return OK;
}

static err pop(struct reader *r)
{
    struct part10_consumer *c = r->consumer;
    bool is_sequence = top(r)->is_sequence;
    r->level--;
    return is_sequence ? c->ops->sequence_end(c) : c->ops->item_end(c);
}

/* To the consumer, if it takes pieces. */
static err pass_over(struct reader *r, const struct part10_element *e, uint64_t size)
{
    struct part10_consumer *c = r->consumer;
    if (c->ops->piece == NULL)
        return input_skip(r->in, size);
    while (size != 0) {
        TRY(input_fill(r->in, 1));
        size_t ready = input_ready(r->in);
        if (ready == 0)
            return cut_off();
        if (ready > size)
            ready = (size_t)size;
        TRY(c->ops->piece(c, e, (str){(const char *)input_peek(r->in), ready}));
        input_use(r->in, ready);
        size -= ready;
    }
    return OK;
}

static err read_fragment(struct reader *r, const struct part10_element *e,
                         struct part10_fragment *f)
{
    struct part10_consumer *c = r->consumer;
    struct buf bytes = BUF_IN(&r->scratch);
    size_t whole = f->index == 0 ? PART10_VALUE_SIZE_MAX : PART10_FRAGMENT_HEAD_SIZE;
    arena_reset(&r->scratch);
    if (f->index == 0 && f->size > whole)
        return ERR(MALFORMED, "the offset table is too long");
    size_t head = f->size < whole ? f->size : whole;
    TRY(input_take(r->in, head, &bytes));
    f->bytes = buf_str(&bytes);
    TRY(c->ops->fragment(c, e, f));
    if (f->index != 0 && c->ops->piece != NULL)
        TRY(c->ops->piece(c, e, f->bytes));
    return pass_over(r, e, f->size - head);
}

/* Encapsulated pixel data, PS3.5 A.4. */
static err read_fragments(struct reader *r, const struct part10_element *e)
{
    struct part10_consumer *c = r->consumer;
    TRY(c->ops->element(c, e, STR_NONE));
    for (uint32_t index = 0;; index++) {
        TRY(input_fill(r->in, 8));
        if (input_ready(r->in) < 8)
            return cut_off();
        uint32_t tag = read_tag(input_peek(r->in), e->big_endian);
        uint32_t size = value_u32(input_peek(r->in) + 4, e->big_endian);
        input_use(r->in, 8);
        if (tag == TAG_SEQUENCE_END)
            return c->ops->fragments_end(c, e);
        if (tag != TAG_ITEM || size == PART10_UNDEFINED_LENGTH)
            return ERR(MALFORMED, "encapsulated pixel data is not a list of items");
        if (index > PART10_FRAGMENT_COUNT_MAX)
            return ERR(MALFORMED, "too many fragments");
        struct part10_fragment f = {.index = index, .offset = r->in->offset, .size = size};
        TRY(read_fragment(r, e, &f));
    }
}

static err note_value(struct reader *r, const struct part10_element *e, str value)
{
    if (e->depth != 0)
        return OK;
    if (e->tag == TAG_PIXEL_REPRESENTATION && value.len >= 2)
        r->is_signed = value_u16((const unsigned char *)value.ptr, e->big_endian) == 1;
    if (e->tag == TAG_TRANSFER_SYNTAX && value.len <= 128)
        r->transfer_syntax_uid = str_copy(r->arena, value_trim(value));
    return OK;
}

static err read_value(struct reader *r, const struct part10_element *e)
{
    struct part10_consumer *c = r->consumer;
    size_t wanted = c->ops->wants(c, e);
    if (wanted > PART10_VALUE_SIZE_MAX)
        wanted = PART10_VALUE_SIZE_MAX;
    if (e->tag == TAG_PIXEL_REPRESENTATION || e->tag == TAG_TRANSFER_SYNTAX)
        wanted = wanted < 128 ? 128 : wanted;
    if (e->length > wanted) { /* what takes pieces is told whose they are first */
        if (c->ops->piece != NULL) {
            TRY(c->ops->element(c, e, STR_NONE));
            return pass_over(r, e, e->length);
        }
        TRY(input_skip(r->in, e->length));
        return c->ops->element(c, e, STR_NONE);
    }
    if (input_ready(r->in) >= e->length) { /* most values: no copy */
        str value = {(const char *)input_peek(r->in), e->length};
        TRY(note_value(r, e, value));
        TRY(c->ops->element(c, e, value));
        input_use(r->in, e->length);
        return OK;
    }
    struct buf bytes = BUF_IN(&r->scratch);
    arena_reset(&r->scratch);
    TRY(input_take(r->in, e->length, &bytes));
    TRY(note_value(r, e, buf_str(&bytes)));
    return c->ops->element(c, e, buf_str(&bytes));
}

static err read_sequence_step(struct reader *r)
{
    struct part10_consumer *c = r->consumer;
    struct part10_element e;
    bool found;
    TRY(read_header(r, &e, &found));
    if (!found)
        return cut_off();
    if (e.tag == TAG_SEQUENCE_END)
        return pop(r);
    if (e.tag != TAG_ITEM)
        return ERR(MALFORMED, "a sequence holds something that is not an item");
    if (++r->element_count > PART10_ELEMENT_COUNT_MAX)
        return ERR(MALFORMED, "too many elements");
    uint32_t index = top(r)->item_count++;
    TRY(push(r, false, e.length, top(r)->implicit, top(r)->big_endian));
    return c->ops->item_begin(c, index);
}

static err read_element_step(struct reader *r, bool *done)
{
    struct part10_consumer *c = r->consumer;
    struct level *l = top(r);
    struct part10_element e;
    bool found;
    TRY(read_header(r, &e, &found));
    if (!found) {
        *done = true;
        return r->level == 0 ? OK : cut_off();
    }
    if (r->level == 0 && c->last_tag != 0 && e.tag > c->last_tag) {
        r->has_enough = *done = true;
        return OK;
    }
    if (++r->element_count > PART10_ELEMENT_COUNT_MAX)
        return ERR(MALFORMED, "too many elements");
    if (e.tag >> 16 == 0xFFFE) {
        if (e.tag == TAG_ITEM_END && r->level != 0)
            return pop(r);
        if (e.length != 0 || e.tag == TAG_ITEM)
            return ERR(MALFORMED, "an item outside a sequence");
        return OK; /* a stray delimiter */
    }
    bool undefined = e.length == PART10_UNDEFINED_LENGTH;
    bool bytes = e.vr == VR_OB || e.vr == VR_OW || e.vr == VR_OF || e.vr == VR_OD ||
                 e.vr == VR_OL || e.vr == VR_OV;
    if (undefined && (bytes || e.tag == TAG_PIXEL_DATA))
        return read_fragments(r, &e);
    if (e.vr == VR_SQ || undefined) {
        /* UN of undefined length is an implicit VR little endian sequence, PS3.5 6.2.2 note 4 */
        bool implicit = l->implicit || e.vr != VR_SQ;
        bool big_endian = l->big_endian && e.vr == VR_SQ;
        e.vr = VR_SQ;
        TRY(push(r, true, e.length, implicit, big_endian));
        return c->ops->sequence_begin(c, &e);
    }
    if (l->end != NO_END && (e.offset > l->end || e.length > l->end - e.offset))
        return ERR(MALFORMED, "an element is longer than its item");
    return read_value(r, &e);
}

static err read_data_set(struct reader *r)
{
    for (bool done = false; !done;) {
        struct level *l = top(r);
        if (l->end != NO_END && r->in->offset >= l->end) {
            if (r->in->offset > l->end)
                return ERR(MALFORMED, "an element is longer than its item");
            TRY(pop(r));
        } else if (l->is_sequence) {
            TRY(read_sequence_step(r));
        } else if (r->level == 0) {
            TRY(input_fill(r->in, 8));
            const unsigned char *p = input_peek(r->in);
            size_t ready = input_ready(r->in), zeros = 0;
            while (zeros < ready && zeros < 8 && p[zeros] == 0)
                zeros++;
            if (ready != 0 &&
                zeros ==
                    (ready < 8 ? ready : 8)) { /* zeros behind the data set: padding of a medium */
                input_use(r->in, zeros);
                continue;
            }
            TRY(read_element_step(r, &done));
        } else {
            TRY(read_element_step(r, &done));
        }
    }
    return OK;
}

/* The encoding that the first element speaks for; NULL when it looks like no DICOM at all. */
static const char *guess_syntax(const unsigned char *p, size_t size)
{
    const char letters[2] = {size >= 6 ? (char)p[4] : '\0', size >= 6 ? (char)p[5] : '\0'};
    if (size < 8)
        return NULL;
    unsigned little = value_u16(p, false), big = value_u16(p, true);
    if (vr_from_chars(letters) != VR_NONE)
        return little <= 0x0040 ? TS_EXPLICIT_LITTLE : big <= 0x0040 ? TS_EXPLICIT_BIG : NULL;
    if (little >= 0x0002 && little <= 0x0040 &&
        (value_u32(p + 4, false) <= 0xFFFF || value_u32(p + 4, false) == PART10_UNDEFINED_LENGTH) &&
        dictionary_find((uint32_t)little << 16 | value_u16(p + 2, false)) != NULL)
        return TS_IMPLICIT_LITTLE;
    if (little == 0x0008 && value_u16(p + 2, false) == 0)
        return TS_IMPLICIT_LITTLE;
    return NULL;
}

static err read_meta(struct reader *r, struct part10_file *out)
{
    TRY(input_fill(r->in, PREAMBLE_SIZE + 4));
    const unsigned char *p = input_peek(r->in);
    if (input_ready(r->in) >= PREAMBLE_SIZE + 4 && memcmp(p + PREAMBLE_SIZE, "DICM", 4) == 0) {
        out->has_preamble = true;
        input_use(r->in, PREAMBLE_SIZE + 4);
    } else if (input_ready(r->in) >= 4 && memcmp(p, "DICM", 4) == 0) {
        input_use(r->in, 4);
    }
    for (;;) {
        TRY(input_fill(r->in, 8));
        if (input_ready(r->in) < 8 || value_u16(input_peek(r->in), false) != 0x0002)
            return OK;
        bool done = false;
        out->has_meta = true;
        TRY(read_element_step(r, &done));
        if (r->level != 0)
            return ERR(MALFORMED, "the meta information holds a sequence");
    }
}

static err choose_syntax(struct reader *r, struct part10_file *out)
{
    TRY(input_fill(r->in, 8));
    out->transfer_syntax_uid = r->transfer_syntax_uid;
    const char *guessed = guess_syntax(input_peek(r->in), input_ready(r->in));
    if (r->transfer_syntax_uid.len != 0) {
        out->transfer_syntax = transfer_syntax_find(r->transfer_syntax_uid);
        if (out->transfer_syntax ==
            NULL) /* private and future ones are explicit little endian, PS3.5 A.4 */
            out->transfer_syntax = transfer_syntax_find(STR(TS_EXPLICIT_LITTLE));
        bool deflated = out->transfer_syntax->deflated;
        bool is_group_0 = input_ready(&r->file) >= 2 && value_u16(input_peek(&r->file), false) == 0;
        if (guessed == NULL || deflated || out->transfer_syntax->encapsulated ||
            is_group_0) /* which looks the same in both byte orders */
            return OK;
        const struct transfer_syntax *seen = transfer_syntax_find(str_of(guessed));
        if (seen->explicit_vr != out->transfer_syntax->explicit_vr ||
            seen->big_endian != out->transfer_syntax->big_endian)
            out->transfer_syntax = seen; /* the meta information is wrong: devices do that */
        return OK;
    }
    if (guessed == NULL && !out->has_meta)
        return ERR(MALFORMED, "not a DICOM file");
    if (guessed == NULL) /* the default transfer syntax of DICOM */
        guessed = TS_IMPLICIT_LITTLE;
    out->transfer_syntax = transfer_syntax_find(str_of(guessed));
    return OK;
}

static err read_file(struct reader *r, struct part10_file *out)
{
    struct inflate_source *inflate = NULL;
    r->levels[0] = (struct level){.end = NO_END};
    TRY(read_meta(r, out));
    TRY(choose_syntax(r, out));
    r->levels[0].implicit = !out->transfer_syntax->explicit_vr;
    r->levels[0].big_endian = out->transfer_syntax->big_endian;
    if (out->transfer_syntax->deflated) {
        inflate = inflate_source_create(&r->file);
        if (inflate == NULL)
            return ERR(UNAVAILABLE, "inflating could not start");
        r->inflated.source = inflate_source_bytes(inflate);
        r->inflated.left_max = PART10_INFLATED_SIZE_MAX;
        r->inflated.buffer = heap_alloc_raw(PART10_BUFFER_SIZE);
        r->in = &r->inflated;
    }
    err e = read_data_set(r);
    inflate_source_destroy(inflate);
    heap_free(r->inflated.buffer);
    r->in = &r->file;
    return e;
}

/* What follows the end of a deflated stream is padding. */
static err read_rest(struct reader *r)
{
    for (;;) {
        TRY(input_fill(&r->file, 1));
        if (input_ready(&r->file) == 0)
            return OK;
        input_use(&r->file, input_ready(&r->file));
    }
}

static struct reader *reader_create(struct arena *a, struct byte_source *source,
                                    struct part10_consumer *consumer)
{
    struct reader *r = heap_alloc(sizeof *r);
    r->arena = a;
    arena_init(&r->scratch);
    r->consumer = consumer;
    r->file = (struct input){
        .source = source, .buffer = heap_alloc_raw(PART10_BUFFER_SIZE), .left_max = UINT64_MAX};
    r->in = &r->file;
    return r;
}

static void reader_destroy(struct reader *r)
{
    arena_deinit(&r->scratch);
    heap_free(r->file.buffer);
    heap_free(r);
}

err part10_read(struct arena *a, struct byte_source *source, struct part10_consumer *consumer,
                struct part10_file *out)
{
    struct reader *r = reader_create(a, source, consumer);
    *out = (struct part10_file){0};
    err e = read_file(r, out);
    if (!failed(e) && !r->has_enough)
        e = read_rest(r);
    out->size = r->file.offset;
    reader_destroy(r);
    return e;
}

static size_t want_nothing(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return 0;
}

static err pass_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    (void)c, (void)e, (void)value;
    return OK;
}

static err refuse_sequence(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return ERR(MALFORMED, "the meta information holds a sequence");
}

static err pass_fragment(struct part10_consumer *c, const struct part10_element *e,
                         const struct part10_fragment *f)
{
    (void)c, (void)e, (void)f;
    return OK;
}

static err pass_fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c, (void)e;
    return OK;
}

static const struct part10_consumer_ops meta_ops = {.wants = want_nothing,
                                                    .element = pass_element,
                                                    .sequence_begin = refuse_sequence,
                                                    .fragment = pass_fragment,
                                                    .fragments_end = pass_fragments_end};

static err inflate_data_set(struct reader *r, uint64_t left, struct byte_sink *sink)
{
    struct part10_file file = {0};
    r->levels[0] = (struct level){.end = NO_END};
    TRY(read_meta(r, &file));
    TRY(choose_syntax(r, &file));
    if (!file.transfer_syntax->deflated)
        return ERR(MALFORMED, "the data set is not deflated");
    struct inflate_source *inflate = inflate_source_create(&r->file);
    if (inflate == NULL)
        return ERR(UNAVAILABLE, "inflating could not start");
    char *block = heap_alloc_raw(PART10_BUFFER_SIZE);
    if (left > PART10_INFLATED_SIZE_MAX)
        left = PART10_INFLATED_SIZE_MAX;
    err e = OK;
    for (size_t got = 1; got != 0 && left != 0 && !failed(e); left -= got) {
        size_t size = left < PART10_BUFFER_SIZE ? (size_t)left : PART10_BUFFER_SIZE;
        e = byte_source_read(inflate_source_bytes(inflate), block, size, &got);
        if (!failed(e))
            e = byte_sink_write(sink, block, got);
    }
    heap_free(block);
    inflate_source_destroy(inflate);
    return e;
}

err part10_inflate(struct arena *a, struct byte_source *source, uint64_t size,
                   struct byte_sink *sink)
{
    struct part10_consumer nobody = {.ops = &meta_ops};
    struct reader *r = reader_create(a, source, &nobody);
    err e = inflate_data_set(r, size, sink);
    reader_destroy(r);
    return e;
}
