/* TLS of a listener of our own: the certificate that is in force, read again when its files change.
 *
 * TLS 1.3 and 1.2, forward secrecy and authenticated ciphers only. libmicrohttpd speaks it through
 * GnuTLS and asks for the certificate at each handshake, without saying for which server: so there
 * is one for the process. */
#ifndef PRESENTATION_HTTP_TLS_H
#define PRESENTATION_HTTP_TLS_H

#include "base/err.h"
#include "base/str.h"

#define HTTP_TLS_PRIORITIES                                                                        \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL:+AES-256-GCM:"           \
    "+CHACHA20-POLY1305:+AES-128-GCM:-SHA1:%SERVER_PRECEDENCE"

enum { HTTP_TLS_CHAIN_LEN_MAX = 8, HTTP_TLS_FILE_SIZE_MAX = 64 * 1024 };

/* Paths of PEM files: the certificate with those that sign it behind it, and its key, which nobody
 * but the owner and the group may read. Both live as long as the process.
 * Errors: INVALID (a file, or the two do not belong together, or it has expired). */
err http_tls_open(struct arena *a, str certificate, str key);
/* Looks whether the files have changed and takes what is in them. What is not good is not taken:
 * the one before stays in force. Errors: INVALID. */
err http_tls_refresh(void);
void http_tls_close(void);
bool http_tls_is_open(void);
/* Of the certificate in force, seconds since 1970; 0: there is none. */
int64_t http_tls_expires_at(void);

/* For MHD_OPTION_HTTPS_CERT_CALLBACK. */
void *http_tls_callback(void);

#endif
