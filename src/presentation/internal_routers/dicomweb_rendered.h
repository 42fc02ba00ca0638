/* What browsers and readers of documents show as it is, PS3.18 8.7.4, without a pixel being
 * decoded: encapsulated documents and video. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_RENDERED_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_RENDERED_H

#include "presentation/internal_routers/dicomweb.h"

/* The resource of that path in one of the media types that accept prefers. only_single: never in a
 * multipart (WADO-URI). Errors: NOT_FOUND, NOT_ACCEPTABLE (says what there is), those of
 * values_respond. */
err dicomweb_respond_rendered(struct request *r, const struct image_path *path,
                              const struct accept_item_slice *accept, bool only_single);

#endif
