/* Transfer syntaxes, PS3.5 10 and PS3.6 A.4: how a data set is encoded, and the media type of its
 * frames' bit stream (PS3.18 8.7.3). */
#ifndef DICOM_TRANSFER_SYNTAX_H
#define DICOM_TRANSFER_SYNTAX_H

#include "base/str.h"

struct transfer_syntax {
    const char *uid, *name;
    const char *media_type; /* of one frame or bulk value */
    bool explicit_vr, big_endian, deflated, encapsulated, lossy, video;
};

#define TS_IMPLICIT_LITTLE "1.2.840.10008.1.2"
#define TS_EXPLICIT_LITTLE "1.2.840.10008.1.2.1"
#define TS_EXPLICIT_BIG "1.2.840.10008.1.2.2"
#define TS_DEFLATED "1.2.840.10008.1.2.1.99"

/* NULL when not known: then the data set is read as explicit VR little endian, as PS3.5 A.4 has all
 * newer ones. */
const struct transfer_syntax *transfer_syntax_find(str uid);
extern const struct transfer_syntax transfer_syntaxes[];
extern const size_t transfer_syntax_count;

#endif
