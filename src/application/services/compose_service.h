/* Instances that come in pieces, PS3.18 10.5.1 and 8.6: a data set as DICOM JSON or XML, and the
 * values that were too large for it as parts beside it. Made into a Part 10 file, which then comes
 * in as any other. */
#ifndef APPLICATION_SERVICES_COMPOSE_SERVICE_H
#define APPLICATION_SERVICES_COMPOSE_SERVICE_H

#include "application/services/ingest_service.h"

/* A bulk value that has arrived. */
struct compose_part {
    str location;          /* the URI that the data set names it by */
    str media_type;        /* without parameters */
    str transfer_syntax;   /* its parameter of that name; absent */
    uint64_t offset, size; /* in the file of parts */
};
SLICE(compose_part);

/* By location, for compose_instance to find them; of several with one location the first counts. */
void compose_parts_sort(struct compose_part_slice *parts);

enum compose_model { COMPOSE_JSON, COMPOSE_XML };

struct compose_request {
    enum compose_model model;
    str document;                           /* one data set */
    const struct compose_part_slice *parts; /* sorted */
    int parts_fd;                           /* theirs */
    /* The UIDs in it stand also where the data set names none. */
    struct ingest_options options;
};

/* Writes the file and takes it in. What the data set leaves out and the parts tell is filled in:
 * the transfer syntax, the Image Pixel Module of a JPEG or JPEG 2000 stream, the SOP class of a
 * document or STL, its MIME type; UIDs that are missing are made. Errors: those of ingest_instance;
 * MALFORMED also for what is no data set, or names a part that is not there, UNSUPPORTED for pixel
 * data of a kind that has no transfer syntax. */
err compose_instance(struct scope *scope, const struct compose_request *request,
                     struct ingest_result *out);

#endif
