/* What happens to every request around its handler, one small function each; the router calls them
 * in this order. */
#ifndef PRESENTATION_MIDDLEWARE_MIDDLEWARE_H
#define PRESENTATION_MIDDLEWARE_MIDDLEWARE_H

#include "presentation/request.h"

/* Takes over a well-formed X-Request-Id or makes one; answers carry it. */
void request_id_begin(struct request *r);

/* CORS, Fetch standard: any origin may ask with a token; the cookie is not for them (cookie.h), and
 * browsers keep what "*" allows apart from it. True when the request was a preflight and is
 * answered. */
bool cors_begin(struct request *r);
/* Whether the address, "https://host/…" without a fragment, is a page of an origin that is named;
 * "*" names none. */
bool cors_lists_address(const struct request *r, str address);

void security_headers_begin(struct request *r);

/* Sign-ins by address: a bucket of RATE_BURST that refills by RATE_PER_MINUTE. begin decides what
 * is known here, on the I/O loop; finish asks the other nodes for the rest, where that may wait. */
enum { RATE_BURST = 30, RATE_PER_MINUTE = 30 };
/* Errors: RATE_LIMITED; both set RateLimit headers when they decide. */
err rate_limit_begin(struct request *r);
err rate_limit_finish(struct request *r);

/* Requests of an API key: a bucket of its own size, and bytes of a day where it has a limit of
 * them. begin decides what is known here, on the I/O loop; finish the rest. Errors: RATE_LIMITED,
 * INVALID (no length). */
err key_limits_begin(struct request *r);
err key_limits_finish(struct request *r);

/* Of a route that will not be there for ever: Deprecation (RFC 9745), Sunset (RFC 8594), Link. */
void deprecation_begin(struct request *r);

/* Sets the limit of the body. Errors: TOO_LARGE (announced). */
err body_limit_begin(struct request *r);
/* When the body is there. Errors: TOO_LARGE. */
err body_limit_check(const struct request *r);

/* Puts the Idempotency-Key of a write into the scope. Errors: MALFORMED. */
err idempotency_key_begin(struct request *r);

/* One line for each request when it is done; never the query, which may name a patient. */
void access_log_done(struct request *r);

#endif
