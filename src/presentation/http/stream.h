/* The connection's side of struct http_stream. */
#ifndef PRESENTATION_HTTP_STREAM_H
#define PRESENTATION_HTTP_STREAM_H

#include "presentation/http/exchange.h"

struct MHD_Connection;
struct MHD_Response;

/* Once for a stream. */
struct MHD_Response *stream_response(struct http_stream *s, struct MHD_Connection *connection);

/* One owner more, while its response is known to be there; who then says that its peer has left,
 * and lets go. A connection that sleeps does not see that by itself. */
void stream_hold(struct http_stream *s);
void stream_peer_left(struct http_stream *s);

#endif
