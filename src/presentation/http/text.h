/* The small languages of HTTP: percent-encoding and queries (RFC 3986), Accept (RFC 9110 12.5),
 * ranges (14), entity tags (8.8.3, 13.1). Liberal where DICOMweb clients are sloppy. */
#ifndef PRESENTATION_HTTP_TEXT_H
#define PRESENTATION_HTTP_TEXT_H

#include "base/buf.h"
#include "base/err.h"

enum { ACCEPT_COUNT_MAX = 32, RANGE_COUNT_MAX = 16, QUERY_PARAMETER_COUNT_MAX = 256 };

/* One path segment or query word. plus_is_space: in queries and forms. False on a bad escape, NUL
 * or no UTF-8. */
bool url_decode(struct arena *a, str text, bool plus_is_space, str *out);
/* What is not unreserved becomes %XX. */
void url_encode(struct buf *out, str text);

struct query_pair {
    str name, value; /* decoded */
};
SLICE(query_pair);
/* Errors: MALFORMED. */
err query_read(struct arena *a, str query, struct query_pair_slice *out);

/* One element of an Accept header. Names and parameter values without quotes; type in lower case.
 */
struct accept_item {
    str media_type;      /* "multipart/related", "image/jpeg", "any/any" with stars, … */
    str type;            /* its parameter type=, which says what the parts are */
    str transfer_syntax; /* its parameter transfer-syntax= */
    unsigned quality;    /* 0 to 1000 */
};
SLICE(accept_item);
/* In the order of preference. An absent or empty header gives nothing. Never fails: what cannot be
 * read is passed over. */
void accept_read(struct arena *a, str header, struct accept_item_slice *out);
/* Is UTF-8 one of a list of character sets, Accept-Charset or what PS3.18 8.8 has in its place: by
 * that name or the defined term ISO_IR 192, or by "*" if has_star. An absent list takes it. */
bool charsets_take_utf8(str list, bool has_star);
/* The value of a parameter of a media type or disposition, without quotes; absent when there is
 * none. */
str header_parameter(str header, str name);
/* What stands before the first ";", trimmed. */
str header_main(str header);

/* Range of size bytes. One range only: several are answered by the whole. */
enum range_kind { RANGE_NONE, RANGE_ONE, RANGE_UNSATISFIABLE };
enum range_kind range_read(str header, uint64_t size, uint64_t *offset, uint64_t *length);

/* Does a list of entity tags ("x", W/"x", *) name this one (without quotes)? weak: W/ counts. */
bool etag_matches(str header, str etag, bool weak);

/* accepts_gzip: Accept-Encoding allows it. */
bool accepts_gzip(str header);
/* A whole gzip stream of text. */
str gzip_text(struct arena *a, str text);

#endif
