/* What is to be done with each attribute, PS3.15 Annex E: Table E.1-1 with the columns of its
 * options, rows of our own for what it does not list, and rules for the rest. Nothing here knows a
 * value.
 *
 * Where the table leaves a choice to what the object's definition asks for (X/Z, X/D, …) the one is
 * taken that is valid in any object: a value of length zero for X/Z and Z, a dummy for whatever
 * allows one, the sequence with its UIDs replaced for X/Z/U*. So nothing here has to know which
 * attribute is of which type in which object.
 *
 * What no row names is kept when the dictionary knows it, because image attributes are most of it,
 * except: names become dummies, dates, times and UIDs are treated as the listed ones are, what
 * comes in a VR with text that is not its own is removed. Curves, overlays, private attributes,
 * pixels in items and standard attributes that the dictionary does not know are removed; of the
 * last, numbers are kept. */
#ifndef DICOM_DEIDENTIFY_CONFIDENTIALITY_H
#define DICOM_DEIDENTIFY_CONFIDENTIALITY_H

#include "dicom/vr.h"

/* The options of PS3.15 E.3 that this program has, as bits. Those to clean graphics, structured
 * content, pixels and recognizable features are not among them: what they would clean is removed,
 * or told as a risk (deidentify/risk.h). */
enum deidentify_flags {
    DEIDENTIFY_RETAIN_UIDS = 1 << 0,
    DEIDENTIFY_RETAIN_DEVICE = 1 << 1,
    DEIDENTIFY_RETAIN_INSTITUTION = 1 << 2,
    DEIDENTIFY_RETAIN_PATIENT = 1 << 3, /* characteristics: sex, age, size, … */
    DEIDENTIFY_RETAIN_DATES = 1 << 4,   /* full dates */
    DEIDENTIFY_SHIFT_DATES = 1 << 5,    /* modified dates; not together with the one before */
    DEIDENTIFY_CLEAN_DESCRIPTORS = 1 << 6,
    DEIDENTIFY_RETAIN_SAFE_PRIVATE = 1 << 7,
    DEIDENTIFY_FLAG_COUNT = 8
};

enum deidentify_action {
    DEIDENTIFY_KEEP,   /* of a sequence: its items are gone through */
    DEIDENTIFY_REMOVE, /* X */
    DEIDENTIFY_EMPTY,  /* Z */
    DEIDENTIFY_DUMMY,  /* D; of a sequence: its items are gone through, all texts become dummies */
    DEIDENTIFY_UID,    /* U */
    DEIDENTIFY_SHIFT,  /* C of a date */
    DEIDENTIFY_CLEAN,  /* C of a text; of a sequence: of all texts in its items */
    DEIDENTIFY_PSEUDONYM,
    DEIDENTIFY_ACTION_COUNT
};

/* "remove", "dummy", … */
const char *deidentify_action_name(enum deidentify_action action);

/* Where an attribute stands. */
struct deidentify_place {
    uint32_t tag;
    enum dicom_vr vr;             /* as it came */
    bool is_nested;               /* in an item of a sequence */
    enum deidentify_action above; /* DUMMY or CLEAN in items of such a sequence, else KEEP */
};

/* flags: of deidentify_flags. Private attributes are REMOVE: which are safe is another question
 * (safe_private.h). */
enum deidentify_action confidentiality_action(const struct deidentify_place *place, unsigned flags);
/* What is done when CLEAN leaves nothing, or SHIFT cannot read the date. */
enum deidentify_action confidentiality_fallback(const struct deidentify_place *place);

/* A row, for documentation and tests. */
struct confidentiality_row {
    uint32_t tag;
    unsigned char profile;  /* of the profile's column */
    unsigned short options; /* of the columns behind it */
};
extern const struct confidentiality_row confidentiality_rows[];      /* Table E.1-1 */
extern const struct confidentiality_row confidentiality_more_rows[]; /* our own */
extern const size_t confidentiality_row_count, confidentiality_more_row_count;
/* "X/Z" of the first column of a row. */
const char *confidentiality_profile_name(const struct confidentiality_row *row);

#endif
