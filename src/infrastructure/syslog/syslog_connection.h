/* One connection to a receiver of syslog. There is no answer in that protocol, so what was written
 * may still be lost with a receiver that ends. What can be had is an orderly end: the receiver has
 * read all there was and says so with its own close_notify (RFC 5425 4.4), or its end of the TCP
 * connection. */
#ifndef INFRASTRUCTURE_SYSLOG_SYSLOG_CONNECTION_H
#define INFRASTRUCTURE_SYSLOG_SYSLOG_CONNECTION_H

#include "infrastructure/syslog/syslog_url.h"

enum { SYSLOG_TIMEOUT_SECONDS = 5, SYSLOG_DATAGRAM_SIZE_MAX = 65507 };

struct ssl_st;
struct ssl_ctx_st;

/* Of zeros before it is opened. */
struct syslog_connection {
    enum syslog_transport transport;
    int fd;
    bool is_open;
    struct ssl_ctx_st *context;
    struct ssl_st *ssl;
};

/* Errors: UNAVAILABLE (no such host, nobody there, not whom the certificate should name), INVALID
 * (a file of the URL). */
err syslog_connection_open(struct syslog_connection *c, const struct syslog_url *url);
/* One message, framed. Waits for SYSLOG_TIMEOUT_SECONDS at most. Errors: UNAVAILABLE. */
err syslog_connection_send(struct syslog_connection *c, str message);
/* Ends it, and returns OK when the receiver has taken all that was sent; of datagrams nobody knows.
 * Errors: UNAVAILABLE. */
err syslog_connection_finish(struct syslog_connection *c);
/* At once. One that is not open is a no-op. */
void syslog_connection_close(struct syslog_connection *c);

#endif
