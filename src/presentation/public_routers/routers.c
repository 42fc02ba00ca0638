/* What the public API answers so far: its health and its document. */
#include "presentation/public_routers/routers.h"

#include "presentation/health_routes.h"
#include "presentation/internal_routers/routers.h"

static err openapi(struct request *r)
{
    request_respond_json(r, 200, STR("application/json"), r->app->openapi);
    return OK;
}

static const struct route public_system_routes[] = {
    {"GET", "/openapi.json", .handle = openapi, .needs = PERMISSION_ANYONE, .lane = LANE_INLINE,
     .tag = "system", .doc = "This document", .answers = "application/json"},
};

err public_web_app_open(struct web_app *w)
{
    const struct route_table tables[] = {
        {"/public/v1", public_system_routes, COUNT_OF(public_system_routes)},
        {"/public/v1", health_routes, health_route_count},
        {"", public_system_routes, COUNT_OF(public_system_routes)},
        {"", health_routes, health_route_count},
        {"/public/v1", share_visit_routes, share_visit_route_count},
        {"", share_page_routes, share_page_route_count},
        {"/public/v1/shares/{token}/dicom-web", dicomweb_routes, dicomweb_route_count}};
    w->title = "Gantry public API";
    return web_app_open(w, tables, COUNT_OF(tables));
}
