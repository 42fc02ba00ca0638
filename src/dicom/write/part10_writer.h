/* Writes a Part 10 file, PS3.10 7, in explicit VR little endian: the caller gives the elements in
 * ascending order. */
#ifndef DICOM_WRITE_PART10_WRITER_H
#define DICOM_WRITE_PART10_WRITER_H

#include "base/buf.h"
#include "dicom/vr.h"

/* Preamble and meta information. */
void part10_write_meta(struct buf *out, str sop_class_uid, str sop_instance_uid,
                       str transfer_syntax_uid);

/* Text is padded to an even length with what its VR pads with. */
void part10_write_text(struct buf *out, uint32_t tag, enum dicom_vr vr, str text);
void part10_write_u16(struct buf *out, uint32_t tag, uint16_t value);
void part10_write_bytes(struct buf *out, uint32_t tag, enum dicom_vr vr, const void *bytes,
                        size_t size);

#endif
