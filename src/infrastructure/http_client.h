/* The HTTP client over libcurl. Where a name leads is judged when the connection is made, by the
 * address that is connected to: what a name server says a moment later changes nothing. Every
 * request has a connection of its own, so none is used for somebody who could not have made it.
 *
 * Certificates are always verified; redirects, proxies, cookies, .netrc and compressed answers are
 * not for it. HTTP/1.1. */
#ifndef INFRASTRUCTURE_HTTP_CLIENT_H
#define INFRASTRUCTURE_HTTP_CLIENT_H

#include "application/services/http_client.h"
#include "infrastructure/outbound_networks.h"

struct http_client_curl {
    struct http_client base;
    struct outbound_networks networks;
    const char *ca_file; /* NULL: those of the system */
    bool allows_plain;   /* http */
    bool is_stopping;    /* atomic */
};

/* allow: GANTRY_OUTBOUND_ALLOW; ca_file: of certificates that are trusted instead of the system's,
 * absent: none. Texts live in a, as long as the client. Errors: INVALID. */
err http_client_curl_open(struct http_client_curl *c, struct arena *a, str allow, str ca_file,
                          bool allows_plain);
/* What is under way ends within a second as UNAVAILABLE, and so does what comes. From any thread.
 */
void http_client_curl_stop(struct http_client_curl *c);

#endif
