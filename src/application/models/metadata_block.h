/* Metadata of instances, compressed so that any number of them join to one gzip stream without
 * being touched again: each is a run of raw DEFLATE blocks (RFC 1951) that ends on a byte and is
 * not final. */
#ifndef APPLICATION_MODELS_METADATA_BLOCK_H
#define APPLICATION_MODELS_METADATA_BLOCK_H

#include "base/buf.h"
#include "base/err.h"

struct metadata_block {
    str bytes;
    int64_t size; /* inflated */
    int64_t crc;
};

struct metadata_block metadata_block_make(struct arena *a, str text);
/* Errors: MALFORMED. */
err metadata_block_text(struct arena *a, const struct metadata_block *block, struct buf *out);

/* A gzip stream to its text. Errors: MALFORMED. */
err gzip_inflate(struct arena *a, str gzip, str *out);
/* A gzip stream compressed anew as a whole. Errors: MALFORMED. */
err gzip_pack(struct arena *a, str gzip, str *out);

/* A gzip stream of a JSON array: begin, add each, end. */
struct metadata_join {
    struct buf out;
    uint64_t size;
    unsigned long crc;
    size_t count;
};
void metadata_join_begin(struct metadata_join *j, struct arena *a);
void metadata_join_add(struct metadata_join *j, const struct metadata_block *block);
str metadata_join_end(struct metadata_join *j);

#endif
