/* Event by event. */
#include "dicom/write/data_set_writer.h"

#include "base/arena.h"
#include "dicom/write/part10_writer.h"

#include <zlib.h>

#define TAG_ITEM_BEGIN UINT32_C(0xFFFEE000)
#define TAG_ITEM_END UINT32_C(0xFFFEE00D)
#define TAG_SEQUENCE_END UINT32_C(0xFFFEE0DD)
#define LENGTH_MAX UINT64_C(0xFFFFFFFE)

enum { SHORT_LENGTH_MAX = 0xFFFE, HEADER_SIZE_MAX = 12 };

struct data_set_deflater {
    z_stream stream;
    uint64_t size;
    unsigned char out[DATA_SET_WRITER_BUFFER_SIZE];
};

static struct data_set_writer *self(struct part10_consumer *c)
{
    return container_of(c, struct data_set_writer, base);
}

static err deflate_bytes(struct data_set_writer *w, const unsigned char *bytes, size_t size,
                         int flush)
{
    struct data_set_deflater *d = w->deflater;
    d->stream.next_in = (unsigned char *)bytes;
    d->stream.avail_in = (uInt)size;
    do {
        d->stream.next_out = d->out;
        d->stream.avail_out = sizeof d->out;
        if (deflate(&d->stream, flush) == Z_STREAM_ERROR)
            return ERR(INTERNAL, "deflating failed");
        size_t got = sizeof d->out - d->stream.avail_out;
        d->size += got;
        TRY(byte_sink_write(w->sink, d->out, got));
    } while (d->stream.avail_out == 0);
    return OK;
}

static err flush_buffer(struct data_set_writer *w)
{
    size_t size = w->buffer_len;
    w->buffer_len = 0;
    if (size == 0)
        return OK;
    return w->deflater != NULL ? deflate_bytes(w, w->buffer, size, Z_NO_FLUSH)
                               : byte_sink_write(w->sink, w->buffer, size);
}

static err put(struct data_set_writer *w, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    while (size != 0) {
        size_t room = DATA_SET_WRITER_BUFFER_SIZE - w->buffer_len, part = size < room ? size : room;
        memcpy(w->buffer + w->buffer_len, p, part);
        w->buffer_len += part;
        p += part;
        size -= part;
        if (w->buffer_len == DATA_SET_WRITER_BUFFER_SIZE)
            TRY(flush_buffer(w));
    }
    return OK;
}

/* count bytes of a number, in the byte order that is written. */
static unsigned char *number(const struct data_set_writer *w, unsigned char *to, uint32_t value,
                             unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        to[i] = (unsigned char)(value >> 8 * (w->to->big_endian ? count - 1 - i : i));
    return to + count;
}

static unsigned char *tag_bytes(const struct data_set_writer *w, unsigned char *to, uint32_t tag)
{
    return number(w, number(w, to, tag >> 16, 2), tag & 0xFFFF, 2);
}

/* Of an item, a delimiter or an element in implicit VR. */
static err put_bare(struct data_set_writer *w, uint32_t tag, uint32_t length)
{
    unsigned char header[8];
    number(w, tag_bytes(w, header, tag), length, 4);
    return put(w, header, sizeof header);
}

static err put_header(struct data_set_writer *w, uint32_t tag, enum dicom_vr vr, uint64_t length)
{
    unsigned char header[HEADER_SIZE_MAX], *p = tag_bytes(w, header, tag);
    if (!w->to->explicit_vr)
        return put_bare(w, tag, (uint32_t)length);
    if (!vr_has_long_length(vr) && length > SHORT_LENGTH_MAX)
        vr = VR_UN;
    memcpy(p, vr_name(vr).ptr, 2);
    p += 2;
    if (vr_has_long_length(vr))
        p = number(w, number(w, p, 0, 2), (uint32_t)length, 4);
    else
        p = number(w, p, (uint32_t)length, 2);
    return put(w, header, (size_t)(p - header));
}

/* size bytes follow in pieces, of words of that many bytes. */
static void expect(struct data_set_writer *w, uint64_t size, unsigned word, bool swaps,
                   char padding)
{
    w->left = size;
    w->word = word;
    w->swaps = swaps && word > 1;
    w->part_len = 0;
    w->pads = size % 2 != 0;
    w->padding = padding;
}

