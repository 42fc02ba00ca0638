/* The handlers of health and metrics. */
#include "presentation/health_routes.h"

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

static err metrics(struct request *r)
{
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_respond(r->x, 200, STR("text/plain; version=0.0.4"),
                 r->app->metrics(r->app->owner, request_arena(r)));
    return OK;
}

const struct route health_routes[] = {
    {"GET", "/healthz", .handle = healthz, .needs = PERMISSION_ANYONE, .lane = LANE_INLINE,
     .tag = "system", .doc = "The process lives", .answers = "application/json"},
    {"GET", "/readyz", .handle = readyz, .needs = PERMISSION_ANYONE, .lane = LANE_INLINE,
     .tag = "system", .doc = "Its dependencies can be used", .answers = "application/json"},
};
const size_t health_route_count = COUNT_OF(health_routes);

const struct route metrics_routes[] = {
    {"GET", "/metrics", .handle = metrics, .needs = PERMISSION_ANYONE, .lane = LANE_DB,
     .tag = "system", .doc = "Counters for Prometheus", .answers = "text/plain"},
};
const size_t metrics_route_count = COUNT_OF(metrics_routes);

err health_web_app_open(struct web_app *w)
{
    const struct route_table tables[] = {{"", health_routes, COUNT_OF(health_routes)},
                                         {"", metrics_routes, COUNT_OF(metrics_routes)}};
    w->title = "Gantry worker";
    return web_app_open(w, tables, COUNT_OF(tables));
}
