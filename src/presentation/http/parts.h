/* A body made of pieces of memory and of files. */
#ifndef PRESENTATION_HTTP_PARTS_H
#define PRESENTATION_HTTP_PARTS_H

#include "presentation/http/exchange.h"
#include "presentation/http/lanes.h"

struct MHD_Connection;
struct MHD_Response;

/* total: bytes of the body. A part that has to be waited for is opened on a lane while the
 * connection is suspended. Errors: those of open, for what is opened beforehand. */
err parts_response(const struct http_parts *parts, struct MHD_Connection *connection,
                   struct lanes *lanes, struct MHD_Response **out, uint64_t *total);

#endif
