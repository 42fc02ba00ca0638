/* The guard against requests that two programs could read differently (RFC 9112 6.3, 3.2): refused
 * before anything else looks at them. */
#ifndef PRESENTATION_HTTP_GUARD_H
#define PRESENTATION_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>

struct MHD_Connection;

/* What is wrong with the head in words for its sender, or NULL. */
const char *http_guard_check(struct MHD_Connection *connection, const char *version);

/* Address of the peer as text; behind a proxy the last one of X-Forwarded-For. */
void http_guard_peer(struct MHD_Connection *connection, bool behind_proxy, char *out, size_t size);

#endif
