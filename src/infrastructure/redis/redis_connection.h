/* One connection to Redis. The sockets and the time are ours, the protocol is hiredis': its
 * blocking calls wait anew for every byte, and its replies are as large as the peer likes.
 *
 * A command is over by its deadline and what its bytes add to it, however the peer behaves. What
 * comes back is foreign: replies are limited in size, depth and count of elements, and one that was
 * not asked for ends the connection. Replies live in an arena. */
#ifndef INFRASTRUCTURE_REDIS_REDIS_CONNECTION_H
#define INFRASTRUCTURE_REDIS_REDIS_CONNECTION_H

#include "base/err.h"
#include "base/str.h"

#include <sys/socket.h>

enum {
    REDIS_COMMAND_MS = 100,
    REDIS_BYTE_NS = 200, /* what each byte on the way adds to it: 5 MB/s at least */
    REDIS_CONNECT_MS = 250,
    REDIS_ARGUMENT_COUNT_MAX = 8,
    REDIS_ELEMENT_COUNT_MAX = 16,
    REDIS_REPLY_SIZE_MAX = 4 * 1024 * 1024 + 64 * 1024
};

enum redis_reply_kind {
    REDIS_STRING = 1, /* numbered as by hiredis */
    REDIS_ARRAY,
    REDIS_INTEGER,
    REDIS_NIL,
    REDIS_STATUS,
    REDIS_ERROR
};

struct redis_answer {
    enum redis_reply_kind kind;
    int64_t integer;
    str text; /* of a string, status or error */
    struct redis_answer **elements;
    size_t element_count;
};

struct redis_address {
    struct sockaddr_storage at;
    socklen_t size; /* 0: none */
};

struct redis_connection {
    int fd; /* -1: closed */
    struct redisReader *reader;
    struct arena *replies; /* where the next one is built */
};

/* A point in time for the functions below. */
static inline uint64_t redis_deadline(unsigned ms, uint64_t now_ns)
{
    return now_ns + (uint64_t)ms * 1000000u;
}

/* Errors: UNAVAILABLE. */
err redis_connect(struct redis_connection *c, const struct redis_address *address,
                  uint64_t deadline_ns);
/* A zeroed or closed one is a no-op. */
void redis_disconnect(struct redis_connection *c);
/* Nothing has come unasked, and the peer has not hung up. */
bool redis_is_quiet(const struct redis_connection *c);

/* One command, one reply in a, which may be of kind REDIS_ERROR.
 * Errors: UNAVAILABLE (time, connection, no RESP): disconnect it then. */
err redis_ask(struct redis_connection *c, struct arena *a, const str *arguments, size_t count,
              uint64_t deadline_ns, struct redis_answer **out);
#define REDIS_ASK(c_, a_, deadline_, out_, ...)                                                    \
    redis_ask((c_), (a_), (const str[]){__VA_ARGS__},                                              \
              sizeof((const str[]){__VA_ARGS__}) / sizeof(str), (deadline_), (out_))
/* The halves of it, where replies come unasked. */
err redis_say(struct redis_connection *c, const str *arguments, size_t count, uint64_t deadline_ns);
/* *out is NULL when there is none by the deadline, which may be past: then what has come is read.
 */
err redis_hear(struct redis_connection *c, struct arena *a, uint64_t deadline_ns,
               struct redis_answer **out);

static inline bool redis_is(const struct redis_answer *r, enum redis_reply_kind kind, str text)
{
    return r->kind == kind && str_eq(r->text, text);
}

#endif
