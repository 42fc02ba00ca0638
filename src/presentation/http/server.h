/* The HTTP server: libmicrohttpd's event loops, one per processor, which never wait; handlers run
 * on lanes. It guards against ambiguous framing, slow heads and slow bodies, and drains before it
 * stops. */
#ifndef PRESENTATION_HTTP_SERVER_H
#define PRESENTATION_HTTP_SERVER_H

#include "presentation/http/exchange.h"

struct http_server;

struct http_server_settings {
    str address; /* "127.0.0.1:8080", "[::1]:8080", port 0 for any */
    unsigned connection_count_max, connection_per_address_max; /* 0: defaults */
    unsigned idle_seconds_max; /* without a byte in either direction; 0: default */
    unsigned head_seconds_max; /* for a whole head; 0: default */
    bool uses_tls;             /* with the certificate of presentation/http/tls.h */
    bool behind_proxy;         /* the peer is the last address of X-Forwarded-For */
};

enum {
    HTTP_CONNECTION_COUNT_MAX = 4096,
    /* The library clears all of it for each request of a connection; bodies are read into half of
     * it at a time. */
    HTTP_CONNECTION_MEMORY_SIZE = 64 * 1024,
    HTTP_IDLE_SECONDS = 60,
    HTTP_HEAD_SECONDS = 20,
    HTTP_BODY_RATE_MIN = 1024, /* bytes a second on average, after … */
    HTTP_BODY_GRACE_SECONDS = 30,
    HTTP_DRAIN_SECONDS = 20,
    HTTP_GREETING_MS = 2000, /* at the end, for the first request of whoever has just connected */
    HTTP_CUT_SECONDS = 2     /* for what has been cut off to come to its end */
};

/* Errors: INVALID (not an address), UNAVAILABLE (in use). */
err http_server_open(struct http_server **out, struct arena *a,
                     const struct http_server_settings *settings, struct http_app *app,
                     struct lanes *lanes);
uint16_t http_server_port(const struct http_server *s);
/* From now on every answer says `Connection: close`, so that peers go elsewhere with their next
 * request; nothing else changes. What is under way when the server is closed may take until
 * deadline_ns of the monotonic clock. NULL is a no-op. */
void http_server_drain(struct http_server *s, uint64_t deadline_ns);
/* Stops accepting, waits for what is being worked on (until the deadline of the drain, else at most
 * HTTP_DRAIN_SECONDS), cuts off the rest. False when a handler does not come back: then nothing
 * that it uses may be closed, and the process has to end around it. NULL is a no-op. */
bool http_server_close(struct http_server *s);

#endif
