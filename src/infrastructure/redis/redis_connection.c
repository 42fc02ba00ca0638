/* Sockets that never block, hiredis for reading and writing RESP. */
#include "infrastructure/redis/redis_connection.h"

#include "base/arena.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

enum { READ_SIZE = 16 * 1024 };

static struct redis_answer *new_answer(const redisReadTask *task, enum redis_reply_kind kind)
{
    struct redis_connection *c = task->privdata;
    struct redis_answer *r = NEW(c->replies, struct redis_answer);
    r->kind = kind;
    if (task->parent != NULL) {
        struct redis_answer *parent = task->parent->obj;
        parent->elements[task->idx] = r;
    }
    return r;
}

static void *make_string(const redisReadTask *task, char *bytes, size_t size)
{
    struct redis_connection *c = task->privdata;
    struct redis_answer *r = new_answer(task, (enum redis_reply_kind)task->type);
    r->text = (str){arena_copy(c->replies, bytes, size), size};
    return r;
}

/* NULL ends the reading of a reply that is larger than any we ask for. */
static void *make_array(const redisReadTask *task, int count)
{
    struct redis_connection *c = task->privdata;
    if (count < 0 || count > REDIS_ELEMENT_COUNT_MAX)
        return NULL;
    struct redis_answer *r = new_answer(task, REDIS_ARRAY);
    r->elements = NEW_ARRAY(c->replies, struct redis_answer *, (size_t)count);
    r->element_count = (size_t)count;
    return r;
}

static void *make_integer(const redisReadTask *task, long long value)
{
    struct redis_answer *r = new_answer(task, REDIS_INTEGER);
    r->integer = value;
    return r;
}

static void *make_nil(const redisReadTask *task)
{
    return new_answer(task, REDIS_NIL);
}

static void free_nothing(void *reply)
{
    (void)reply; /* the arena's */
}

static redisReplyObjectFunctions answer_functions = {make_string, make_array, make_integer,
                                                     make_nil, free_nothing};

/* A command's time is for an answer of a few bytes; megabytes may take as long as they need. */
static uint64_t later_by(uint64_t deadline_ns, size_t size)
{
    return deadline_ns + (uint64_t)size * REDIS_BYTE_NS;
}

