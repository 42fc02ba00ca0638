/* Requests to servers that somebody else has named: a webhook's address, an identity provider. What
 * is asked for may be meant to reach what only this machine reaches, and what comes back may be
 * meant to do harm; so addresses, sizes and times are limited here, for all who ask. */
#ifndef APPLICATION_SERVICES_HTTP_CLIENT_H
#define APPLICATION_SERVICES_HTTP_CLIENT_H

#include "base/byte_source.h"
#include "base/err.h"
#include "base/str.h"

enum {
    HTTP_CLIENT_URL_SIZE_MAX = 2048,
    HTTP_CLIENT_HEADER_COUNT_MAX = 32,               /* of a request */
    HTTP_CLIENT_HEADER_SIZE_MAX = 8 * 1024,          /* of one of a request */
    HTTP_CLIENT_ANSWER_HEADERS_SIZE_MAX = 32 * 1024, /* all of an answer, and of what precedes it */
    HTTP_CLIENT_ANSWER_SIZE_MAX = 1024 * 1024,
    HTTP_CLIENT_CONNECT_MS_MAX = 5000, /* up to the end of the TLS handshake */
    HTTP_CLIENT_MS = 10000,
    HTTP_CLIENT_MS_MAX = 30000,
    HTTP_CLIENT_SOURCE_MS_MAX = 60 * 60 * 1000
};

struct http_client_header {
    str name, value;
};
SLICE(http_client_header);

struct http_client_request {
    str method; /* GET, HEAD, POST, PUT, PATCH, DELETE */
    str url;    /* https, or http where the operator allows it; no user, no fragment */
    struct http_client_header_slice headers;
    str body;                   /* absent: none */
    struct byte_source *source; /* in its place: a body that is streamed, of that size */
    uint64_t source_size;
    bool (*goes_on)(void *owner); /* asked while it lasts; NULL: it does */
    void *owner;
    uint32_t answer_size_max; /* of the body; 0: HTTP_CLIENT_ANSWER_SIZE_MAX */
    uint32_t timeout_ms;      /* of all of it; 0: HTTP_CLIENT_MS. With a source up to
                                 HTTP_CLIENT_SOURCE_MS_MAX; silence ends it after HTTP_CLIENT_MS_MAX */
};

struct http_client_answer {
    unsigned status; /* 300 to 399 too: nobody is followed */
    struct http_client_header_slice headers;
    str body;
};

struct http_client;
struct http_client_ops {
    err (*check)(struct http_client *c, struct arena *a, str url);
    err (*send)(struct http_client *c, struct arena *a, const struct http_client_request *request,
                struct http_client_answer *out);
};
struct http_client {
    const struct http_client_ops *ops;
};

/* Whether url is one that could be asked for: for what is kept and used later. Names are not looked
 * up; where one leads is decided at each connection. Errors: INVALID (says why). */
static inline err http_client_check(struct http_client *c, struct arena *a, str url)
{
    return c->ops->check(c, a, url);
}

/* Sends once and waits for the answer, whatever its status. Not within a unit of work that has
 * written. Texts of *out live in a.
 * Errors: INVALID (the request), FORBIDDEN (the address is not one to be reached from here),
 * TOO_LARGE (the answer), TIMED_OUT, MALFORMED (the answer is not HTTP), UNAVAILABLE (no
 * connection, no name, a certificate that is not trusted, broken off). Their texts name what is
 * wrong, never what came. */
static inline err http_client_send(struct http_client *c, struct arena *a,
                                   const struct http_client_request *request,
                                   struct http_client_answer *out)
{
    return c->ops->send(c, a, request, out);
}

/* The first header of that name, in whatever case; absent when there is none. */
static inline str http_client_header(const struct http_client_answer *answer, str name)
{
    for (size_t i = 0; i < answer->headers.len; i++)
        if (str_eq_nocase(answer->headers.at[i].name, name))
            return answer->headers.at[i].value;
    return STR_NONE;
}

#endif