static err begin_value(struct data_set_writer *w, const struct part10_element *e, uint64_t size,
                       bool big_endian)
{
    enum dicom_vr vr = e->vr == VR_NONE ? VR_UN : e->vr;
    bool is_text = vr_kind(vr) == VR_KIND_ASCII || vr_kind(vr) == VR_KIND_TEXT;
    if (size > LENGTH_MAX)
        return ERR(TOO_LARGE, "a value is longer than DICOM allows");
    expect(w, size, vr == VR_AT ? 2 : vr_word_size(vr), big_endian != w->to->big_endian,
           is_text && vr != VR_UI ? ' ' : '\0');
    return put_header(w, e->tag, vr, size + size % 2);
}

static err put_swapped(struct data_set_writer *w, str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        w->part[w->word - 1 - w->part_len++] = (unsigned char)bytes.ptr[i];
        if (w->part_len == w->word) {
            w->part_len = 0;
            TRY(put(w, w->part, w->word));
        }
    }
    return OK;
}

/* Bytes that are no whole word stay in their order. */
static err end_value(struct data_set_writer *w)
{
    for (unsigned i = 0; i < w->part_len; i++)
        TRY(put(w, &w->part[w->word - 1 - i], 1));
    w->part_len = 0;
    return w->pads ? put(w, &w->padding, 1) : OK;
}

static err put_piece(struct data_set_writer *w, str bytes)
{
    if (w->left < bytes.len)
        return ERR(INTERNAL, "more bytes than the value has");
    w->left -= bytes.len;
    TRY(w->swaps ? put_swapped(w, bytes) : put(w, bytes.ptr, bytes.len));
    return w->left == 0 ? end_value(w) : OK;
}

static bool is_left_out(const struct part10_element *e)
{
    return e->tag >> 16 == 0x0002 || (e->tag & 0xFFFF) == 0;
}

static size_t writer_wants(struct part10_consumer *c, const struct part10_element *e)
{
    (void)c;
    return is_left_out(e) ? 0 : DATA_SET_WRITER_VALUE_SIZE;
}

static err copy_bulk(struct data_set_writer *w, struct byte_source *bytes)
{
    unsigned char *piece = heap_alloc_raw(DATA_SET_WRITER_BUFFER_SIZE);
    err outcome = OK;
    while (!failed(outcome) && w->left != 0) {
        size_t got = 0, size = w->left < DATA_SET_WRITER_BUFFER_SIZE ? (size_t)w->left
                                                                     : DATA_SET_WRITER_BUFFER_SIZE;
        outcome = byte_source_read(bytes, piece, size, &got);
        if (!failed(outcome) && got == 0)
            outcome = ERR(MALFORMED, "a bulk value ends early");
        if (!failed(outcome))
            outcome = put_piece(w, (str){(const char *)piece, got});
    }
    heap_free(piece);
    return outcome;
}

static err begin_fragment(struct data_set_writer *w, uint64_t size)
{
    if (size > LENGTH_MAX)
        return ERR(TOO_LARGE, "a bit stream is longer than a fragment can be");
    expect(w, size, 1, false, '\0');
    return put_bare(w, TAG_ITEM_BEGIN, (uint32_t)(size + size % 2));
}

/* An empty offset table, one fragment, PS3.5 A.4. */
static err put_encapsulated(struct data_set_writer *w, const struct part10_element *e,
                            const struct bulk_value *value)
{
    TRY(put_header(w, e->tag, VR_OB, PART10_UNDEFINED_LENGTH));
    TRY(begin_fragment(w, 0));
    TRY(begin_fragment(w, value->size));
    TRY(copy_bulk(w, value->bytes));
    return put_bare(w, TAG_SEQUENCE_END, 0);
}

static err put_bulk(struct data_set_writer *w, const struct part10_element *e)
{
    struct bulk_value value = {0};
    if (w->bulk == NULL)
        return ERR(MALFORMED, "a value stands elsewhere");
    TRY(w->bulk->ops->open(w->bulk, e, &value));
    if (value.is_encapsulated)
        return put_encapsulated(w, e, &value);
    TRY(begin_value(w, e, value.size, false));
    return copy_bulk(w, value.bytes);
}

