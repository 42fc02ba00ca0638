/* Writes a report as Basic Text SR, PS3.3 A.35.1: a tree of content after TID 2000 (PS3.16),
 * complete and verified, in explicit VR little endian and UTF-8. The same document is the same
 * bytes. */
#ifndef DICOM_WRITE_STRUCTURED_REPORT_H
#define DICOM_WRITE_STRUCTURED_REPORT_H

#include "base/buf.h"
#include "base/clock.h"

#define BASIC_TEXT_SR_SOP_CLASS "1.2.840.10008.5.1.4.1.1.88.11"
#define ENCAPSULATED_PDF_SOP_CLASS "1.2.840.10008.5.1.4.1.1.104.1"

struct document_section {
    str heading; /* known ones in some languages become the codes of CID 7001 */
    str text;
};
SLICE(document_section);

struct document_value {
    str name, label; /* a label is what people read */
    str text;        /* with its unit */
    bool is_date;    /* text is a DA */
};
SLICE(document_value);

struct document_image {
    str series_instance_uid, sop_class_uid, sop_instance_uid;
    int64_t frame; /* from 1; 0: all of it */
    str caption;
};
SLICE(document_image);

/* Whose study it is in, as its images say it, and what the document is there. Texts are DICOM
 * values in UTF-8; what is absent is written as empty where the standard wants it. */
struct document_head {
    str study_instance_uid, study_date, study_time, accession_number, study_id, study_description,
        referring_physician_name, patient_name, patient_id, issuer_of_patient_id,
        patient_birth_date, patient_sex;
    str timezone_offset_from_utc; /* "+0100"; absent: its own times are in UTC */
    str series_instance_uid, sop_instance_uid;
    int64_t series_number, instance_number;
    str series_description;
    instant content_at;
};

struct structured_report {
    struct document_head head;
    str title;
    str language; /* BCP 47; absent: not said */
    str author_name;
    str verifier_name, verifier_organization;
    instant verified_at;
    struct document_section_slice sections;
    struct document_value_slice values;
    struct document_image_slice images;
    struct document_section_slice addenda; /* heading: who and when */
    /* The document of that series that this one takes the place of; absent: none. */
    str predecessor_sop_instance_uid;
};

/* The whole file. */
str structured_report_write(struct arena *a, const struct structured_report *report);

/* A PDF as Encapsulated PDF, PS3.3 A.45.1. */
struct encapsulated_pdf {
    struct document_head head;
    str title;
    str source_sop_class_uid, source_sop_instance_uid; /* what it was made of; absent: nothing */
    str pdf;
};
str encapsulated_pdf_write(struct arena *a, const struct encapsulated_pdf *document);

#endif
