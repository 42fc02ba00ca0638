/* Value Representations, PS3.5 6.2: how the bytes of a value are to be read. */
#ifndef DICOM_VR_H
#define DICOM_VR_H

#include "base/str.h"

/*       name  long    word  kind */
#define DICOM_VRS(X)                                                                               \
    X(AE, false, 1, ASCII)                                                                         \
    X(AS, false, 1, ASCII)                                                                         \
    X(AT, false, 2, BINARY)                                                                        \
    X(CS, false, 1, ASCII)                                                                         \
    X(DA, false, 1, ASCII)                                                                         \
    X(DS, false, 1, ASCII)                                                                         \
    X(DT, false, 1, ASCII)                                                                         \
    X(FD, false, 8, BINARY)                                                                        \
    X(FL, false, 4, BINARY)                                                                        \
    X(IS, false, 1, ASCII)                                                                         \
    X(LO, false, 1, TEXT)                                                                          \
    X(LT, false, 1, TEXT)                                                                          \
    X(OB, true, 1, BYTES)                                                                          \
    X(OD, true, 8, BYTES)                                                                          \
    X(OF, true, 4, BYTES)                                                                          \
    X(OL, true, 4, BYTES)                                                                          \
    X(OV, true, 8, BYTES)                                                                          \
    X(OW, true, 2, BYTES)                                                                          \
    X(PN, false, 1, TEXT)                                                                          \
    X(SH, false, 1, TEXT)                                                                          \
    X(SL, false, 4, BINARY)                                                                        \
    X(SQ, true, 1, SEQUENCE)                                                                       \
    X(SS, false, 2, BINARY)                                                                        \
    X(ST, false, 1, TEXT)                                                                          \
    X(SV, true, 8, BINARY)                                                                         \
    X(TM, false, 1, ASCII)                                                                         \
    X(UC, true, 1, TEXT)                                                                           \
    X(UI, false, 1, ASCII)                                                                         \
    X(UL, false, 4, BINARY)                                                                        \
    X(UN, true, 1, BYTES)                                                                          \
    X(UR, true, 1, ASCII)                                                                          \
    X(US, false, 2, BINARY)                                                                        \
    X(UT, true, 1, TEXT)                                                                           \
    X(UV, true, 8, BINARY)

enum dicom_vr {
    VR_NONE,
#define X(name, is_long, word, kind) VR_##name,
    DICOM_VRS(X)
#undef X
        VR_COUNT
};

enum vr_kind {
    VR_KIND_ASCII,  /* text of the default repertoire */
    VR_KIND_TEXT,   /* text in the Specific Character Set */
    VR_KIND_BINARY, /* numbers */
    VR_KIND_BYTES,  /* a block of bytes or words */
    VR_KIND_SEQUENCE
};

/* "PN"; "" for VR_NONE. */
str vr_name(enum dicom_vr vr);
/* VR_NONE when the two letters are none. */
enum dicom_vr vr_from_chars(const char two[2]);
/* Explicit VR with a 32-bit length behind two reserved bytes (PS3.5 7.1.2). */
bool vr_has_long_length(enum dicom_vr vr);
enum vr_kind vr_kind(enum dicom_vr vr);
/* Bytes of one word for the byte order: 1, 2, 4 or 8. */
unsigned vr_word_size(enum dicom_vr vr);
/* The bytes with each word's in the other order; bytes behind the last whole word stay. word 0 or
 * 1: bytes itself, else a copy that lives in a. */
str vr_turn_words(struct arena *a, str bytes, unsigned word);
/* A backslash separates values. */
bool vr_is_multi_valued(enum dicom_vr vr);

#endif
