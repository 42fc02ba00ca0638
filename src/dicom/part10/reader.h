/* The Part 10 reader, PS3.10 7 and PS3.5 7: pulls bytes from a source and pushes events to a
 * consumer, in one pass, for every encoding: implicit and explicit VR, little and big endian,
 * deflated, encapsulated; defined and undefined lengths; with or without preamble and meta
 * information.
 *
 * It keeps a stack, not a recursion; it never allocates for a length it has not received; what has
 * no end, nests too deep or has too many elements is MALFORMED. It reads the source to its end, so
 * that a copying source copies all, unless the consumer names a last tag. */
#ifndef DICOM_PART10_READER_H
#define DICOM_PART10_READER_H

#include "base/byte_sink.h"
#include "dicom/transfer_syntax.h"
#include "dicom/vr.h"

#define PART10_UNDEFINED_LENGTH UINT32_C(0xFFFFFFFF)

enum {
    PART10_NESTING_MAX = 64, /* sequences within sequences */
    PART10_ELEMENT_COUNT_MAX = 200000,
    PART10_FRAGMENT_COUNT_MAX = 2000000,
    PART10_VALUE_SIZE_MAX = 16 * 1024 * 1024, /* taken whole at most */
    PART10_FRAGMENT_HEAD_SIZE = 16,
    PART10_BUFFER_SIZE = 64 * 1024
};
#define PART10_INFLATED_SIZE_MAX (UINT64_C(1) << 30)

struct part10_element {
    uint32_t tag;
    enum dicom_vr vr;
    uint32_t length; /* of the value in bytes; PART10_UNDEFINED_LENGTH for encapsulated pixel data
                        and sequences */
    uint64_t
        offset; /* of the value: bytes from the start of the file, or of the inflated data set */
    unsigned depth; /* 0: data set, 1: in an item of a sequence of it, … */
    bool big_endian;
    str uri; /* BulkDataURI of a value that stands elsewhere: in DICOM JSON and XML; a file has none
              */
};

struct part10_fragment {
    uint32_t index;  /* 0 is the Basic Offset Table */
    uint64_t offset; /* of its bytes */
    uint32_t size;
    str bytes; /* index 0: all of them; else the first PART10_FRAGMENT_HEAD_SIZE */
};

struct part10_consumer;

struct part10_consumer_ops {
    /* How many bytes the value may have to be given whole; 0: pass over it. */
    size_t (*wants)(struct part10_consumer *c, const struct part10_element *e);
    /* The value, if it was wanted and is not longer than that; else value.ptr == NULL. The bytes
     * live until it returns. */
    err (*element)(struct part10_consumer *c, const struct part10_element *e, str value);
    err (*sequence_begin)(struct part10_consumer *c, const struct part10_element *e);
    err (*item_begin)(struct part10_consumer *c, uint32_t index);
    err (*item_end)(struct part10_consumer *c);
    err (*sequence_end)(struct part10_consumer *c);
    /* Encapsulated pixel data: begin is an element with undefined length, then its fragments, then
     * the end. */
    err (*fragment)(struct part10_consumer *c, const struct part10_element *e,
                    const struct part10_fragment *f);
    err (*fragments_end)(struct part10_consumer *c, const struct part10_element *e);
    /* The bytes of a value that was not given whole, and those of a fragment behind the first,
     * piece by piece, after element or fragment. NULL: they are passed over. */
    err (*piece)(struct part10_consumer *c, const struct part10_element *e, str bytes);
};

struct part10_consumer {
    const struct part10_consumer_ops *ops;
    uint32_t
        last_tag; /* reading ends before the first element of the data set behind it; 0: never */
};

struct part10_file {
    const struct transfer_syntax *transfer_syntax; /* how it was read; never NULL */
    str transfer_syntax_uid;                       /* as the file says; absent when it does not */
    bool has_preamble, has_meta;
    uint64_t size; /* bytes of the file, or read until the last tag */
};

/* Meta elements (group 0002) are pushed first, at depth 0. Texts of *out live in a.
 * Errors: MALFORMED (what is wrong, without any value), and what source and consumer return. */
err part10_read(struct arena *a, struct byte_source *source, struct part10_consumer *consumer,
                struct part10_file *out);

/* The data set of a deflated file as it is inflated (PS3.5 A.5), which is what offsets of its
 * elements count in: its first size bytes, if it has so many. Errors: MALFORMED (also: not
 * deflated), and those of source and sink. */
err part10_inflate(struct arena *a, struct byte_source *source, uint64_t size,
                   struct byte_sink *sink);

#endif
