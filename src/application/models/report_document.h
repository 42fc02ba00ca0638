/* What a signed version of a report is as documents of its study: DICOM SR and Encapsulated PDF.
 * Their UIDs follow from the identifiers of the report and the version, and their bytes from what
 * is kept, so that storing them again stores nothing twice. */
#ifndef APPLICATION_MODELS_REPORT_DOCUMENT_H
#define APPLICATION_MODELS_REPORT_DOCUMENT_H

#include "application/models/base_model.h"

/* Where a key image is among the others of its study; absent: it is there no more. */
struct report_image_place {
    opt_i64 series_number, instance_number;
};
DECLARE_SCHEMA(report_image_place);
SLICE(report_image_place);

struct report_document {
    struct report report;
    struct report_version version;
    struct report_content content;          /* a frame of 0: all of the instance */
    struct report_image_place_slice places; /* of its key images */
    struct study study;
    str organization_name;
    uuid predecessor_id; /* the version signed before; unset: none */
    bool has_sr, has_pdf;
};
DECLARE_SCHEMA(report_document);

enum report_document_kind { REPORT_DOCUMENT_SR, REPORT_DOCUMENT_PDF };

/* The report with that version and all that documents of it are made from. access is to its study.
 * Errors: NOT_FOUND (the version, the study). */
err report_document_read(struct readers *readers, struct arena *a, const struct access *access,
                         const struct report *report, int64_t number, struct report_document *out);

/* One series of each kind for a report, one instance for a version. */
str report_series_uid(struct arena *a, uuid report_id, enum report_document_kind kind);
str report_document_uid(struct arena *a, uuid version_id, enum report_document_kind kind);

/* The whole files. */
str report_document_sr(struct arena *a, const struct report_document *d);
str report_document_pdf(struct arena *a, const struct report_document *d, str pdf);

#endif
