/* Private attributes that name nobody, by what their vendors have said of them (PS3.15 E.3.10): a
 * creator, a place in its block, the VR. Only numbers and codes are among them; texts that a person
 * may have typed are not, whoever lists them. */
#ifndef DICOM_DEIDENTIFY_SAFE_PRIVATE_H
#define DICOM_DEIDENTIFY_SAFE_PRIVATE_H

#include "dicom/vr.h"

enum { SAFE_PRIVATE_BLOCK_COUNT_MAX = 64, SAFE_PRIVATE_VALUE_SIZE_MAX = 256 };

/* Which blocks (PS3.5 7.8.1) of the data set and of the items that are open belong to creators with
 * a safe attribute. */
struct safe_private {
    struct safe_private_block {
        unsigned depth;
        uint16_t group;
        unsigned char block; /* 0x10 to 0xFF */
        const char *creator;
    } at[SAFE_PRIVATE_BLOCK_COUNT_MAX];
    size_t count;
};

static inline bool tag_is_private_creator(uint32_t tag)
{
    return (tag >> 16 & 1) != 0 && (tag & 0xFFFF) >= 0x10 && (tag & 0xFFFF) <= 0xFF;
}

/* A creator element with its value: NULL unless one of its attributes may be kept. Beyond
 * SAFE_PRIVATE_BLOCK_COUNT_MAX at once: none. */
const char *safe_private_note(struct safe_private *s, unsigned depth, uint32_t tag, str creator);
/* Forgets the blocks of an item that ends. */
void safe_private_leave(struct safe_private *s, unsigned depth);
/* The VR that the list gives the attribute; VR_NONE: it is not on it. */
enum dicom_vr safe_private_vr(const struct safe_private *s, unsigned depth, uint32_t tag);
/* A value that can be no more than the number or code that it is listed as. */
bool safe_private_accepts(enum dicom_vr listed, str value);

#endif
