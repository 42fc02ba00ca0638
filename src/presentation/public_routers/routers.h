/* The route tables of the public API, /public/v1. */
#ifndef PRESENTATION_PUBLIC_ROUTERS_ROUTERS_H
#define PRESENTATION_PUBLIC_ROUTERS_ROUTERS_H

#include "presentation/router.h"

extern const struct route share_visit_routes[], share_page_routes[];
extern const size_t share_visit_route_count, share_page_route_count;
extern const struct route upload_routes[];
extern const size_t upload_route_count;

err public_web_app_open(struct web_app *w);

#endif
