/* Where the bucket is and how it is spoken to: s3://bucket/prefix?endpoint=…&region=… */
#ifndef INFRASTRUCTURE_S3_SETTINGS_H
#define INFRASTRUCTURE_S3_SETTINGS_H

#include "base/err.h"
#include "base/str.h"

enum { S3_BUCKET_SIZE_MAX = 63, S3_PREFIX_SIZE_MAX = 256, S3_URL_SIZE_MAX = 2048 };

struct s3_settings {
    str bucket;
    str prefix;      /* empty, or ends with a slash */
    str scheme;      /* "http" or "https" */
    str host;        /* with its port; the bucket's own name in front unless path_style */
    str region;      /* us-east-1 when not said */
    bool path_style; /* the bucket is the first part of the path, not of the host */
    str sse;         /* absent, "AES256" or "aws:kms" */
    str sse_kms_key_id;
};

/* Options: endpoint (http://host:port or https://…; Amazon's own when absent), region, path_style
 * (true with an endpoint, else false), sse, sse_kms_key_id. Texts live in a.
 * Errors: INVALID, with what is wrong. */
err s3_settings_read(struct arena *a, str url, struct s3_settings *out);

#endif
