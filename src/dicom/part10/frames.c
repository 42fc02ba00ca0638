/* Building, storing and asking the frame table. */
#include "dicom/part10/frames.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/checked.h"
#include "dicom/part10/values.h"

#include <stdlib.h>

enum table_kind { KIND_NATIVE = 1, KIND_BITS = 2, KIND_FRAGMENTS = 3, IN_INFLATED = 0x80 };

void varint_add(struct buf *out, uint64_t value)
{
    while (value >= 0x80) {
        buf_add_char(out, (char)(value | 0x80));
        value >>= 7;
    }
    buf_add_char(out, (char)value);
}

bool varint_take(str *rest, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0, at = 0; shift < 64 && at < rest->len; shift += 7, at++) {
        unsigned char byte = (unsigned char)rest->ptr[at];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *rest = str_sub(*rest, at + 1, rest->len);
            *out = value;
            return true;
        }
    }
    return false;
}

void frame_table_native(struct buf *out, const struct frame_layout *l, uint64_t offset,
                        uint64_t size, bool in_inflated)
{
    uint64_t bits;
    uint64_t count = l->frame_count != 0 ? l->frame_count : 1;
    if (!CHECKED_MUL((uint64_t)l->rows * l->columns, (uint64_t)l->samples * l->bits_allocated,
                     &bits) ||
        bits == 0 || count > FRAME_COUNT_MAX)
        return;
    bool packed = bits % 8 != 0 || l->bits_allocated == 1;
    if (count > size * 8 / bits) /* fewer bytes than it says: only whole frames are frames */
        count = size * 8 / bits;
    if (count == 0)
        return;
    buf_add_char(out, (char)((packed ? KIND_BITS : KIND_NATIVE) | (in_inflated ? IN_INFLATED : 0)));
    varint_add(out, count);
    varint_add(out, offset);
    varint_add(out, packed ? bits : bits / 8);
}

struct frame_builder {
    struct arena *arena;
    const struct byte_range_slice *fragments;
    uint32_t *first; /* first fragment of each frame */
    uint32_t frame_count;
};

/* The fragment whose item begins `offset` bytes behind the offset table; UINT32_MAX when there is
 * none. */