/* False when the time is over. */
static bool wait_for(int fd, short events, uint64_t deadline_ns)
{
    for (;;) {
        uint64_t now = monotonic_ns();
        int ms = now >= deadline_ns ? 0 : (int)((deadline_ns - now + 999999u) / 1000000u);
        struct pollfd p = {.fd = fd, .events = events};
        int ready = poll(&p, 1, ms);
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

static bool has_connected(int fd)
{
    int flaw = 0;
    socklen_t size = sizeof flaw;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &flaw, &size) == 0 && flaw == 0;
}

static err renew_reader(struct redis_connection *c)
{
    if (c->reader != NULL)
        redisReaderFree(c->reader);
    c->reader = redisReaderCreateWithFunctions(&answer_functions);
    return c->reader != NULL ? OK : ERR(UNAVAILABLE, "no memory to read from Redis");
}

err redis_connect(struct redis_connection *c, const struct redis_address *address,
                  uint64_t deadline_ns)
{
    int one = 1;
    *c = (struct redis_connection){.fd = -1};
    if (address->size == 0)
        return ERR(UNAVAILABLE, "the address of Redis is not known");
    c->fd = socket(address->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return ERR(UNAVAILABLE, "no socket for Redis");
    if (address->at.ss_family != AF_UNIX)
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int connected = connect(c->fd, (const struct sockaddr *)&address->at, address->size);
    if ((connected != 0 && errno != EINPROGRESS) || !wait_for(c->fd, POLLOUT, deadline_ns) ||
        !has_connected(c->fd)) {
        redis_disconnect(c);
        return ERR(UNAVAILABLE, "no connection to Redis");
    }
    err e = renew_reader(c);
    if (failed(e))
        redis_disconnect(c);
    return e;
}

void redis_disconnect(struct redis_connection *c)
{
    if (c->reader != NULL)
        redisReaderFree(c->reader);
    if (c->fd > 0)
        close(c->fd);
    *c = (struct redis_connection){.fd = -1};
}

bool redis_is_quiet(const struct redis_connection *c)
{
    char byte;
    return c->reader->pos == c->reader->len && recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

static err send_all(struct redis_connection *c, const char *bytes, size_t size,
                    uint64_t deadline_ns)
{
    while (size != 0) {
        ssize_t sent = send(c->fd, bytes, size, MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes += sent;
            size -= (size_t)sent;
        } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            return ERR(UNAVAILABLE, "the connection to Redis broke");
        } else if (!wait_for(c->fd, POLLOUT, deadline_ns)) {
            return ERR(UNAVAILABLE, "Redis takes no command");
        }
    }
    return OK;
}

err redis_say(struct redis_connection *c, const str *arguments, size_t count, uint64_t deadline_ns)
{
    const char *argv[REDIS_ARGUMENT_COUNT_MAX];
    size_t sizes[REDIS_ARGUMENT_COUNT_MAX];
    char *command;
    if (count > REDIS_ARGUMENT_COUNT_MAX)
        return ERR(INTERNAL, "too many arguments for Redis");
    for (size_t i = 0; i < count; i++) {
        argv[i] = arguments[i].ptr != NULL ? arguments[i].ptr : "";
        sizes[i] = arguments[i].len;
    }
    int size = redisFormatCommandArgv(&command, (int)count, argv, sizes);
    if (size < 0)
        return ERR(UNAVAILABLE, "no memory for a command to Redis");
    err e = send_all(c, command, (size_t)size, deadline_ns);
    redisFreeCommand(command);
    return e;
}

/* A reply that is complete, or NULL. */
static err read_reply(struct redis_connection *c, struct redis_answer **out)
{
    void *reply = NULL;
    *out = NULL;
    if (redisReaderGetReply(c->reader, &reply) != REDIS_OK)
        return ERR(UNAVAILABLE, "Redis answers what is no RESP, or too much of it");
    *out = reply;
    return OK;
}

/* Part of a reply is there; its rest would have to go on in the same arena. */
static bool has_begun(const redisReader *r)
{
    return r->pos != r->len || (r->ridx >= 0 && r->rstack[0].type >= 0);
}

err redis_hear(struct redis_connection *c, struct arena *a, uint64_t deadline_ns,
               struct redis_answer **out)
{
    char bytes[READ_SIZE];
    size_t size = 0;
    c->replies = a;
    c->reader->privdata = c;
    TRY(read_reply(c, out));
    while (*out == NULL) {
        ssize_t got = recv(c->fd, bytes, READ_SIZE, 0);
        if (got == 0)
            return ERR(UNAVAILABLE, "Redis hung up");
        if (got < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            return ERR(UNAVAILABLE, "the connection to Redis broke");
        if (got < 0 && !wait_for(c->fd, POLLIN, later_by(deadline_ns, size)))
            return has_begun(c->reader) ? ERR(UNAVAILABLE, "Redis answers too slowly") : OK;
        if (got < 0)
            continue;
        size += (size_t)got;
        if (size > REDIS_REPLY_SIZE_MAX ||
            redisReaderFeed(c->reader, bytes, (size_t)got) != REDIS_OK)
            return ERR(UNAVAILABLE, "Redis answers too much");
        TRY(read_reply(c, out));
        if (*out == NULL && monotonic_ns() >= later_by(deadline_ns, size))
            return ERR(UNAVAILABLE, "Redis answers too slowly");
    }
    return OK;
}

err redis_ask(struct redis_connection *c, struct arena *a, const str *arguments, size_t count,
              uint64_t deadline_ns, struct redis_answer **out)
{
    struct redis_answer *answer;
    for (size_t i = 0; i < count; i++)
        deadline_ns = later_by(deadline_ns, arguments[i].len);
    TRY(redis_say(c, arguments, count, deadline_ns));
    TRY(redis_hear(c, a, deadline_ns, &answer));
    if (answer == NULL)
        return ERR(UNAVAILABLE, "Redis does not answer");
    if (c->reader->pos != c->reader->len)
        return ERR(UNAVAILABLE, "Redis answers what nobody asked");
    if (answer->text.len > READ_SIZE) /* it would keep the room until the next */
        TRY(renew_reader(c));
    *out = answer;
    return OK;
}
