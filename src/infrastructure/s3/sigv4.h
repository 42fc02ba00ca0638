/* AWS Signature Version 4 for requests with headers, in the flavour of S3: the path is encoded
 * once. A pure function of the request, the key and the time; libcurl is only the transport,
 * because its own signer signs an unsorted query and the wrong hash of a streamed body. */
#ifndef INFRASTRUCTURE_S3_SIGV4_H
#define INFRASTRUCTURE_S3_SIGV4_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#define SIGV4_UNSIGNED_PAYLOAD STR("UNSIGNED-PAYLOAD")

enum { SIGV4_TIME_SIZE = 16, SIGV4_PAIR_COUNT_MAX = 32, SHA256_HEX_SIZE = 64 };

struct sigv4_pair {
    str name, value;
};

/* Names and values as they are, nothing encoded yet. */
struct sigv4_request {
    str method, path;
    const struct sigv4_pair *query;
    size_t query_count;
    const struct sigv4_pair *headers; /* those that are signed, names in lower case, in any order;
                                         host and x-amz-date are among them */
    size_t header_count;
    str payload_hash; /* hexadecimal SHA-256 of the body, or SIGV4_UNSIGNED_PAYLOAD */
};

struct sigv4_key {
    str access_key_id, secret_access_key, region, service;
    char time[SIGV4_TIME_SIZE + 1]; /* the value of x-amz-date */
};

/* What to send: the path and the query just as they were signed, and the header's value. */
struct sigv4_signature {
    str path, query, authorization;
};

/* Texts live in a. Errors: INVALID (more pairs than SIGV4_PAIR_COUNT_MAX), INTERNAL (OpenSSL). */
err sigv4_sign(struct arena *a, const struct sigv4_key *key, const struct sigv4_request *request,
               struct sigv4_signature *out);

/* "20130524T000000Z". */
void sigv4_time(instant t, char out[SIGV4_TIME_SIZE + 1]);

/* Everything but A-Z a-z 0-9 - . _ ~ as %XX; slashes stay when is_path. */
void sigv4_encode(struct buf *out, str text, bool is_path);

/* Lower-case hexadecimal SHA-256. */
err sha256_hex(str bytes, char out[SHA256_HEX_SIZE]);

#endif
