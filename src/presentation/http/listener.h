/* Where a server listens: the socket behind "host:port". */
#ifndef PRESENTATION_HTTP_LISTENER_H
#define PRESENTATION_HTTP_LISTENER_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/socket.h>

/* A socket that does not wait, listening at "127.0.0.1:8080", "[::1]:8080" or ":8080"; port 0 for
 * any. Errors: INVALID (not an address), UNAVAILABLE (in use). */
err listener_open(struct arena *a, str address, int *out);
/* 0 when it is none of TCP. */
uint16_t listener_port(int fd);

enum { LISTENER_HANDSHAKE_MS = 20 }; /* what has begun may come to its end */
/* Stops listening so that nobody is reset who believes to be connected: first no connection begins
 * any more, then those that have begun are handed to take, which owns the descriptor, then the port
 * is closed. The descriptor stays the caller's. */
void listener_end(int fd,
                  void (*take)(void *to, int fd, const struct sockaddr *peer, socklen_t peer_size),
                  void *to);

#endif
