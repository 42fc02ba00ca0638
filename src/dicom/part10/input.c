/* Buffering, skipping and inflating. */
#include "dicom/part10/input.h"

#include "base/arena.h"

#include <zlib.h>

err input_fill(struct input *in, size_t size)
{
    if (input_ready(in) >= size || in->at_end)
        return OK;
    if (in->start != 0) {
        memmove(in->buffer, in->buffer + in->start, input_ready(in));
        in->end -= in->start;
        in->start = 0;
    }
    while (in->end < size && !in->at_end) {
        size_t got;
        TRY(byte_source_read(in->source, in->buffer + in->end, PART10_BUFFER_SIZE - in->end, &got));
        if (got > in->left_max)
            return ERR(MALFORMED, "the inflated data set is too large");
        in->left_max -= got;
        in->end += got;
        in->at_end = got == 0;
    }
    return OK;
}

err input_skip(struct input *in, uint64_t size)
{
    while (size != 0) {
        if (input_ready(in) == 0)
            TRY(input_fill(in, 1));
        size_t step = input_ready(in);
        if (step == 0)
            return ERR(MALFORMED, "the file ends within a value");
        if (step > size)
            step = (size_t)size;
        input_use(in, step);
        size -= step;
    }
    return OK;
}

err input_take(struct input *in, size_t size, struct buf *out)
{
    while (size != 0) {
        if (input_ready(in) == 0)
            TRY(input_fill(in, 1));
        size_t step = input_ready(in);
        if (step == 0)
            return ERR(MALFORMED, "the file ends within a value");
        if (step > size)
            step = size;
        buf_add_bytes(out, input_peek(in), step);
        input_use(in, step);
        size -= step;
    }
    return OK;
}

struct inflate_source {
    struct byte_source base;
    struct input *from;
    z_stream stream;
    bool is_done;
};

static err inflate_read(struct byte_source *source, void *to, size_t size, size_t *got)
{
    struct inflate_source *s = container_of(source, struct inflate_source, base);
    s->stream.next_out = to;
    s->stream.avail_out = (uInt)size;
    while (s->stream.avail_out == size && !s->is_done) {
        TRY(input_fill(s->from, 1));
        size_t ready = input_ready(s->from);
        if (ready == 0)
            return ERR(MALFORMED, "the deflated data set has no end");
        s->stream.next_in = (unsigned char *)input_peek(s->from);
        s->stream.avail_in = (uInt)ready;
        int code = inflate(&s->stream, Z_NO_FLUSH);
        input_use(s->from, ready - s->stream.avail_in);
        if (code == Z_STREAM_END)
            s->is_done = true;
        else if (code != Z_OK && code != Z_BUF_ERROR)
            return ERR(MALFORMED, "the deflated data set is damaged");
    }
    *got = size - s->stream.avail_out;
    return OK;
}

static const struct byte_source_ops inflate_ops = {.read = inflate_read};

struct inflate_source *inflate_source_create(struct input *from)
{
    struct inflate_source *s = heap_alloc(sizeof *s);
    s->base.ops = &inflate_ops;
    s->from = from;
    if (inflateInit2(&s->stream, -MAX_WBITS) != Z_OK) {
        heap_free(s);
        return NULL;
    }
    return s;
}

struct byte_source *inflate_source_bytes(struct inflate_source *s)
{
    return &s->base;
}

void inflate_source_destroy(struct inflate_source *s)
{
    if (s == NULL)
        return;
    inflateEnd(&s->stream);
    heap_free(s);
}
