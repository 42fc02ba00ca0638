/* Specific Character Set (0008,0005) to UTF-8, PS3.3 C.12.1.1.2 and PS3.5 6.1: single-byte sets,
 * sets with ISO 2022 code extensions, GBK, GB18030 and UTF-8. Decoding never fails: what cannot be
 * decoded becomes U+FFFD. */
#ifndef DICOM_CHARSET_H
#define DICOM_CHARSET_H

#include "dicom/vr.h"

enum charset_kind {
    CHARSET_DEFAULT,
    CHARSET_CODE_TABLES,
    CHARSET_UTF8,
    CHARSET_GB18030,
    CHARSET_UNKNOWN
};

struct charset {
    enum charset_kind kind;
    unsigned char g0, g1;   /* code tables in force at the start of each value */
    unsigned char fallback; /* table for G1 bytes that no escape announced */
};

/* Reads the attribute's value; misspellings seen in the field are understood, what is not known is
 * CHARSET_UNKNOWN. */
struct charset charset_parse(str specific_character_set);

/* The number of a set with code tables in the terms that name it: "100" of ISO_IR 100 and of
 * ISO 2022 IR 100. Besides them there are UTF-8 and GB18030. NULL behind the last. */
const char *charset_number(size_t at);

/* The whole value, backslashes between values included. Returns raw itself when it is plain ASCII.
 */
str charset_to_utf8(const struct charset *c, struct arena *a, enum dicom_vr vr, str raw);

#endif
