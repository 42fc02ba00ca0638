/* Where the audit trail is sent:
 *
 *     tls://HOST[:6514][?ca=FILE&cert=FILE&key=FILE&name=NAME&format=dicom|fhir|json]     RFC 5425
 *     tcp://HOST[:601][?format=…]     RFC 6587, octet counting
 *     udp://HOST[:514][?format=…]     RFC 5426
 *
 * ca: PEM of who signs the receiver's certificate, the system's store when absent; cert and key:
 * how this program shows who it is; name: what the certificate must say, the host when absent.
 * Reserved characters of values are percent-encoded. */
#ifndef INFRASTRUCTURE_SYSLOG_SYSLOG_URL_H
#define INFRASTRUCTURE_SYSLOG_SYSLOG_URL_H

#include "base/err.h"
#include "base/str.h"

enum { SYSLOG_URL_SIZE_MAX = 4096, SYSLOG_HOST_SIZE_MAX = 253 };

enum syslog_transport { SYSLOG_TLS, SYSLOG_TCP, SYSLOG_UDP };
enum syslog_format { SYSLOG_DICOM, SYSLOG_FHIR, SYSLOG_JSON };

struct syslog_url {
    enum syslog_transport transport;
    enum syslog_format format;
    str host; /* without the brackets of IPv6 */
    uint16_t port;
    str ca, cert, key, name; /* absent: none */
};

/* Texts of *out live in a. Errors: INVALID (what is wrong with it, without repeating any of it). */
err syslog_url_read(struct arena *a, str url, struct syslog_url *out);
/* The same as a complaint for a settings table; NULL when it is well. */
const char *syslog_url_complaint(str url);
/* What is sent there cannot be read on the way: TLS, or this machine. */
bool syslog_url_is_private(str url);

#endif
