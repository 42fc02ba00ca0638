/* Addresses that are good without other credentials: "…?signature=gs_…" at the end of a method, a
 * path and a query, for routes that are signable. */
#ifndef PRESENTATION_DEPENDENCIES_SIGNED_URL_H
#define PRESENTATION_DEPENDENCIES_SIGNED_URL_H

#include "presentation/router.h"

/* Has the request a signature, on a route that takes one? */
bool signed_url_is_there(const struct request *r);

/* Checks it, keeps what it says in r->signature, and takes it out of the query; token is then what
 * stands for it in the cache of principals. Errors: UNAUTHENTICATED, MALFORMED (other credentials
 * are there too). */
err signed_url_read(struct request *r, str *token);

/* What the one who signed may do, made as little as whoever has the address may. */
void signed_url_narrow(struct request *r, permission_number needs);

/* What is signed of an address has one spelling: each segment and word of it decoded and encoded
 * again, without a signature. Errors: MALFORMED. */
err signed_url_spell(struct arena *a, str path, str query, str *out);

#endif
