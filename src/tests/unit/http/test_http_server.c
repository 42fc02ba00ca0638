/* The server over real sockets. Built with pthread_mutex_lock wrapped: the thread that looks for
 * slow peers comes late to its lock, as it does on a machine that has too much to do. */
#include "base/clock.h"
#include "presentation/http/server.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

TEST_MAIN("http_server")

enum {
    PEER_COUNT = 4,
    LATE_US = 20 * 1000,
    ASKING_MS = 1300,
    ANSWER_SIZE_MAX = 1024,
    CLOSING_COUNT = 4,
    CLOSING_MS_MAX = 400
};

/* Set in every thread but the server's own that is no loop. */
static _Thread_local bool is_punctual;

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (!is_punctual)
        usleep(LATE_US);
    return __real_pthread_mutex_lock(mutex);
}

static void begin(struct http_app *app, struct http_exchange *x)
{
    (void)app;
    is_punctual = true;
    bool has_body = http_has_body(x);
    x->lane = has_body ? LANE_STREAM : LANE_INLINE;
    x->body_mode = has_body ? HTTP_BODY_STREAM : HTTP_BODY_NONE;
}

static atomic_uint slow_byte_count;

/* As work does that takes its time with every byte. */
static err read_slowly(struct byte_source *body)
{
    char byte;
    for (size_t got = 1; got != 0;) {
        TRY(byte_source_read(body, &byte, 1, &got));
        atomic_fetch_add(&slow_byte_count, 1);
        usleep(1000);
    }
    return OK;
}

static void handle(struct http_app *app, struct http_exchange *x)
{
    (void)app;
    is_punctual = true;
    if (x->stream != NULL && failed(read_slowly(x->stream)))
        return;
    http_respond(x, 200, STR("text/plain"), STR("here"));
}

static void done(struct http_app *app, struct http_exchange *x)
{
    (void)app, (void)x;
}

static const struct http_app_ops app_ops = {.begin = begin, .handle = handle, .done = done};

struct peer {
    pthread_t thread;
    uint16_t port;
    unsigned answer_count;
    bool was_cut_off;
};

static int dial(uint16_t port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

/* One request after the other on one connection. */
static void *ask(void *argument)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
    struct peer *peer = argument;
    char answer[ANSWER_SIZE_MAX];
    is_punctual = true;
    int fd = dial(peer->port);
    uint64_t until = monotonic_ns() + ASKING_MS * UINT64_C(1000000);
    while (!peer->was_cut_off && monotonic_ns() < until) {
        ssize_t sent = send(fd, request, sizeof request - 1, MSG_NOSIGNAL);
        ssize_t got = sent < 0 ? -1 : recv(fd, answer, sizeof answer, 0);
        peer->was_cut_off = got <= 0;
        peer->answer_count += got > 0;
    }
    close(fd);
    return NULL;
}

TEST(a_connection_in_use_is_never_taken_for_a_slow_one)
{
    struct http_app app = {&app_ops};
    struct lanes lanes = {0};
    struct arena a = {0};
    struct http_server *server;
    struct peer peers[PEER_COUNT];
    is_punctual = true;
    CHECK_OK(http_server_open(
        &server, &a, &(struct http_server_settings){.address = STR("127.0.0.1:0")}, &app, &lanes));
    for (size_t i = 0; i < PEER_COUNT; i++) {
        peers[i] = (struct peer){.port = http_server_port(server)};
        CHECK(pthread_create(&peers[i].thread, NULL, ask, &peers[i]) == 0);
    }
    for (size_t i = 0; i < PEER_COUNT; i++) {
        pthread_join(peers[i].thread, NULL);
        CHECK(!peers[i].was_cut_off && peers[i].answer_count > 2);
    }
    CHECK(http_server_close(server));
    arena_deinit(&a);
}

/* What has come of it already would keep its handler busy for long. */
TEST(a_body_that_is_cut_off_is_read_no_further)
{
    enum { SENT_SIZE = 100000 };
    static const char head[] = "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 200000\r\n\r\n";
    static char bytes[SENT_SIZE];
    struct http_app app = {&app_ops};
    struct lanes lanes;
    struct arena a = {0};
    struct http_server *server;
    is_punctual = true;
    CHECK_OK(lanes_open(&lanes, &(struct lanes_settings){0}));
    CHECK_OK(http_server_open(
        &server, &a, &(struct http_server_settings){.address = STR("127.0.0.1:0")}, &app, &lanes));
    int fd = dial(http_server_port(server));
    CHECK(send(fd, head, sizeof head - 1, MSG_NOSIGNAL) == sizeof head - 1);
    CHECK(send(fd, bytes, SENT_SIZE, MSG_NOSIGNAL) == SENT_SIZE);
    while (atomic_load(&slow_byte_count) < 20)
        usleep(1000);
    http_server_drain(server, monotonic_ns());
    CHECK(http_server_close(server)); /* its handler has come back */
    close(fd);
    lanes_close(&lanes);
    arena_deinit(&a);
}

/* Whoever stops it does not wait for the next of the looks at slow peers, which come twice a
 * second. */
TEST(an_idle_server_is_closed_at_once)
{
    struct http_app app = {&app_ops};
    struct lanes lanes = {0};
    struct arena a = {0};
    is_punctual = true;
    uint64_t begun_ns = monotonic_ns();
    for (size_t i = 0; i < CLOSING_COUNT; i++) {
        struct http_server *server;
        CHECK_OK(http_server_open(&server, &a,
                                  &(struct http_server_settings){.address = STR("127.0.0.1:0")},
                                  &app, &lanes));
        CHECK(http_server_close(server));
    }
    CHECK(monotonic_ns() - begun_ns < CLOSING_COUNT * CLOSING_MS_MAX * UINT64_C(1000000));
    arena_deinit(&a);
}
