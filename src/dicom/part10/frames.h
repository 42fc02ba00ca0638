/* Where the frames of an image are in its file: made once when it arrives, kept as a few bytes
 * beside the row. */
#ifndef DICOM_PART10_FRAMES_H
#define DICOM_PART10_FRAMES_H

#include "base/buf.h"
#include "dicom/part10/reader.h"

enum { FRAME_COUNT_MAX = 2000000 };

struct byte_range {
    uint64_t offset, size;
};
SLICE(byte_range);

struct frame_table_info {
    uint32_t frame_count;
    bool is_encapsulated;
    bool in_inflated;   /* offsets are in the inflated data set of a deflated file */
    bool is_bit_packed; /* frames of one-bit samples that need not begin on a byte (PS3.5 8.1.1) */
};

/* What the pixel data says about itself. */
struct frame_layout {
    uint32_t rows, columns, samples, bits_allocated, frame_count;
};

/* Native pixel data: size bytes at offset. */
void frame_table_native(struct buf *out, const struct frame_layout *layout, uint64_t offset,
                        uint64_t size, bool in_inflated);
/* Encapsulated: fragments (without the offset table) and the tables that came with them. Frames
 * that the tables do not tell apart are found by count or by the first bytes of their fragments.
 * heads[i]: begins a bit stream. */
void frame_table_encapsulated(struct buf *out, struct arena *a, const struct frame_layout *layout,
                              const struct byte_range_slice *fragments, const bool *begins_stream,
                              str basic_offsets, str extended_offsets, str extended_lengths,
                              bool in_inflated);

/* Errors: MALFORMED (not a frame table). An empty table has no frames. */
err frame_table_info(str table, struct frame_table_info *out);
/* The bytes of frame number (from 1), in order; for bit packed ones first_bit is where it begins in
 * the first byte and bit_count how many bits it has. Errors: NOT_FOUND, MALFORMED. */
struct frame_place {
    struct byte_range_slice ranges;
    unsigned first_bit;
    uint64_t bit_count; /* 0 unless bit packed */
};
err frame_table_find(struct arena *a, str table, uint32_t number, struct frame_place *out);
/* The same for count of them, in any order and as often as they are asked for, in one pass over the
 * table; out has room for them. */
err frame_table_find_each(struct arena *a, str table, const uint32_t *numbers, size_t count,
                          struct frame_place *out);

/* Integers of seven bits a byte, low first: the serialized form of frame and bulk tables. */
void varint_add(struct buf *out, uint64_t value);
bool varint_take(str *rest, uint64_t *out);

#endif
