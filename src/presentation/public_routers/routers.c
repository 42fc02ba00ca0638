/* What the public API answers: a choice of the internal tables under its own prefix, uploads, its
 * health and its document. Whoever asks has an API key. */
#include "presentation/public_routers/routers.h"

#include "application/queries/images/get_instance/query.h"
#include "application/queries/images/get_series/query.h"
#include "application/queries/images/get_study/query.h"
#include "application/queries/images/list_instances/query.h"
#include "application/queries/images/list_series/query.h"
#include "application/queries/images/list_studies/query.h"
#include "presentation/health_routes.h"
#include "presentation/internal_routers/routers.h"

enum { DICOMWEB_ROUTE_COUNT_MAX = 128 };

static err openapi(struct request *r)
{
    request_respond_json(r, 200, STR("application/json"), r->app->openapi);
    return OK;
}

static const struct route document_routes[] = {
    {"GET", "/openapi.json", .handle = openapi, .needs = PERMISSION_ANYONE, .lane = LANE_INLINE,
     .tag = "system", .doc = "This document", .answers = "application/json"},
};

static const struct route study_routes[] = {
    {"GET", "/studies", &list_studies_use_case, .tag = "studies"},
    {"GET", "/studies/{id}", &get_study_use_case, .is_quick = true, .tag = "studies"},
    {"GET", "/studies/{id}/series", &list_series_use_case, .tag = "studies"},
    {"GET", "/series/{id}", &get_series_use_case, .is_quick = true, .tag = "studies"},
    {"GET", "/series/{id}/instances", &list_instances_use_case, .tag = "studies"},
    {"GET", "/instances/{id}", &get_instance_use_case, .is_quick = true, .tag = "studies"},
};

/* The images and what is kept beside them; the worklist is for the house. */
static size_t choose_dicomweb(struct route *out)
{
    size_t count = 0;
    for (size_t i = 0; i < dicomweb_route_count && i < DICOMWEB_ROUTE_COUNT_MAX; i++)
        if (strcmp(dicomweb_routes[i].tag, "worklist") != 0)
            out[count++] = dicomweb_routes[i];
    return count;
}

err public_web_app_open(struct web_app *w)
{
    static struct route dicomweb[DICOMWEB_ROUTE_COUNT_MAX];
    const struct route_table tables[] = {
        {"/public/v1", study_routes, COUNT_OF(study_routes)},
        {"/public/v1", public_report_routes, public_report_route_count},
        {"/public/v1", report_verification_routes, report_verification_route_count},
        {"", report_page_routes, report_page_route_count},
        {"/public/v1", upload_routes, upload_route_count},
        {"/public/v1", webhook_routes, webhook_route_count},
        {"/public/v1", signed_url_routes, signed_url_route_count},
        {"/public/v1/dicom-web", dicomweb, choose_dicomweb(dicomweb)},
        {"/public/v1", document_routes, COUNT_OF(document_routes)},
        {"/public/v1", health_routes, health_route_count},
        {"", document_routes, COUNT_OF(document_routes)},
        {"", health_routes, health_route_count},
        {"/public/v1", share_visit_routes, share_visit_route_count},
        {"", share_page_routes, share_page_route_count},
        {"/public/v1/shares/{token}/dicom-web", dicomweb_routes, dicomweb_route_count}};
    if (dicomweb_route_count > DICOMWEB_ROUTE_COUNT_MAX)
        return ERR(INVALID, "too many routes");
    w->title = "Gantry public API";
    w->takes = CREDENTIALS_API_KEY;
    return web_app_open(w, tables, COUNT_OF(tables));
}
