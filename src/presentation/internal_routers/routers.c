/* Where each table hangs. */
#include "presentation/internal_routers/routers.h"

#include "presentation/health_routes.h"

err internal_web_app_open(struct web_app *w)
{
    const struct route_table tables[] = {
        {"/api/v1", auth_routes, auth_route_count},
        {"/api/v1", provider_routes, provider_route_count},
        {"/api/v1", user_routes, user_route_count},
        {"/api/v1", api_key_routes, api_key_route_count},
        {"/api/v1", image_routes, image_route_count},
        {"/api/v1", grant_routes, grant_route_count},
        {"/api/v1", attribute_routes, attribute_route_count},
        {"/api/v1", mail_routes, mail_route_count},
        {"/api/v1", task_routes, task_route_count},
        {"/api/v1", notification_routes, notification_route_count},
        {"/api/v1", schedule_routes, schedule_route_count},
        {"/api/v1", retention_routes, retention_route_count},
        {"/api/v1", webhook_routes, webhook_route_count},
        {"/api/v1", disclosure_routes, disclosure_route_count},
        {"/api/v1", trail_routes, trail_route_count},
        {"/api/v1", report_routes, report_route_count},
        {"/api/v1", report_verification_routes, report_verification_route_count},
        {"", report_page_routes, report_page_route_count},
        {"/api/v1", share_routes, share_route_count},
        {"/api/v1", signed_url_routes, signed_url_route_count},
        {"", well_known_routes, well_known_route_count},
        {"", health_routes, health_route_count},
        {"", metrics_routes, metrics_route_count},
        {"", system_routes, system_route_count},
        {"", viewer_routes, viewer_route_count},
        {"/dicom-web", dicomweb_routes, dicomweb_route_count}};
    w->title = "Gantry";
    w->key_prefix = "/dicom-web";
    return web_app_open(w, tables, COUNT_OF(tables));
}