static err writer_element(struct part10_consumer *c, const struct part10_element *e, str value)
{
    struct data_set_writer *w = self(c);
    w->is_passing = is_left_out(e);
    if (w->is_passing)
        return OK;
    if (e->uri.ptr != NULL)
        return put_bulk(w, e);
    if (e->length == PART10_UNDEFINED_LENGTH) /* fragments follow */
        return w->to->encapsulated
                   ? put_header(w, e->tag, VR_OB, PART10_UNDEFINED_LENGTH)
                   : ERR(UNSUPPORTED, "encapsulated pixel data cannot be written as native");
    TRY(begin_value(w, e, e->length, e->big_endian));
    return value.len != 0 ? put_piece(w, value) : OK; /* or it comes in pieces */
}

static err writer_piece(struct part10_consumer *c, const struct part10_element *e, str bytes)
{
    (void)e;
    return self(c)->is_passing ? OK : put_piece(self(c), bytes);
}

static err writer_fragment(struct part10_consumer *c, const struct part10_element *e,
                           const struct part10_fragment *f)
{
    struct data_set_writer *w = self(c);
    (void)e;
    TRY(begin_fragment(w, f->size));
    return f->index == 0 && f->size != 0 ? put_piece(w, f->bytes) : OK;
}

static err writer_fragments_end(struct part10_consumer *c, const struct part10_element *e)
{
    (void)e;
    return put_bare(self(c), TAG_SEQUENCE_END, 0);
}

static err writer_sequence_begin(struct part10_consumer *c, const struct part10_element *e)
{
    return put_header(self(c), e->tag, VR_SQ, PART10_UNDEFINED_LENGTH);
}

static err writer_item_begin(struct part10_consumer *c, uint32_t index)
{
    (void)index;
    return put_bare(self(c), TAG_ITEM_BEGIN, PART10_UNDEFINED_LENGTH);
}

static err writer_item_end(struct part10_consumer *c)
{
    return put_bare(self(c), TAG_ITEM_END, 0);
}

static err writer_sequence_end(struct part10_consumer *c)
{
    return put_bare(self(c), TAG_SEQUENCE_END, 0);
}

static const struct part10_consumer_ops writer_ops = {.wants = writer_wants,
                                                      .element = writer_element,
                                                      .sequence_begin = writer_sequence_begin,
                                                      .item_begin = writer_item_begin,
                                                      .item_end = writer_item_end,
                                                      .sequence_end = writer_sequence_end,
                                                      .fragment = writer_fragment,
                                                      .fragments_end = writer_fragments_end,
                                                      .piece = writer_piece};

void data_set_writer_init(struct data_set_writer *w, const struct transfer_syntax *to,
                          struct byte_sink *sink, struct bulk_values *bulk)
{
    *w = (struct data_set_writer){.base = {.ops = &writer_ops},
                                  .to = to,
                                  .sink = sink,
                                  .bulk = bulk,
                                  .buffer = heap_alloc_raw(DATA_SET_WRITER_BUFFER_SIZE)};
}

void data_set_writer_deinit(struct data_set_writer *w)
{
    if (w->deflater != NULL)
        deflateEnd(&w->deflater->stream);
    heap_free(w->deflater);
    heap_free(w->buffer);
    *w = (struct data_set_writer){0};
}

err data_set_writer_begin(struct data_set_writer *w, str sop_class_uid, str sop_instance_uid,
                          str transfer_syntax_uid)
{
    struct arena scratch = {0};
    struct buf meta = BUF_IN(&scratch);
    part10_write_meta(&meta, sop_class_uid, sop_instance_uid,
                      transfer_syntax_uid.len != 0 ? transfer_syntax_uid : str_of(w->to->uid));
    err e = put(w, meta.ptr, meta.len);
    arena_deinit(&scratch);
    if (failed(e) || !w->to->deflated)
        return e;
    TRY(flush_buffer(w)); /* the meta information is not deflated */
    w->deflater = heap_alloc(sizeof *w->deflater);
    if (deflateInit2(&w->deflater->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        heap_free(w->deflater);
        w->deflater = NULL;
        return ERR(UNAVAILABLE, "deflating could not start");
    }
    return OK;
}

err data_set_writer_finish(struct data_set_writer *w)
{
    TRY(flush_buffer(w));
    if (w->deflater == NULL)
        return OK;
    TRY(deflate_bytes(w, NULL, 0, Z_FINISH));
    return w->deflater->size % 2 != 0 ? byte_sink_write(w->sink, "", 1) : OK; /* PS3.5 A.5 */
}

bool transfer_syntax_converts(const struct transfer_syntax *from, const struct transfer_syntax *to)
{
    return from == to || (!from->encapsulated && !to->encapsulated);
}
