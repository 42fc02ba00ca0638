/* What a compressed image says about itself in its first bytes: JPEG and JPEG-LS (ISO 10918-1,
 * 14495-1), JPEG 2000 (15444-1) bare or in a JP2 file. Enough to tell its transfer syntax and to
 * fill in the Image Pixel Module (PS3.3 C.7.6.3) where the sender left it out. */
#ifndef DICOM_BIT_STREAM_H
#define DICOM_BIT_STREAM_H

#include "base/str.h"

enum { BIT_STREAM_HEAD_SIZE = 64 * 1024 }; /* as much as is looked at */

struct bit_stream_facts {
    const char *transfer_syntax_uid;
    const char *photometric_interpretation;
    uint32_t rows, columns, samples, bits_stored;
    bool is_signed;
};

/* head: the first BIT_STREAM_HEAD_SIZE bytes, or all. False when it is no such stream, or its
 * headers are longer or broken. */
bool bit_stream_read(str head, struct bit_stream_facts *out);

#endif
