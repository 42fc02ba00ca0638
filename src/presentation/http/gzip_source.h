/* The body of a request that came compressed (Content-Encoding: gzip or deflate, RFC 9110 8.4.1),
 * as a source of what it holds. */
#ifndef PRESENTATION_HTTP_GZIP_SOURCE_H
#define PRESENTATION_HTTP_GZIP_SOURCE_H

#include "base/byte_source.h"

#include <zlib.h>

enum {
    GZIP_SOURCE_BUFFER_SIZE = 16 * 1024,
    /* What DICOM compresses to: rarely less than a twentieth. More than this, behind the first
     * bytes, is made to harm. */
    GZIP_SOURCE_RATIO_MAX = 200,
    GZIP_SOURCE_UNCHECKED_SIZE = 1024 * 1024
};

struct gzip_source {
    struct byte_source base;
    struct byte_source *from;
    z_stream stream;
    bool is_between; /* members of a gzip stream, RFC 1952 2.2 */
    uint64_t in_size, out_size;
    unsigned char buffer[GZIP_SOURCE_BUFFER_SIZE];
};

/* Reading it gives MALFORMED (not of that form, cut off), TOO_LARGE (the ratio), and the errors of
 * from. Errors: UNAVAILABLE. Free with gzip_source_deinit. */
err gzip_source_init(struct gzip_source *s, struct byte_source *from);
void gzip_source_deinit(struct gzip_source *s);

#endif
