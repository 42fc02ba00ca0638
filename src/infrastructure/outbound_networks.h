/* Which addresses a request on somebody's behalf may reach: those of the public internet, by the
 * registries of special-purpose addresses (RFC 6890, IANA), and what the operator names in
 * GANTRY_OUTBOUND_ALLOW. An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) counts as the one
 * inside. */
#ifndef INFRASTRUCTURE_OUTBOUND_NETWORKS_H
#define INFRASTRUCTURE_OUTBOUND_NETWORKS_H

#include "base/err.h"
#include "base/str.h"

#include <sys/socket.h>

enum { OUTBOUND_NETWORK_COUNT_MAX = 64 };

struct outbound_network {
    int family; /* AF_INET, AF_INET6 */
    unsigned char address[16];
    unsigned prefix; /* bits */
};

struct outbound_networks {
    struct outbound_network at[OUTBOUND_NETWORK_COUNT_MAX];
    size_t count;
    str hosts[OUTBOUND_NETWORK_COUNT_MAX]; /* names, lower case: wherever they lead */
    size_t host_count;
};

/* "10.1.0.0/16, fd00::/8, idp.clinic.example", separated by commas; names live in a. Absent: none.
 * Errors: INVALID. */
err outbound_networks_read(struct arena *a, str text, struct outbound_networks *out);
/* What is wrong with such a text, or NULL. */
const char *outbound_networks_complaint(str text);

bool outbound_may_connect(const struct outbound_networks *n, const struct sockaddr *address,
                          size_t size);
/* The operator has named the host. */
bool outbound_host_is_named(const struct outbound_networks *n, str host);

#endif
