/* The documentation. */
#include "presentation/docs_page.h"
#include "presentation/internal_routers/routers.h"

static err openapi(struct request *r)
{
    request_respond_json(r, 200, STR("application/json"), r->app->openapi);
    return OK;
}

static err docs(struct request *r)
{
    http_set_header(
        r->x, "Content-Security-Policy",
        STR("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"));
    http_respond(r->x, 200, STR("text/html; charset=utf-8"), docs_page_html());
    return OK;
}

static err docs_script(struct request *r)
{
    http_respond(r->x, 200, STR("text/javascript; charset=utf-8"), docs_page_script());
    return OK;
}

static err docs_style(struct request *r)
{
    http_respond(r->x, 200, STR("text/css; charset=utf-8"), docs_page_style());
    return OK;
}

static err home(struct request *r)
{
    http_set_header(r->x, "Location", STR("/docs"));
    http_respond(r->x, 307, STR(""), STR(""));
    return OK;
}

#define OPEN .needs = PERMISSION_ANYONE, .lane = LANE_INLINE
const struct route system_routes[] = {
    {"GET", "/openapi.json", .handle = openapi, OPEN, .tag = "system", .doc = "This document",
     .answers = "application/json"},
    {"GET", "/docs", .handle = docs, OPEN, .is_hidden = true},
    {"GET", "/docs/docs.js", .handle = docs_script, OPEN, .is_hidden = true},
    {"GET", "/docs/docs.css", .handle = docs_style, OPEN, .is_hidden = true},
    {"GET", "/", .handle = home, OPEN, .is_hidden = true},
};
const size_t system_route_count = COUNT_OF(system_routes);
