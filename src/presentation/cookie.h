/* The cookie of the program's own pages: a session's browser token, which no script can read and no
 * other site can use. One more way to say who is asking, for routes that take it; everywhere else a
 * token stands in the Authorization header. */
#ifndef PRESENTATION_COOKIE_H
#define PRESENTATION_COOKIE_H

#include "presentation/request.h"

/* What the request's cookie holds; empty when there is none. */
str cookie_session(struct request *r);

/* Does the request come from a page of this very origin? SameSite keeps the cookie from other
 * sites, but ports and subdomains are one site: so the browser's word (Sec-Fetch-Site, else Origin)
 * is asked too. Where neither is sent, only what changes nothing passes. */
bool cookie_is_own_page(struct request *r);

/* Strict, for this host alone, HttpOnly; Secure but where the server is for this machine only. */
void cookie_set_session(struct request *r, str token, int64_t seconds);
/* Gone, and with it what the browser kept of the images. */
void cookie_clear_session(struct request *r);

/* What is carried through a sign-in at a provider (Lax: it has to come back from there with the
 * browser); empty when there is none. */
str cookie_attempt(struct request *r);
void cookie_set_attempt(struct request *r, str sealed, int64_t seconds);

/* Of a visit to a share, for the share's own addresses alone; empty when there is none. */
str cookie_share(struct request *r);
/* mount: what those addresses begin with. */
void cookie_set_share(struct request *r, str mount, str token, int64_t seconds);

#endif
