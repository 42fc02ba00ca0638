/* What the public API answers so far: its health and its document. */
#include "presentation/public_routers/routers.h"

#include "presentation/health_routes.h"

static err openapi(struct request *r)
{
    request_respond_json(r, 200, STR("application/json"), r->app->openapi);
    return OK;
}

static const struct route system_routes[] = {
    {"GET", "/openapi.json", .handle = openapi, .needs = PERMISSION_ANYONE, .lane = LANE_INLINE,
     .tag = "system", .doc = "This document", .answers = "application/json"},
};

err public_web_app_open(struct web_app *w)
{
    const struct route_table tables[] = {{"/public/v1", system_routes, COUNT_OF(system_routes)},
                                         {"/public/v1", health_routes, health_route_count},
                                         {"", system_routes, COUNT_OF(system_routes)},
                                         {"", health_routes, health_route_count}};
    w->title = "Gantry public API";
    return web_app_open(w, tables, COUNT_OF(tables));
}
