/* Health as every listener tells it: /healthz is about the process alone, /readyz about what it
 * depends on; metrics for Prometheus where the inside is asked. */
#ifndef PRESENTATION_HEALTH_ROUTES_H
#define PRESENTATION_HEALTH_ROUTES_H

#include "presentation/router.h"

extern const struct route health_routes[], metrics_routes[];
extern const size_t health_route_count, metrics_route_count;

/* A listener with nothing but these: for a process whose work is elsewhere. */
err health_web_app_open(struct web_app *w);

#endif
