/* WADO-RS: the values of a study, series or instance that do not stand in its metadata, PS3.18
 * 10.4.1.1.5 and 10.4.1.1.6, and what is shown without decoding pixels: where they lie. */
#ifndef APPLICATION_QUERIES_IMAGES_RETRIEVE_BULK_QUERY_H
#define APPLICATION_QUERIES_IMAGES_RETRIEVE_BULK_QUERY_H

#include "application/queries/images/retrieve_images/query.h"

enum {
    RETRIEVE_BULK_INSTANCE_COUNT_MAX = 100000,
    RETRIEVE_BULK_TABLES_SIZE_MAX = 64 * 1024 * 1024 /* frame and bulk tables of all of them */
};

/* What the metadata of an instance says of its encapsulated document, PS3.3 C.24.2. */
struct bulk_document {
    str media_type;     /* MIME Type of Encapsulated Document (0042,0012), as it is; "" */
    uint64_t size;      /* Encapsulated Document Length (0042,0015) without padding; 0: not said */
    str inline_content; /* of a document so short that it stands in the metadata; absent */
};

struct bulk_owner {
    struct instance instance;
    str series_instance_uid;
    str frames, bulk; /* tables, as in struct instance_blobs */
    struct bulk_document document;
};
SLICE(bulk_owner);

struct retrieve_bulk {
    struct image_path path;
};
struct retrieve_bulk_result {
    struct image_row row; /* down to the level of the path */
    struct bulk_owner_slice owners;
};
/* Errors: NOT_FOUND, TOO_LARGE (more than the limits above). */
DECLARE_USE_CASE(retrieve_bulk);

#endif
