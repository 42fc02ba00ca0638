/* The router: tables of routes in, an http_app out. Matching, middleware, authentication, then
 * either the generic walk (bind by schema → send → write by schema) or the route's own handler. */
#ifndef PRESENTATION_ROUTER_H
#define PRESENTATION_ROUTER_H

#include "presentation/middleware/middleware.h"
#include "presentation/request.h"

struct route_table {
    /* "/api/v1". Where it names a {token} the routes are for whoever has opened that share, and
     * only those are there whose use case keeps within what somebody may see. */
    const char *prefix;
    const struct route *routes;
    size_t count;
};

struct static_files;
struct event_streams;

struct compiled_route {
    const struct route *route;
    const char *prefix;
    str segments[PATH_SEGMENT_COUNT_MAX];
    size_t segment_count, prefix_segment_count;
    permission_number needs;
    bool of_share;
    unsigned takes;
};

struct object_checksums;

struct web_app {
    struct http_app base;
    struct compiled_route routes[ROUTE_COUNT_MAX];
    size_t route_count;
    struct mediator *mediator;
    struct services *services;
    struct clock *clock;
    unsigned takes;         /* enum credentials; 0: CREDENTIALS_TOKEN */
    const char *key_prefix; /* of tables that take API keys besides; NULL: none */
    bool looks_up_inline;   /* the database is near: a look-up does not hold an I/O loop up */
    struct lanes *lanes;    /* for what is still to be done when a refusal has been sent */
    const struct static_files *viewer; /* NULL: not there */
    bool ends_tls;                     /* here */
    bool has_tls;                      /* here, or by a proxy in front: cookies are for it alone */
    str cors_origins;  /* whose pages may ask from elsewhere: "*", "none", or separated by commas */
    const char *title; /* for the documentation */
    str openapi;       /* made at start, lives as long */
    struct object_checksums *checksums;
    struct event_streams *streams; /* NULL: there are none */
    struct arena arena;
    void *owner;                                              /* the process's app, for health */
    str (*health)(void *owner, struct arena *a, bool *ready); /* does not wait */
    str (*metrics)(void *owner, struct arena *a);
};

/* The route of an address, and what r says of it. Errors: NOT_FOUND, METHOD_NOT_ALLOWED (then the
 * header Allow is set). */
err router_find(struct request *r, str method, str path, const struct compiled_route **out);

/* Errors: INVALID (a route without a permission, an unknown path parameter, too many routes): a
 * bug, seen at start. */
err web_app_open(struct web_app *w, const struct route_table *tables, size_t count);
void web_app_close(struct web_app *w);

#endif
