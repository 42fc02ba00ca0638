/* A route that will go says so in its answers and in the document. */
#include "base/arena.h"
#include "presentation/http/server.h"
#include "presentation/router.h"
#include "tests/test.h"

#include <sys/socket.h>
#include <unistd.h>

/* In a file of its own: netinet/in.h has a struct group_filter, and so has the domain. */
int dial_loopback(uint16_t port);

TEST_MAIN("deprecation")

static err answer(struct request *r)
{
    http_respond(r->x, 200, STR("text/plain"), STR("here"));
    return OK;
}

static err admit(struct mediator *m, const struct principal *principal, permission_number needs)
{
    (void)m, (void)principal, (void)needs;
    return OK;
}

static const struct mediator_ops mediator_ops = {.admit = admit};

#define ROUTE .handle = answer, .needs = PERMISSION_ANYONE, .answers = "text/plain"

static const struct route routes[] = {
    {"GET", "/old", ROUTE, .doc = "Old", .deprecated = "2026-03-01", .sunset = "2027-01-31",
     .successor = "/v2/new"},
    {"GET", "/new", ROUTE, .doc = "New"},
};

static str ask(struct arena *a, uint16_t port, const char *path)
{
    struct buf got = BUF_IN(a);
    str request = str_format(a, "GET %s HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", path);
    int fd = dial_loopback(port);
    CHECK(fd >= 0);
    CHECK(send(fd, request.ptr, request.len, 0) == (ssize_t)request.len);
    for (ssize_t n = 1; n > 0;) {
        n = recv(fd, buf_reserve(&got, 4096), 4096, 0);
        if (n > 0)
            buf_added(&got, (size_t)n);
    }
    close(fd);
    return buf_str(&got);
}

static bool has(str text, const char *part)
{
    return str_find(text, str_of(part)) != SIZE_MAX;
}

TEST(a_deprecated_route_says_since_when_until_when_and_what_instead)
{
    static struct web_app w;
    const struct route_table tables[] = {{"/v1", routes, COUNT_OF(routes)}};
    struct mediator mediator = {&mediator_ops};
    struct arena a = {0};
    struct lanes lanes = {0};
    struct http_server *server;
    w.title = "test";
    w.mediator = &mediator;
    w.clock = clock_system();
    w.lanes = &lanes;
    CHECK_OK(lanes_open(&lanes, &(struct lanes_settings){.thread_counts = {0, 1, 1, 1}}));
    CHECK_OK(web_app_open(&w, tables, COUNT_OF(tables)));
    CHECK_OK(http_server_open(&server, &a,
                              &(struct http_server_settings){.address = STR("127.0.0.1:0")},
                              &w.base, &lanes));
    str old = ask(&a, http_server_port(server), "/v1/old");
    CHECK(has(old, "HTTP/1.1 200"));
    CHECK(has(old, "Deprecation: @1772323200\r\n"));                   /* RFC 9745 */
    CHECK(has(old, "Sunset: Sun, 31 Jan 2027 00:00:00 GMT\r\n"));      /* RFC 8594 */
    CHECK(has(old, "Link: </v2/new>; rel=\"successor-version\"\r\n")); /* RFC 5829 */
    str new = ask(&a, http_server_port(server), "/v1/new");
    CHECK(has(new, "HTTP/1.1 200"));
    CHECK(!has(new, "Deprecation") && !has(new, "Sunset") && !has(new, "Link:"));
    size_t at = str_find(w.openapi, STR("\"/v1/old\""));
    CHECK(at != SIZE_MAX);
    size_t next = str_find(w.openapi, STR("\"/v1/new\""));
    CHECK(next != SIZE_MAX && next > at);
    CHECK(has(str_sub(w.openapi, at, next), "\"deprecated\":true"));
    CHECK(!has(str_sub(w.openapi, next, w.openapi.len), "\"deprecated\":true"));
    CHECK(http_server_close(server));
    lanes_close(&lanes);
    web_app_close(&w);
    arena_deinit(&a);
}
