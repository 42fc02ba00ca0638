/* Requests to S3 over libcurl: signed by us, on connections that are kept, tried again when the
 * fault may pass, and over in bounded time: when the budget of a call is used up its caller hears
 * UNAVAILABLE.
 *
 * When the server cannot be reached at all, callers do not queue up behind the time-outs of others:
 * one request at a time finds out whether it is back, the rest are refused at once. */
#ifndef INFRASTRUCTURE_S3_CLIENT_H
#define INFRASTRUCTURE_S3_CLIENT_H

#include "base/clock.h"
#include "infrastructure/s3/credentials.h"
#include "infrastructure/s3/settings.h"
#include "infrastructure/s3/sigv4.h"

#include <openssl/evp.h>
#include <pthread.h>

enum {
    S3_CONNECTION_COUNT_MAX = 32, /* kept while idle */
    S3_ATTEMPT_COUNT_MAX = 6,
    S3_BACKOFF_MS = 100, /* doubled each time, between none and all of it */
    S3_BACKOFF_MS_MAX = 2000,
    S3_CONNECT_MS_MAX = 2000,
    S3_STALL_SECONDS_MAX = 4, /* without a byte either way */
    S3_PROBE_MS = 2000,       /* of the one that finds out whether it is back */
    S3_PROBE_PAUSE_MS = 250,  /* between one of them and the next */
    /* Budget of a call, of however many bytes when the server is silent; else on top of it: */
    S3_CALL_MS = 9000,
    S3_SLOWEST_SIZE = 256 * 1024,         /* bytes to bring in a second, at least */
    S3_ANSWER_SIZE_MAX = 2 * 1024 * 1024, /* of XML */
    S3_QUERY_COUNT_MAX = 6,
    S3_HEADER_COUNT_MAX = 10
};

struct s3_client {
    struct s3_settings settings;
    struct s3_credential_source credentials;
    struct clock *clock;
    pthread_mutex_t lock; /* of what follows */
    void *idle[S3_CONNECTION_COUNT_MAX];
    unsigned idle_count;
    bool is_down, is_probed;
    uint64_t probe_after_ns;
};

/* settings: its texts live as long as the client. Errors: INVALID (no keys), UNAVAILABLE. */
err s3_client_open(struct s3_client *c, const struct s3_settings *settings,
                   const struct s3_credentials *given, struct clock *clock);
/* When no request is under way. */
void s3_client_close(struct s3_client *c);

/* Where the body of a good answer goes, from the beginning at each attempt. */
struct s3_sink {
    int fd;
    EVP_MD_CTX *sha; /* NULL: not hashed; else finished with the SHA-256 in digest */
    unsigned char digest[32];
    uint64_t size, size_max;
};

struct s3_answer {
    unsigned status;
    str body;               /* of an answer without a sink, or of an error */
    uint64_t size;          /* of the body that came, wherever it went */
    int64_t content_length; /* -1: not said */
    str etag;               /* without the quotes */
    str content_range, encryption, last_modified;
    instant time;        /* by the server's clock; absent when not said */
    int64_t age_seconds; /* since last_modified, by that clock; 0 when not said */
    int64_t retry_after_seconds;
    str code; /* of an error; absent when there is none in the body */
};

struct s3_request {
    str method;
    str key; /* below the bucket; empty: the bucket itself */
    struct sigv4_pair query[S3_QUERY_COUNT_MAX], headers[S3_HEADER_COUNT_MAX];
    size_t query_count, header_count;
    str body;    /* or: */
    int body_fd; /* when body_size != 0: so many bytes at that offset */
    uint64_t body_offset, body_size;
    str payload_hash; /* absent: of body */
    struct s3_sink *sink;
    uint64_t until_ns; /* monotonic: no attempt goes on after it */
    /* What is wrong with an answer that looks good, or NULL: it counts as a fault and is asked for
     * again. NULL: nothing to check. */
    const char *(*complaint)(const struct s3_request *r, struct arena *a,
                             const struct s3_answer *answer);
    const void *expected; /* for complaint */
};

/* The end of the budget of a call that moves so many bytes. */
uint64_t s3_deadline(uint64_t size);

static inline void s3_add_query(struct s3_request *r, const char *name, str value)
{
    r->query[r->query_count++] = (struct sigv4_pair){str_of(name), value};
}
static inline void s3_add_header(struct s3_request *r, const char *name, str value)
{
    r->headers[r->header_count++] = (struct sigv4_pair){str_of(name), value};
}

/* Sends until there is an answer that is not a passing fault: also a refusal is one, by its status.
 * Texts of *out live in a. Errors: UNAVAILABLE (no such answer in time), NO_SPACE (the sink). */
err s3_client_send(struct s3_client *c, struct arena *a, const struct s3_request *request,
                   struct s3_answer *out);

#endif
