/* Who is asking: the principal of a request. */
#ifndef PRESENTATION_DEPENDENCIES_AUTH_H
#define PRESENTATION_DEPENDENCIES_AUTH_H

#include "presentation/request.h"

/* From the cache alone, without waiting: on the I/O loop. Leaves r->token set when a lane has to
 * look further. Errors: UNAUTHENTICATED (no credentials where the route needs them). */
err auth_begin(struct request *r, permission_number needs);

/* On a lane: verifies the token, reads session and user. Errors: UNAUTHENTICATED, UNAVAILABLE. */
err auth_resolve(struct request *r);

/* Of an answer that goes on: the principal's session and user are what they were. Waits for the
 * database. Errors: UNAUTHENTICATED, UNAVAILABLE. */
err auth_check_again(struct scope *scope);

#endif
