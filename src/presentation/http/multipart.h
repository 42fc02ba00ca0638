/* Multipart bodies, RFC 2046 5.1 and PS3.18 8.6, both ways.
 *
 * The reader pulls from a source and gives one part after the other as a source of its own; it
 * holds one block of fixed size. It takes what clients send: text or CRLF before the first
 * boundary, a boundary without quotes, no CRLF at the end, an epilogue. */
#ifndef PRESENTATION_HTTP_MULTIPART_H
#define PRESENTATION_HTTP_MULTIPART_H

#include "base/buf.h"
#include "base/byte_source.h"

enum {
    MULTIPART_BOUNDARY_SIZE_MAX = 256, /* RFC 2046 says 70; some clients go further */
    MULTIPART_HEAD_SIZE_MAX = 16 * 1024,
    MULTIPART_PART_COUNT_MAX = 100000,
    MULTIPART_BLOCK_SIZE = 128 * 1024
};

struct multipart_reader {
    struct byte_source base; /* the content of the part */
    struct byte_source *from;
    char *block;
    size_t start, end;
    bool at_end;           /* of from */
    bool in_part, is_last; /* the closing boundary was seen */
    size_t part_count;
    char delimiter[MULTIPART_BOUNDARY_SIZE_MAX + 8]; /* CRLF, "--", boundary */
    size_t delimiter_size;
};

struct multipart_part {
    str content_type, content_location, content_disposition,
        content_encoding;        /* absent when not there */
    struct byte_source *content; /* to its end, before the next part is asked for or not */
};

/* Errors: MALFORMED (no boundary). */
err multipart_reader_init(struct multipart_reader *r, struct byte_source *from, str content_type);
void multipart_reader_deinit(struct multipart_reader *r);

/* *found is false behind the last part. Headers live in a.
 * Errors: MALFORMED (cut off, head too long, too many parts), and those of the source. */
err multipart_next(struct multipart_reader *r, struct arena *a, struct multipart_part *out,
                   bool *found);

/* The head of a part for writing: "--boundary CRLF Content-Type: … CRLF Content-Location: … CRLF
 * CRLF". location may be absent. first: without the CRLF that ends the part before. */
str multipart_head(struct arena *a, str boundary, str content_type, str location, bool first);
str multipart_tail(struct arena *a, str boundary);
/* multipart/related; type="…"; boundary=… */
str multipart_content_type(struct arena *a, str boundary, str type);

#endif
