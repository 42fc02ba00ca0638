/* struct input: a buffered view of a byte source with a position, for the reader alone. */
#ifndef DICOM_PART10_INPUT_H
#define DICOM_PART10_INPUT_H

#include "base/buf.h"
#include "dicom/part10/reader.h"

struct input {
    struct byte_source *source;
    unsigned char *buffer;
    size_t start, end; /* what is read and not used */
    uint64_t offset;   /* of buffer[start] */
    uint64_t left_max; /* bytes it may still give */
    bool at_end;
};

/* Fills the buffer until size bytes are there or the source ends; size ≤ PART10_BUFFER_SIZE. */
err input_fill(struct input *in, size_t size);
static inline size_t input_ready(const struct input *in)
{
    return in->end - in->start;
}
static inline const unsigned char *input_peek(const struct input *in)
{
    return in->buffer + in->start;
}
static inline void input_use(struct input *in, size_t size)
{
    in->start += size;
    in->offset += size;
}
/* Passes over size bytes. Errors: MALFORMED when the source ends before. */
err input_skip(struct input *in, uint64_t size);
/* Appends size bytes to out as they arrive. Errors: MALFORMED. */
err input_take(struct input *in, size_t size, struct buf *out);

/* A source that inflates raw DEFLATE from what input has left (PS3.5 A.5). */
struct inflate_source;
struct inflate_source *inflate_source_create(struct input *from);
struct byte_source *inflate_source_bytes(struct inflate_source *s);
void inflate_source_destroy(struct inflate_source *s);

#endif
