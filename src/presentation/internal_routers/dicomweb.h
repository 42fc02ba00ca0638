/* DICOMweb, PS3.18: what its three services share. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_H

#include "application/queries/images/retrieve_images/query.h"
#include "presentation/request.h"

enum { SEARCH_LIMIT_DEFAULT = 1000, FRAME_LIST_LEN_MAX = 10000 };

err dicomweb_search(struct request *r);
err dicomweb_store(struct request *r);
err dicomweb_retrieve(struct request *r);
err dicomweb_metadata(struct request *r);
err dicomweb_frames(struct request *r);
err dicomweb_bulkdata(struct request *r);
err dicomweb_wado_uri(struct request *r);
err dicomweb_delete(struct request *r);
err dicomweb_capabilities(struct request *r);

/* Does the client want a ZIP or tar archive: most of all (is_first), or at all? Then
 * dicomweb_archive answers. */
bool dicomweb_archive_is_asked_for(struct request *r, bool is_first);
err dicomweb_archive(struct request *r);

/* The UIDs of the address. Errors: NOT_FOUND (what can be no UID). */
err dicomweb_path(struct request *r, struct image_path *out);
/* "http://host/dicom-web": as the client sees us. */
str dicomweb_base_url(struct request *r);
/* The Accept header, or the query parameter of that name, which wins. Nothing said: one item that
 * takes everything. */
void dicomweb_accept(struct request *r, struct accept_item_slice *out);
/* A strong tag; without is_immutable clients ask again each time. */
void dicomweb_set_tag(struct request *r, str etag, bool is_immutable);
/* Instance data never changes, unless others may take its place: one year. */
void dicomweb_set_immutable(struct request *r, str etag);

SLICE(http_part);
/* Of a whole body the parts that Range asks for, with the status that goes with it; headers are
 * set. Errors: RANGE. */
err dicomweb_parts_asked_for(struct request *r, str etag, struct http_parts *body,
                             unsigned *status);

#endif
