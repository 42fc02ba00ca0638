/* Where Redis is:
 *
 *     redis://[[user]:password@]host[:port][/db][?prefix=NAME]
 *     unix://[[user]:password@]/path[?db=N&prefix=NAME]
 *     redis+sentinel://[[user]:password@]host[:port],host[:port]…/master[/db][?prefix=NAME]
 *
 * Reserved characters of user and password are percent-encoded (RFC 3986). rediss: is refused: this
 * program speaks no TLS to Redis, a tunnel beside it does. */
#ifndef INFRASTRUCTURE_REDIS_REDIS_URL_H
#define INFRASTRUCTURE_REDIS_REDIS_URL_H

#include "base/err.h"
#include "base/str.h"

enum {
    REDIS_URL_SIZE_MAX = 1024,
    REDIS_HOST_COUNT_MAX = 8,
    REDIS_PORT = 6379,
    REDIS_SENTINEL_PORT = 26379,
    REDIS_DATABASE_MAX = 1000000,
    REDIS_PREFIX_SIZE_MAX = 32
};

struct redis_host {
    str name; /* without the brackets of IPv6 */
    uint16_t port;
};

struct redis_url {
    struct redis_host hosts[REDIS_HOST_COUNT_MAX]; /* none: a Unix socket */
    size_t host_count;
    str path;           /* of a Unix socket */
    str master;         /* set: the hosts are sentinels */
    str user, password; /* absent: none */
    str prefix;         /* absent: none; letters, digits, - and _ */
    uint32_t database;
};

/* Texts of *out live in a. Errors: INVALID (what is wrong with it, without repeating any of it). */
err redis_url_read(struct arena *a, str url, struct redis_url *out);
/* The same as a complaint for a settings table; NULL when it is well. */
const char *redis_url_complaint(str url);

#endif
