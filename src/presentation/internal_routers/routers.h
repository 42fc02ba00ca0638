/* The route tables of the internal API, one per domain. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_ROUTERS_H
#define PRESENTATION_INTERNAL_ROUTERS_ROUTERS_H

#include "presentation/router.h"

extern const struct route attribute_routes[], auth_routes[], grant_routes[], mail_routes[],
    schedule_routes[], provider_routes[], task_routes[], user_routes[], image_routes[],
    system_routes[], share_routes[], dicomweb_routes[], trail_routes[], viewer_routes[],
    well_known_routes[];
extern const size_t attribute_route_count, auth_route_count, grant_route_count, mail_route_count,
    schedule_route_count, task_route_count, user_route_count, provider_route_count,
    image_route_count, system_route_count, share_route_count, dicomweb_route_count,
    trail_route_count, viewer_route_count, well_known_route_count;
extern const struct route retention_routes[];
extern const size_t retention_route_count;
extern const struct route disclosure_routes[];
extern const size_t disclosure_route_count;
extern const struct route webhook_routes[];
extern const size_t webhook_route_count;
extern const struct route notification_routes[];
extern const size_t notification_route_count;
extern const struct route api_key_routes[];
extern const size_t api_key_route_count;
extern const struct route report_routes[], public_report_routes[], report_verification_routes[],
    report_page_routes[];
extern const size_t report_route_count, public_report_route_count, report_verification_route_count,
    report_page_route_count;
extern const struct route signed_url_routes[];
extern const size_t signed_url_route_count;

/* GET /audit-events/export, and its query. */
err audit_export(struct request *r);
const struct query_parameter *audit_export_parameter(size_t at);

/* The viewer on a listener where nobody signs in: its page and files are for anybody, and the
 * images ask for what opens a share. */
err viewer_open_page(struct request *r);
err viewer_open_file(struct request *r);
err viewer_config(struct request *r);

/* Under "/api/v1", "" and "/dicom-web". */
err internal_web_app_open(struct web_app *w);

#endif
