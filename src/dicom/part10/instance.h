/* Everything an archive wants to know about an instance, from one pass over its bytes: the
 * attributes searched by, the complete metadata as DICOM JSON, where each frame and each bulk value
 * lies. Of an attribute that stands twice the first counts, everywhere. */
#ifndef DICOM_PART10_INSTANCE_H
#define DICOM_PART10_INSTANCE_H

#include "dicom/json.h"
#include "dicom/part10/frames.h"
#include "dicom/part10/reader.h"

/*       member, tag; values in UTF-8, padding removed, several separated by "\" */
#define DICOM_INDEX_TEXTS(X)                                                                       \
    X(specific_character_set, 0x00080005)                                                          \
    X(sop_class_uid, 0x00080016)                                                                   \
    X(sop_instance_uid, 0x00080018)                                                                \
    X(study_date, 0x00080020)                                                                      \
    X(series_date, 0x00080021)                                                                     \
    X(content_date, 0x00080023)                                                                    \
    X(study_time, 0x00080030)                                                                      \
    X(series_time, 0x00080031)                                                                     \
    X(content_time, 0x00080033)                                                                    \
    X(accession_number, 0x00080050)                                                                \
    X(modality, 0x00080060)                                                                        \
    X(institution_name, 0x00080080)                                                                \
    X(referring_physician_name, 0x00080090)                                                        \
    X(timezone_offset_from_utc, 0x00080201)                                                        \
    X(station_name, 0x00081010)                                                                    \
    X(study_description, 0x00081030)                                                               \
    X(series_description, 0x0008103E)                                                              \
    X(patient_name, 0x00100010)                                                                    \
    X(patient_id, 0x00100020)                                                                      \
    X(issuer_of_patient_id, 0x00100021)                                                            \
    X(patient_birth_date, 0x00100030)                                                              \
    X(patient_sex, 0x00100040)                                                                     \
    X(body_part_examined, 0x00180015)                                                              \
    X(protocol_name, 0x00181030)                                                                   \
    X(study_instance_uid, 0x0020000D)                                                              \
    X(series_instance_uid, 0x0020000E)                                                             \
    X(study_id, 0x00200010)                                                                        \
    X(series_number, 0x00200011)                                                                   \
    X(instance_number, 0x00200013)                                                                 \
    X(laterality, 0x00200060)                                                                      \
    X(photometric_interpretation, 0x00280004)                                                      \
    X(number_of_frames, 0x00280008)                                                                \
    X(performed_procedure_step_start_date, 0x00400244)                                             \
    X(performed_procedure_step_start_time, 0x00400245)

#define DICOM_INDEX_NUMBERS(X)                                                                     \
    X(samples_per_pixel, 0x00280002)                                                               \
    X(rows, 0x00280010)                                                                            \
    X(columns, 0x00280011)                                                                         \
    X(bits_allocated, 0x00280100)

struct dicom_index {
#define X(member, tag) str member;
    DICOM_INDEX_TEXTS(X)
#undef X
    str scheduled_procedure_step_id; /* in the first item of Request Attributes Sequence (0040,0275)
                                      */
    str requested_procedure_id;
#define X(member, tag) uint32_t member;
    DICOM_INDEX_NUMBERS(X)
#undef X
    bool has_pixel_data;
};

struct instance_read {
    struct part10_file file;
    struct dicom_index index;
    struct json_model json; /* finish it with json_model_finish */
    str bulk_table;
    str frame_table;
};

/* index_only: no JSON and no tables, and nothing is read behind the attributes in front of the
 * pixel data: for counting and checking. has_pixel_data stays false. */
struct instance_read_options {
    bool index_only;
};

/* Reads source to its end, unless index_only. Everything in *out lives in a.
 * Errors: MALFORMED, and those of the source. */
err instance_read(struct arena *a, struct byte_source *source,
                  const struct instance_read_options *options, struct instance_read *out);

/* IS and DS to a number; false when the text is none. */
bool dicom_integer(str text, int64_t *out);

#endif
