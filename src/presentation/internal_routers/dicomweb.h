/* DICOMweb, PS3.18: what its three services share. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_H

#include "application/queries/images/retrieve_images/query.h"
#include "presentation/request.h"

enum {
    SEARCH_LIMIT_DEFAULT = 1000,
    FRAME_LIST_LEN_MAX = 10000,
    COMMITMENT_BODY_SIZE_MAX = 8 * 1024 * 1024,
    DOCUMENTS_SIZE_MAX = 64 * 1024 * 1024, /* data sets of one body in JSON or XML */
    BULK_PART_COUNT_MAX = 10000,           /* beside them */
    MULTIPART_INSTANCE_COUNT_MAX = 100000  /* of one answer */
};

err dicomweb_search(struct request *r);
err dicomweb_store(struct request *r);
err dicomweb_retrieve(struct request *r);
err dicomweb_metadata(struct request *r);
err dicomweb_frames(struct request *r);
err dicomweb_bulkdata(struct request *r);
err dicomweb_all_bulkdata(struct request *r);
err dicomweb_pixeldata(struct request *r);
err dicomweb_rendered(struct request *r);
err dicomweb_wado_uri(struct request *r);
err dicomweb_delete(struct request *r);
err dicomweb_capabilities(struct request *r);
err dicomweb_commitment(struct request *r);
/* Of a non-patient object (PS3.18 12); it is searched for and stored as images are. */
err dicomweb_object(struct request *r);
err dicomweb_object_metadata(struct request *r);
err dicomweb_object_bulkdata(struct request *r);

/* The category whose name the address begins with; NON_PATIENT_CATEGORY_COUNT: it is about studies.
 */
enum non_patient_category dicomweb_category(const struct request *r);

/* Does the client want a ZIP or tar archive: most of all (is_first), or at all? Then
 * dicomweb_archive answers. */
bool dicomweb_archive_is_asked_for(struct request *r, bool is_first);
err dicomweb_archive(struct request *r);

/* The UIDs of the address. Errors: NOT_FOUND (what can be no UID). */
err dicomweb_path(struct request *r, struct image_path *out);
/* "http://host/dicom-web", or wherever else the service is mounted: as the client sees us. */
str dicomweb_base_url(struct request *r);
/* Metadata as it is kept, with the addresses of bulk values as they are under the prefix that was
 * asked under. */
str dicomweb_relocated(struct request *r, str json);
/* The Accept header, or the query parameter of that name, which wins. Nothing said: one item that
 * takes everything. */
void dicomweb_accept(struct request *r, struct accept_item_slice *out);
/* All text this server makes is UTF-8. Errors: MALFORMED (the query parameter charset names others
 * alone, PS3.18 8.3.3.2), NOT_ACCEPTABLE (Accept-Charset does, which that wins over). */
err dicomweb_check_charset(struct request *r);
/* A strong tag; without is_immutable clients ask again each time. */
void dicomweb_set_tag(struct request *r, str etag, bool is_immutable);
/* Instance data never changes, unless others may take its place: one year. */
void dicomweb_set_immutable(struct request *r, str etag);

/* What the search takes besides attributes; NULL behind the last. */
const struct query_parameter *search_parameter(size_t at);

/* Failure Reason (0008,1197), PS3.3 C.14.1.1 and PS3.4 B.2.3. */
struct failure_reason {
    enum err_code code;
    unsigned reason;
    const char *doc;
};
/* The last one stands for all other codes. */
extern const struct failure_reason failure_reasons[];
extern const size_t failure_reason_count;
/* Warning Reason (0008,1196), PS3.4 B.2.3: the data set does not match its SOP class. */
enum {
    WARNING_KEPT_BESIDE = 0xB000, /* coercion of data elements: not what is served */
    WARNING_NOT_OF_ITS_CLASS = 0xB007,
    FAILURE_OF_OTHER_CLASS = 0x0122
};
/* Opens an object that there is a row for: that it is missing is not the client's mistake. Errors:
 * UNAVAILABLE. */
err dicomweb_open(struct storage *storage, str object_name, struct object_range range,
                  struct object_file *out);
/* Its bytes of a part of an answer, as open of struct http_parts wants them. */
err dicomweb_open_part(struct storage *storage, const struct instance *n,
                       const struct http_part *part, int *fd, uint64_t *base);

SLICE(http_part);
/* Of a whole body the parts that Range asks for, with the status that goes with it; headers are
 * set. Errors: RANGE. */
err dicomweb_parts_asked_for(struct request *r, str etag, struct http_parts *body,
                             unsigned *status);

#endif