static uint32_t fragment_at(const struct byte_range_slice *fragments, uint64_t offset)
{
    uint64_t base = fragments->at[0].offset - 8;
    size_t low = 0, high = fragments->len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        uint64_t here = fragments->at[middle].offset - 8 - base;
        if (here == offset)
            return (uint32_t)middle;
        if (here < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}

static bool by_offsets(struct frame_builder *b, str table, unsigned width)
{
    size_t count = table.len / width;
    if (count == 0 || count > b->fragments->len)
        return false;
    b->first = NEW_ARRAY(b->arena, uint32_t, count);
    for (size_t i = 0; i < count; i++) {
        const unsigned char *p = (const unsigned char *)table.ptr + i * width;
        b->first[i] =
            fragment_at(b->fragments, width == 8 ? value_u64(p, false) : value_u32(p, false));
        if (b->first[i] == UINT32_MAX ||
            (i == 0 ? b->first[i] != 0 : b->first[i] <= b->first[i - 1]))
            return false;
    }
    b->frame_count = (uint32_t)count;
    return true;
}

static void by_streams(struct frame_builder *b, const bool *begins_stream)
{
    b->first = NEW_ARRAY(b->arena, uint32_t, b->fragments->len);
    b->frame_count = 0;
    for (size_t i = 0; i < b->fragments->len; i++)
        if (i == 0 || begins_stream[i])
            b->first[b->frame_count++] = (uint32_t)i;
}

static void one_each(struct frame_builder *b)
{
    b->first = NEW_ARRAY(b->arena, uint32_t, b->fragments->len);
    b->frame_count = (uint32_t)b->fragments->len;
    for (uint32_t i = 0; i < b->frame_count; i++)
        b->first[i] = i;
}

static void write_fragments(struct buf *out, const struct frame_builder *b, const uint64_t *lengths,
                            bool in_inflated)
{
    uint64_t at = 0;
    buf_add_char(out, (char)(KIND_FRAGMENTS | (in_inflated ? IN_INFLATED : 0)));
    varint_add(out, b->frame_count);
    for (uint32_t frame = 0; frame < b->frame_count; frame++) {
        uint32_t end =
            frame + 1 < b->frame_count ? b->first[frame + 1] : (uint32_t)b->fragments->len;
        uint64_t left = lengths != NULL ? lengths[frame] : UINT64_MAX;
        varint_add(out, end - b->first[frame]);
        for (uint32_t i = b->first[frame]; i < end; i++) {
            const struct byte_range *f = &b->fragments->at[i];
            uint64_t size =
                f->size < left ? f->size : left; /* the table's length leaves the pad byte out */
            left -= size;
            varint_add(out, f->offset - at);
            varint_add(out, size);
            at = f->offset;
        }
    }
}

/* Extended Offset Table Lengths, when they say what the fragments say give or take a pad byte. */
static const uint64_t *checked_lengths(struct arena *a, const struct frame_builder *b, str table)
{
    if (table.len != (size_t)b->frame_count * 8 || b->fragments->len != b->frame_count)
        return NULL;
    uint64_t *lengths = NEW_ARRAY(a, uint64_t, b->frame_count);
    for (uint32_t i = 0; i < b->frame_count; i++) {
        lengths[i] = value_u64((const unsigned char *)table.ptr + (size_t)i * 8, false);
        uint64_t size = b->fragments->at[i].size;
        if (lengths[i] != size && lengths[i] + 1 != size)
            return NULL;
    }
    return lengths;
}

void frame_table_encapsulated(struct buf *out, struct arena *a, const struct frame_layout *l,
                              const struct byte_range_slice *fragments, const bool *begins_stream,
                              str basic_offsets, str extended_offsets, str extended_lengths,
                              bool in_inflated)
{
    struct frame_builder b = {.arena = a, .fragments = fragments};
    uint32_t wanted = l->frame_count != 0 ? l->frame_count : 1;
    if (fragments->len == 0)
        return;
    const uint64_t *lengths = NULL;
    if (extended_offsets.len != 0 && by_offsets(&b, extended_offsets, 8) &&
        b.frame_count == wanted) {
        lengths = checked_lengths(a, &b, extended_lengths);
    } else if (!(by_offsets(&b, basic_offsets, 4) && b.frame_count == wanted)) {
        if (wanted == 1) {
            b.first = NEW(a, uint32_t);
            b.frame_count = 1;
        } else if (wanted == fragments->len) {
            one_each(&b);
        } else {
            by_streams(&b, begins_stream);
            if (b.frame_count > wanted)
                one_each(&b);
        }
    }
    write_fragments(out, &b, lengths, in_inflated);
}

err frame_table_info(str table, struct frame_table_info *out)
{
    *out = (struct frame_table_info){0};
    if (table.len == 0)
        return OK;
    unsigned char kind = (unsigned char)table.ptr[0];
    str rest = str_sub(table, 1, table.len);
    uint64_t count;
    if (!varint_take(&rest, &count) || count > FRAME_COUNT_MAX)
        return ERR(MALFORMED, "not a frame table");
    out->frame_count = (uint32_t)count;
    out->in_inflated = (kind & IN_INFLATED) != 0;
    kind &= 0x7F;
    out->is_encapsulated = kind == KIND_FRAGMENTS;
    out->is_bit_packed = kind == KIND_BITS;
    return OK;
}

/* Goes over a table of fragments, frame by frame. */
struct fragment_walk {
    str rest;
    uint64_t at;
    uint32_t number; /* of the frame it has passed */
};

/* The next frame's ranges; ranges NULL: passes over it. */
static err walk_frame(struct arena *a, struct fragment_walk *w, struct byte_range_slice *ranges)
{
    uint64_t count, step, size;
    if (!varint_take(&w->rest, &count) || count > PART10_FRAGMENT_COUNT_MAX)
        return ERR(MALFORMED, "not a frame table");
    for (uint64_t i = 0; i < count; i++) {
        if (!varint_take(&w->rest, &step) || !varint_take(&w->rest, &size) ||
            !CHECKED_ADD(w->at, step, &w->at))
            return ERR(MALFORMED, "not a frame table");
        if (ranges != NULL)
            *SLICE_PUSH(a, ranges) = (struct byte_range){w->at, size};
    }
    w->number++;
    return OK;
}

struct wanted_frame {
    uint32_t number;
    size_t index; /* in the order asked for */
};

static int compare_wanted(const void *left, const void *right)
{
    const struct wanted_frame *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static err find_fragments(struct arena *a, str rest, const uint32_t *numbers, size_t count,
                          struct frame_place *out)
{
    struct fragment_walk w = {.rest = rest};
    struct wanted_frame *wanted = NEW_ARRAY(a, struct wanted_frame, count);
    for (size_t i = 0; i < count; i++)
        wanted[i] = (struct wanted_frame){numbers[i], i};
    qsort(wanted, count, sizeof *wanted, compare_wanted);
    for (size_t i = 0; i < count; i++) {
        struct frame_place *place = &out[wanted[i].index];
        if (i != 0 && wanted[i].number == wanted[i - 1].number) {
            *place = out[wanted[i - 1].index];
            continue;
        }
        while (w.number + 1 < wanted[i].number)
            TRY(walk_frame(a, &w, NULL));
        *place = (struct frame_place){0};
        TRY(walk_frame(a, &w, &place->ranges));
    }
    return OK;
}

static void find_native(struct arena *a, const struct frame_table_info *info, uint64_t offset,
                        uint64_t size, uint32_t number, struct frame_place *out)
{
    *out = (struct frame_place){0};
    struct byte_range *range = SLICE_PUSH(a, &out->ranges);
    if (!info->is_bit_packed) {
        *range = (struct byte_range){offset + (number - 1) * size, size};
        return;
    }
    uint64_t first = (number - 1) * size;
    out->first_bit = (unsigned)(first % 8);
    out->bit_count = size;
    *range = (struct byte_range){offset + first / 8, (first % 8 + size + 7) / 8};
}

err frame_table_find_each(struct arena *a, str table, const uint32_t *numbers, size_t count,
                          struct frame_place *out)
{
    struct frame_table_info info;
    uint64_t frame_count, offset, size;
    TRY(frame_table_info(table, &info));
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == 0 || numbers[i] > info.frame_count)
            return ERR(NOT_FOUND, "there is no such frame");
    if (count == 0)
        return OK;
    str rest = str_sub(table, 1, table.len);
    varint_take(&rest, &frame_count);
    if (info.is_encapsulated)
        return find_fragments(a, rest, numbers, count, out);
    if (!varint_take(&rest, &offset) || !varint_take(&rest, &size))
        return ERR(MALFORMED, "not a frame table");
    for (size_t i = 0; i < count; i++)
        find_native(a, &info, offset, size, numbers[i], &out[i]);
    return OK;
}

err frame_table_find(struct arena *a, str table, uint32_t number, struct frame_place *out)
{
    return frame_table_find_each(a, table, &number, 1, out);
}
