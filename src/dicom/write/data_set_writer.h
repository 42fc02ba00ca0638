/* Writes a Part 10 file, PS3.10 7, from the events of a reader: of another file, of DICOM JSON, of
 * DICOM XML. In whichever encoding of PS3.5 A.1 to A.3 and A.5 is asked for: implicit or explicit
 * VR, little or big endian, deflated; encapsulated pixel data goes through as it is.
 *
 * Nothing is kept but what is on its way: a value of any length passes piece by piece. Sequences
 * and items get undefined length, values and fragments even length, group lengths are left out,
 * meta information is made anew. What VR a value of more than 65534 bytes cannot have in explicit
 * VR becomes UN (PS3.5 6.2.2). */
#ifndef DICOM_WRITE_DATA_SET_WRITER_H
#define DICOM_WRITE_DATA_SET_WRITER_H

#include "base/byte_sink.h"
#include "base/byte_source.h"
#include "dicom/part10/reader.h"

enum { DATA_SET_WRITER_BUFFER_SIZE = 32 * 1024, DATA_SET_WRITER_VALUE_SIZE = 64 * 1024 };

/* Where the values are that events name by a URI. */
struct bulk_value {
    struct byte_source *bytes; /* in little endian order */
    uint64_t size;
    bool
        is_encapsulated; /* bytes are one fragment of encapsulated pixel data: a whole bit stream */
};
struct bulk_values;
struct bulk_values_ops {
    /* Errors: what the caller is to be told, NOT_FOUND when there is none of that name. */
    err (*open)(struct bulk_values *b, const struct part10_element *e, struct bulk_value *out);
};
struct bulk_values {
    const struct bulk_values_ops *ops;
};

struct data_set_writer {
    struct part10_consumer base; /* for the reader */
    const struct transfer_syntax *to;
    struct byte_sink *sink;
    struct bulk_values *bulk;
    struct data_set_deflater *deflater;
    unsigned char *buffer;
    size_t buffer_len;
    /* of the value whose pieces come */
    bool is_passing, swaps, pads;
    unsigned word, part_len; /* bytes of a word that is not complete yet */
    unsigned char part[8];
    uint64_t left;
    char padding;
};

/* bulk may be NULL: then a value that is elsewhere is MALFORMED. to: native, or encapsulated when
 * the events' pixel data is. Free with data_set_writer_deinit in any case. */
void data_set_writer_init(struct data_set_writer *w, const struct transfer_syntax *to,
                          struct byte_sink *sink, struct bulk_values *bulk);
void data_set_writer_deinit(struct data_set_writer *w);

/* Preamble and meta information; before the events. transfer_syntax_uid: what the file says, when
 * it is not the UID of to, which a private one is read as. Errors: those of the sink, UNAVAILABLE.
 */
err data_set_writer_begin(struct data_set_writer *w, str sop_class_uid, str sop_instance_uid,
                          str transfer_syntax_uid);
/* What is still on its way; after the events. Errors: those of the sink. */
err data_set_writer_finish(struct data_set_writer *w);

/* Whether a file of one transfer syntax can be written in the other without decoding pixels. */
bool transfer_syntax_converts(const struct transfer_syntax *from, const struct transfer_syntax *to);

#endif
