/* Request structs from path, query, headers and body, by schema. */
#ifndef PRESENTATION_BINDING_H
#define PRESENTATION_BINDING_H

#include "presentation/request.h"

/* Fills object, which is zeroed. Complaints go to r->scope.issues.
 * Errors: MALFORMED (not JSON), UNSUPPORTED (another media type), TOO_LARGE, INVALID. */
err request_bind(struct request *r, const struct schema *schema, void *object);

#endif
