/* Answers of JSON, compressed when the client takes it and the body is worth it. */
#include "presentation/middleware/middleware.h"

enum { COMPRESSED_SIZE_MIN = 4096 };

void request_respond_json(struct request *r, unsigned status, str content_type, str body)
{
    http_set_header(r->x, "Vary", STR("Accept, Accept-Encoding"));
    if (body.len >= COMPRESSED_SIZE_MIN && accepts_gzip(http_header(r->x, "Accept-Encoding"))) {
        str compressed = gzip_text(request_arena(r), body);
        if (compressed.ptr != NULL) {
            http_set_header(r->x, "Content-Encoding", STR("gzip"));
            body = compressed;
        }
    }
    http_respond(r->x, status, content_type, body);
}
