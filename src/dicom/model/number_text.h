/* Binary numbers (AT, FD, FL, SL, SS, SV, UL, US, UV) as text and back, as the Native DICOM Model
 * has them, PS3.19 A.1: decimal, AT as "GGGGEEEE". DICOM JSON has the same texts but for what is
 * not finite. */
#ifndef DICOM_MODEL_NUMBER_TEXT_H
#define DICOM_MODEL_NUMBER_TEXT_H

#include "base/buf.h"
#include "dicom/vr.h"

enum { NUMBER_SIZE_MAX = 8 };

/* Bytes of one number: 2, 4 or 8. */
size_t number_size(enum dicom_vr vr);

/* p has number_size(vr) bytes. FL and FD get a short text that reads back as the same number, or
 * "NaN", "INF", "-INF" (XML Schema 1.1 Part 2, 3.3.4). */
void number_text_write(struct buf *out, enum dicom_vr vr, const unsigned char *p, bool big_endian);

/* FL and FD may be infinite or no number at all; the others never are. */
bool number_is_finite(enum dicom_vr vr, const unsigned char *p, bool big_endian);

/* Writes number_size(vr) bytes in little endian order; false when text is no number of that VR or
 * out of its range. "inf", "Infinity" and their like are understood: clients write what their
 * language prints. */
bool number_text_read(enum dicom_vr vr, str text, unsigned char *out);

#endif
