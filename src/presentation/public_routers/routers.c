/* What the public API answers so far: its health and its document. */
#include "presentation/public_routers/routers.h"

static err healthz(struct request *r)
{
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_respond(r->x, 200, STR("application/json"), STR("{\"status\":\"ok\"}"));
    return OK;
}

static err readyz(struct request *r)
{
    bool ready;
    str body = r->app->health(r->app->owner, request_arena(r), &ready);
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_respond(r->x, ready ? 200 : 503, STR("application/json"), body);
    return OK;
}

static err openapi(struct request *r)
{
    request_respond_json(r, 200, STR("application/json"), r->app->openapi);
    return OK;
}

static const struct route system_routes[] = {
    {"GET", "/healthz", .handle = healthz, .needs = PERMISSION_ANYONE, .lane = LANE_INLINE,
     .tag = "system", .doc = "The process lives", .answers = "application/json"},
    {"GET", "/readyz", .handle = readyz, .needs = PERMISSION_ANYONE, .lane = LANE_DB,
     .tag = "system", .doc = "Its dependencies can be used", .answers = "application/json"},
    {"GET", "/openapi.json", .handle = openapi, .needs = PERMISSION_ANYONE, .lane = LANE_INLINE,
     .tag = "system", .doc = "This document", .answers = "application/json"},
};

err public_web_app_open(struct web_app *w)
{
    const struct route_table tables[] = {{"/public/v1", system_routes, COUNT_OF(system_routes)},
                                         {"", system_routes, COUNT_OF(system_routes)}};
    w->title = "Gantry public API";
    return web_app_open(w, tables, COUNT_OF(tables));
}
