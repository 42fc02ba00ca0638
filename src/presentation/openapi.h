/* The OpenAPI 3.1 document, made from the running tables: routes, use cases, schemas. */
#ifndef PRESENTATION_OPENAPI_H
#define PRESENTATION_OPENAPI_H

#include "presentation/router.h"

str openapi_text(const struct web_app *w, struct arena *a);

#endif
