/* Where the mail server is:
 *
 *     smtp://[user:password@]host[:port][?tls=required|off]     STARTTLS (RFC 3207)
 *     smtps://[user:password@]host[:port]                       TLS from the first byte (RFC 8314)
 *
 * With smtp: STARTTLS is required, but on loopback, where it is not used: nothing leaves the
 * machine and its certificate is rarely one for 127.0.0.1. `tls=off` is for a network that somebody
 * answers for; a password is never sent over one without TLS. Reserved characters of user and
 * password are percent-encoded (RFC 3986). */
#ifndef INFRASTRUCTURE_SMTP_SMTP_URL_H
#define INFRASTRUCTURE_SMTP_SMTP_URL_H

#include "base/err.h"
#include "base/str.h"

enum {
    SMTP_URL_SIZE_MAX = 1024,
    SMTP_PORT = 25,
    SMTP_SUBMISSION_PORT = 587, /* with a user, RFC 6409 */
    SMTPS_PORT = 465
};

enum smtp_tls { SMTP_TLS_OFF, SMTP_STARTTLS, SMTP_TLS };

struct smtp_url {
    enum smtp_tls tls;
    str host; /* IPv6 in its brackets */
    uint16_t port;
    str user, password; /* absent: none */
};

/* Texts of *out live in a. Errors: INVALID (what is wrong with it, without repeating any of it). */
err smtp_url_read(struct arena *a, str url, struct smtp_url *out);
/* The same as a complaint for a settings table; NULL when it is well. */
const char *smtp_url_complaint(str url);

#endif
