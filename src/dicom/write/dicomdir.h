/* Writes a DICOMDIR: Media Storage Directory Storage, PS3.3 F, in explicit VR little endian, for
 * the General Purpose profiles of PS3.11.
 *
 * Records are given from the top down, each below the last one of the level above it: patient, its
 * first study, that study's first series, its instances, the next series, … Offsets are filled in
 * as they become known, so that one pass makes the file. Which keys a record has is a table here;
 * where their values come from is the caller's. */
#ifndef DICOM_WRITE_DICOMDIR_H
#define DICOM_WRITE_DICOMDIR_H

#include "base/buf.h"
#include "dicom/vr.h"

enum { DICOMDIR_TEXT_SIZE_MAX = 1024 }; /* longer values are cut */

enum dicomdir_level {
    DICOMDIR_PATIENT,
    DICOMDIR_STUDY,
    DICOMDIR_SERIES,
    DICOMDIR_INSTANCE,
    DICOMDIR_LEVEL_COUNT
};

/* A value for a key, in UTF-8: numbers in decimal, a coded concept (an SQ) as
 * "value\scheme\meaning". */
struct dicomdir_value {
    uint32_t tag;
    str text;
};
SLICE(dicomdir_value);

/* The file an instance's record refers to. */
struct dicomdir_file {
    str file_id; /* components of 1 to 8 of A-Z 0-9 _, at most 8 of them, separated by "\" */
    str sop_class_uid, sop_instance_uid, transfer_syntax_uid;
};

struct dicomdir {
    struct buf out;
    size_t root_at, sequence_at;          /* places of values that are filled in later */
    size_t next_at[DICOMDIR_LEVEL_COUNT]; /* of the last record of each level; 0: none yet */
    size_t lower_at[DICOMDIR_LEVEL_COUNT];
    uint32_t counts[DICOMDIR_LEVEL_COUNT]; /* below the record above */
};

/* What a record may hold. */
struct dicomdir_key {
    uint32_t tag;
    enum dicom_vr vr;
    enum { DICOMDIR_TYPE_1, DICOMDIR_TYPE_2, DICOMDIR_TYPE_3 } type;
    const char *replacement; /* of type 1 when there is no value; "#": its number among its kind */
};
struct dicomdir_kind {
    const char *name; /* Directory Record Type */
    const struct dicomdir_key *keys;
    size_t key_count;
};
/* The kind of record of an instance, PS3.3 F.4. A class that is not known is an image when it has
 * rows of pixels, else PRIVATE. */
const struct dicomdir_kind *dicomdir_kind_of(str sop_class_uid, bool has_rows);

void dicomdir_begin(struct dicomdir *d, struct arena *a, str sop_instance_uid);
/* file and kind: of an instance; NULL above. What values lacks gets its replacement. */
void dicomdir_add(struct dicomdir *d, enum dicomdir_level level, const struct dicomdir_kind *kind,
                  const struct dicomdir_file *file, const struct dicomdir_value_slice *values);
/* The whole file. */
str dicomdir_end(struct dicomdir *d);

#endif
