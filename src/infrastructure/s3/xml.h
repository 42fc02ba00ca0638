/* The XML that S3 answers with, read strictly and in bounds: elements, text, the five named
 * entities and character references; attributes are skipped; no DTD, no CDATA, no processing
 * instruction but the declaration. Pure functions of the text, as every peer's bytes deserve. */
#ifndef INFRASTRUCTURE_S3_XML_H
#define INFRASTRUCTURE_S3_XML_H

#include "base/clock.h"
#include "base/err.h"
#include "base/slice.h"
#include "base/str.h"

enum { XML_DEPTH_MAX = 8, XML_NAME_SIZE_MAX = 64, XML_TEXT_SIZE_MAX = 4096 };

/* Told about each element that ends: how deep it is (the root: 1), its name, that of the element
 * around it, and its text when it has no element inside. element_begins is told first. */
struct xml_sink {
    err (*begin)(struct xml_sink *sink, unsigned depth, str name);
    err (*end)(struct xml_sink *sink, unsigned depth, str name, str parent, str text);
};

/* Texts live in a. Errors: MALFORMED, and those of the sink. */
err xml_read(struct arena *a, str document, struct xml_sink *sink);

enum { S3_LIST_LEN_MAX = 1000 };

/* ListObjectsV2 and ListMultipartUploads: what both say about an entry. */
struct s3_entry {
    str key;
    str upload_id; /* of an upload */
    uint64_t size; /* of an object */
    instant since; /* last modified, or begun */
};
SLICE(s3_entry);

struct s3_list {
    struct s3_entry_slice entries;
    bool is_truncated;
    str next_token;            /* of objects */
    str next_key, next_upload; /* of uploads */
};

/* Errors: MALFORMED (also: more than S3_LIST_LEN_MAX entries, truncated without a place to go on
 * from, an entry without a key). */
err s3_list_read(struct arena *a, str document, struct s3_list *out);

/* An error, or the few facts of an answer to a write. What is absent is not said. */
struct s3_statement {
    str root;          /* name of the root element */
    str code, message; /* of <Error> */
    str upload_id, etag;
};
err s3_statement_read(struct arena *a, str document, struct s3_statement *out);

#endif
