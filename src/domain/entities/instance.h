/* An instance: one DICOM object, kept as the bytes that came. What later reads need was computed
 * when it arrived: the complete metadata (DICOM JSON, compressed so that pieces join to one gzip
 * stream), where each frame and each bulk value lies. */
#ifndef DOMAIN_ENTITIES_INSTANCE_H
#define DOMAIN_ENTITIES_INSTANCE_H

#include "domain/entities/entity.h"
#include "domain/enums/study_state.h"

/* What is stored, of an instance that is seen de-identified, and what it is to become
 * (application/models/deidentified_object.h). */
struct deidentified_object {
    str object_name;
    int64_t size;
    str key;                                                  /* of the view */
    str patient_id, issuer_of_patient_id, study_instance_uid; /* of its study */
    str shown_study_instance_uid;
};

struct instance {
    ENTITY_MEMBERS;
    int64_t study_key;
    int64_t series_key;
    str sop_instance_uid;
    str sop_class_uid;
    str transfer_syntax_uid;
    opt_i64 instance_number;
    opt_i64 rows;
    opt_i64 columns;
    opt_i64 bits_allocated;
    opt_i64 number_of_frames;
    str content_date;
    str content_time;
    str object_name; /* SHA-256 of the bytes, hexadecimal: where the storage keeps them */
    int64_t size;
    enum study_state state;
    instant trashed_at;
    /* Of a de-identified view: then object_name tells its states apart, and names nothing that is
     * stored. NULL: as it came. */
    const struct deidentified_object *deidentified;
};
DECLARE_SCHEMA(instance);
SLICE(instance);

/* The derived data of one instance. */
struct instance_blobs {
    str metadata; /* raw DEFLATE (RFC 1951), flushed to a byte boundary, without a final block */
    int64_t metadata_size; /* inflated */
    int64_t metadata_crc;  /* CRC-32 of the inflated text, as gzip wants it */
    str frames;            /* frame table, dicom/part10/frames.h */
    str bulk;              /* bulk table, dicom/json.h */
};

#endif
