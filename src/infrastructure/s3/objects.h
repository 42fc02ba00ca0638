/* What is done with objects and keys of a bucket, each in one call with a deadline and with every
 * answer held against what was asked for. Keys are whole: prefix included. */
#ifndef INFRASTRUCTURE_S3_OBJECTS_H
#define INFRASTRUCTURE_S3_OBJECTS_H

#include "application/services/storage_service.h"
#include "infrastructure/s3/client.h"
#include "infrastructure/s3/xml.h"

enum {
    S3_PART_SIZE = 16 * 1024 * 1024, /* also the largest object that is sent in one piece */
    S3_PART_COUNT_MAX = 10000,
    S3_LOOK_COUNT_MAX = 4, /* for what was just written */
    S3_PUT_COUNT_MAX = 3,  /* of what was not found then */
    MD5_SIZE = 16
};

#define S3_COPY_SIZE_MAX (UINT64_C(5) * 1024 * 1024 * 1024)
#define S3_OBJECT_SIZE_MAX (UINT64_C(5) * 1024 * 1024 * 1024 * 1024)

/* Errors of all of them: UNAVAILABLE (away, slow, refusing, or answering nonsense). */

struct s3_head {
    uint64_t size;
    int64_t age_seconds; /* since it was written, by the server's clock */
    str last_modified;   /* as the server says it; in a */
};
/* Errors: NOT_FOUND. */
err s3_object_head(struct s3_client *c, struct arena *a, str key, uint64_t until_ns,
                   struct s3_head *out);

/* The file on its way; the deadline is one of its size. */
struct s3_upload {
    str key;
    int fd;
    uint64_t size;
    char sha256[SHA256_HEX_SIZE];
    unsigned char md5[MD5_SIZE]; /* of a single piece */
};
/* In one piece up to S3_PART_SIZE, else in parts; returns when the server says that it has exactly
 * these bytes. A failed upload leaves no parts, or storage_sweep finds them. */
err s3_object_put(struct s3_client *c, const struct s3_upload *upload, uint64_t until_ns);

/* Into the sink, at most its size_max bytes: all of it, whose SHA-256 must be the hexadecimal name
 * at the end of the key; or exactly the range, not a byte more or less. *object_size: of the whole
 * object. Errors: NOT_FOUND, NO_SPACE. */
err s3_object_get(struct s3_client *c, str key, struct object_range range, struct s3_sink *sink,
                  uint64_t until_ns, uint64_t *object_size);

/* On the server; afterwards to has that size. unmodified_since: absent, or the last_modified of a
 * head: CONFLICT when it was written since, whether or not the server knows conditions; the copy
 * may be there then. Errors: NOT_FOUND, CONFLICT. */
err s3_object_copy(struct s3_client *c, str from, str to, uint64_t size, str unmodified_since,
                   uint64_t until_ns);

/* What is not there is deleted already. */
err s3_object_delete(struct s3_client *c, str key, uint64_t until_ns);

/* One page of keys with that prefix; token: absent, or next_token of the page before. *now: of the
 * server. */
err s3_objects_list(struct s3_client *c, struct arena *a, str prefix, str token, uint64_t until_ns,
                    struct s3_list *out, instant *now);

/* One page of uploads that were never completed. A server that does not know of them has none. */
err s3_uploads_list(struct s3_client *c, struct arena *a, str prefix, const struct s3_list *before,
                    uint64_t until_ns, struct s3_list *out, instant *now);
err s3_upload_abort(struct s3_client *c, str key, str upload_id, uint64_t until_ns);

/* Whether the bucket can be used. Errors: INVALID (no such bucket, keys or region not accepted:
 * what an administrator has to put right), UNAVAILABLE. Texts are constants. */
err s3_bucket_check(struct s3_client *c, uint64_t until_ns);

#endif
