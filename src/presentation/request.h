/* struct request: an exchange with what the doors add to it: its route, who asks, the scope for use
 * cases. */
#ifndef PRESENTATION_REQUEST_H
#define PRESENTATION_REQUEST_H

#include "application/services/services.h"
#include "core/handler_interface.h"
#include "domain/entities/principal.h"
#include "presentation/http/exchange.h"
#include "presentation/http/text.h"

enum { PATH_PARAMETER_COUNT_MAX = 8, PATH_SEGMENT_COUNT_MAX = 16, ROUTE_COUNT_MAX = 512 };

struct request;
struct web_app;

/* Of a query that a handler reads itself. */
struct query_parameter {
    const char *name, *doc;
};

/* How a route is signed in to; several may be or-ed. */
enum credentials {
    CREDENTIALS_TOKEN = 1, /* of a person: bearer token, or the cookie where the route takes it */
    CREDENTIALS_API_KEY = 2
};

/* A line of a route table. Either use_case is set, and binding, sending and writing are generic, or
 * handle is, because its bytes are not JSON; then needs says who may ask. A route without a
 * decision does not register. */
struct route {
    const char *method, *path; /* "/studies/{id}"; "{path*}" takes all that is left */
    const struct use_case *use_case;
    err (*handle)(struct request *r);
    permission_number needs;       /* of handle */
    const struct use_case *behind; /* what handle sends, for the trail of those who were refused */
    enum lane lane;                /* 0: LANE_DB */
    enum http_body_mode body;
    uint64_t body_max;           /* 0: JSON_BODY_SIZE_MAX */
    unsigned success;            /* 0: 200 */
    const char *tag, *doc;       /* of handle, for the documentation */
    const char *answers;         /* media types of handle's answer, separated by commas */
    const char *takes;           /* those of its body */
    const struct schema *answer; /* of a JSON answer of handle */
    const struct query_parameter *(*parameter)(size_t at); /* of its query; NULL behind the last */
    bool is_hidden;                                        /* not in the documentation */
    bool is_signable;  /* also by a signed address: dependencies/signed_url.h */
    bool takes_cookie; /* also from the program's own pages: cookie.h */
    const char *deprecated,
        *sunset;           /* days, "2027-01-31": since when, and until when it is there */
    const char *successor; /* address of what takes its place */
    bool is_limited;       /* counts against the sender's rate of sign-ins */
    bool is_quick; /* a look-up: answered on the I/O loop unless it turns out that it has to wait */
};

enum { JSON_BODY_SIZE_MAX = 1024 * 1024 };

struct path_parameter {
    str name, value;
};

struct request {
    struct http_exchange *x;
    struct web_app *app;
    const struct route *route;
    unsigned takes; /* enum credentials */
    struct scope scope;
    struct principal principal;
    struct path_parameter parameters[PATH_PARAMETER_COUNT_MAX];
    size_t parameter_count;
    str mount;     /* the address up to where the route's own path begins, as it was sent */
    bool of_share; /* asked for by whoever has opened a share */
    struct query_pair_slice query;
    str token;                          /* credentials that are still to be looked up */
    const struct url_claims *signature; /* of the address; NULL: none that counts */
    bool is_principal_known;
    bool is_size_reserved;  /* likewise, of what it may send */
    bool is_key_counted;    /* against what its API key may ask for */
    bool is_uncounted;      /* against the rate of sign-ins, which is still to be asked for */
    uint32_t retry_seconds; /* until it is worth trying again; 0: soon */
    err outcome;            /* for the log */
};

static inline struct arena *request_arena(struct request *r)
{
    return &r->x->arena;
}
/* Of the path; absent when the route has none of that name. */
str request_parameter(const struct request *r, const char *name);
/* Of the query: the first of that name. */
str request_query(const struct request *r, const char *name);

/* This is work for another lane: give what it returns, and all begins again there. */
err request_move(struct request *r, enum lane lane);
/* The client has it already (If-None-Match): then that has been answered, by 304. */
bool request_is_unchanged(struct request *r, str etag);
/* Answers with a problem (RFC 9457); logs what is the server's fault. */
void request_fail(struct request *r, err e);
/* JSON, compressed when the client takes it and it is worth it. */
void request_respond_json(struct request *r, unsigned status, str content_type, str body);

#endif
