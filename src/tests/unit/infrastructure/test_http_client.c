/* The outbound client: which addresses it reaches, and what servers that mean harm can do to it. */
#include "tests/test.h"

#include "base/buf.h"
#include "base/clock.h"
#include "infrastructure/http_client.h"
#include "tests/support/folder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

TEST_MAIN("http_client")

/* A server that answers by the path that is asked for, one connection after the other. */
struct server {
    pthread_t thread;
    int fd;
    unsigned port;
    SSL_CTX *tls; /* NULL: in the clear */
    char request[8192];
    size_t request_count;
};

static ssize_t put(int fd, SSL *ssl, const void *bytes, size_t size)
{
    return ssl != NULL ? SSL_write(ssl, bytes, (int)size) : send(fd, bytes, size, MSG_NOSIGNAL);
}
static void say(int fd, SSL *ssl, const char *text)
{
    (void)!put(fd, ssl, text, strlen(text));
}
/* Until the client has had enough, or for five seconds. */
static void wait_for_close(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLRDHUP};
    poll(&p, 1, 5000);
}

static void answer(struct server *s, int fd, SSL *ssl)
{
    char *request = s->request;
    ssize_t len = ssl != NULL ? SSL_read(ssl, request, sizeof s->request - 1)
                              : recv(fd, request, sizeof s->request - 1, 0);
    request[len > 0 ? len : 0] = '\0';
    __atomic_fetch_add(&s->request_count, 1, __ATOMIC_ACQ_REL);
    char page[16384];
    memset(page, 'x', sizeof page);
    if (strstr(request, " /silent ") != NULL) {
        wait_for_close(fd);
    } else if (strstr(request, " /slow ") != NULL) { /* never long without a byte */
        say(fd, ssl, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        for (int i = 0; i < 100 && put(fd, ssl, "x", 1) == 1; i++)
            usleep(50000);
    } else if (strstr(request, " /endless ") != NULL) {
        say(fd, ssl, "HTTP/1.1 200 OK\r\n\r\n");
        for (int i = 0; i < 4096 && put(fd, ssl, page, sizeof page) > 0; i++)
            continue;
    } else if (strstr(request, " /announced ") != NULL) {
        say(fd, ssl, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
        for (int i = 0; i < 4096 && put(fd, ssl, page, sizeof page) > 0; i++)
            continue;
    } else if (strstr(request, " /headers ") != NULL) {
        say(fd, ssl, "HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 4096; i++)
            say(fd, ssl, "X-Again: and again and again and again\r\n");
        say(fd, ssl, "Content-Length: 0\r\n\r\n");
    } else if (strstr(request, " /line ") != NULL) {
        say(fd, ssl, "HTTP/1.1 200 OK\r\nX-Long: ");
        for (int i = 0; i < 64 && put(fd, ssl, page, sizeof page) > 0; i++)
            continue;
    } else if (strstr(request, " /early ") != NULL) { /* without an end */
        for (int i = 0; i < 4096; i++)
            say(fd, ssl, "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n");
    } else if (strstr(request, " /redirect ") != NULL) {
        char text[256];
        snprintf(text, sizeof text,
                 "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/secret\r\n"
                 "Content-Length: 0\r\n\r\n",
                 s->port);
        say(fd, ssl, text);
    } else if (strstr(request, " /packed ") != NULL) {
        say(fd, ssl, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nbombs");
    } else if (strstr(request, " /old ") != NULL) {
        say(fd, ssl, "just some text");
    } else if (strstr(request, " /short ") != NULL) {
        say(fd, ssl, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbroken off");
    } else if (strstr(request, " /fault ") != NULL) {
        say(fd, ssl, "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\nsad!");
    } else {
        say(fd, ssl,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag:  \"1\" \r\n"
            "Content-Length: 5\r\n\r\nhello");
    }
}

static void *serve(void *context)
{
    struct server *s = context;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        SSL *ssl = NULL;
        if (s->tls != NULL) {
            ssl = SSL_new(s->tls);
            SSL_set_fd(ssl, fd);
        }
        if (ssl == NULL || SSL_accept(ssl) == 1)
            answer(s, fd, ssl);
        SSL_free(ssl);
        close(fd);
    }
}

static void server_open(struct server *s, SSL_CTX *tls)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    signal(SIGPIPE, SIG_IGN); /* of SSL_write */
    *s = (struct server){.tls = tls, .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(s->fd, 16), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &size), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_close(struct server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
    SSL_CTX_free(s->tls);
}

/* A certificate for name, signed by itself; written to file too. */
static SSL_CTX *tls_for(const char *name, long seconds, const char *file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_NAME *subject = X509_get_subject_name(cert);
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -86400);
    X509_gmtime_adj(X509_getm_notAfter(cert), seconds);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(cert, subject);
    X509_set_pubkey(cert, key);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, name);
    X509_add_ext(cert, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(cert, key, EVP_sha256());
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(ctx, cert);
    SSL_CTX_use_PrivateKey(ctx, key);
    if (file != NULL) {
        FILE *to = fopen(file, "w");
        PEM_write_X509(to, cert);
        fclose(to);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
    return ctx;
}

struct asked {
    struct arena arena;
    struct http_client_curl client;
    struct http_client_answer answer;
};

static void asked_open(struct asked *q, const char *allow, const char *ca_file)
{
    *q = (struct asked){0};
    CHECK_OK(http_client_curl_open(&q->client, &q->arena, str_of(allow), str_of(ca_file), true));
}

static err ask(struct asked *q, const struct server *s, const char *scheme, const char *path)
{
    struct http_client_request r = {
        .method = STR("GET"),
        .url = str_format(&q->arena, "%s://127.0.0.1:%u%s", scheme, s->port, path),
        .timeout_ms = 700};
    return http_client_send(&q->client.base, &q->arena, &r, &q->answer);
}

static bool may_reach(const char *allow, const char *address)
{
    struct arena a = {0};
    struct outbound_networks n;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    CHECK_OK(outbound_networks_read(&a, str_of(allow), &n));
    bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
    if (!is_v4)
        assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
    bool may = is_v4 ? outbound_may_connect(&n, (struct sockaddr *)&v4, sizeof v4)
                     : outbound_may_connect(&n, (struct sockaddr *)&v6, sizeof v6);
    arena_deinit(&a);
    return may;
}

TEST(addresses_of_the_internet_are_reached_and_no_others)
{
    static const char *const good[] = {
        "1.1.1.1",          "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",   "100.128.0.0",     "126.255.255.255", "128.0.0.1",
        "169.253.255.255",  "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
        "192.0.1.0",        "192.167.255.255", "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",       "223.255.255.255", "2606:4700::1111", "2a00:1450::5",
        "64:ff9b::8.8.8.8", "::ffff:8.8.8.8",  "2002:808:808::1", "2620:4f:8001::1"};
    static const char *const bad[] = {"0.0.0.0",
                                      "0.1.2.3",
                                      "10.0.0.1",
                                      "10.255.255.255",
                                      "100.64.0.1",
                                      "100.127.255.255",
                                      "127.0.0.1",
                                      "127.255.255.255",
                                      "169.254.169.254",
                                      "172.16.0.1",
                                      "172.31.255.255",
                                      "192.0.0.8",
                                      "192.0.2.1",
                                      "192.88.99.1",
                                      "192.168.1.1",
                                      "198.18.0.1",
                                      "198.19.255.255",
                                      "198.51.100.7",
                                      "203.0.113.9",
                                      "224.0.0.1",
                                      "239.255.255.255",
                                      "240.0.0.1",
                                      "255.255.255.255",
                                      "::",
                                      "::1",
                                      "::127.0.0.1",
                                      "::8.8.8.8",
                                      "::ffff:127.0.0.1",
                                      "::ffff:10.0.0.1",
                                      "::ffff:a9fe:a9fe",
                                      "::ffff:0:7f00:1",
                                      "64:ff9b::127.0.0.1",
                                      "64:ff9b::a00:1",
                                      "64:ff9b:1::1",
                                      "2002:7f00:1::",
                                      "2002:a9fe:a9fe::1",
                                      "2001::1",
                                      "2001:0:4136::1",
                                      "2001:10::1",
                                      "2001:1ff::1",
                                      "2001:db8::1",
                                      "3fff::1",
                                      "fc00::1",
                                      "fd12:3456::1",
                                      "fe80::1",
                                      "febf::1",
                                      "fec0::1",
                                      "ff02::1",
                                      "100::1",
                                      "4000::1",
                                      "2620:4f:8000::1",
                                      "5f00::1"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (!may_reach(NULL, good[i]))
            fail_msg("%s is not reached", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (may_reach(NULL, bad[i]))
            fail_msg("%s is reached", bad[i]);
}

TEST(what_the_operator_names_is_reached)
{
    CHECK(may_reach("10.1.0.0/16", "10.1.2.3"));
    CHECK(may_reach("10.1.0.0/16", "::ffff:10.1.2.3"));
    CHECK(!may_reach("10.1.0.0/16", "10.2.0.0"));
    CHECK(!may_reach("10.1.0.0/16", "127.0.0.1"));
    CHECK(may_reach("10.0.0.0/9", "10.127.255.255"));
    CHECK(!may_reach("10.0.0.0/9", "10.128.0.0"));
    CHECK(may_reach("192.168.1.7 , fd00::/8", "192.168.1.7"));
    CHECK(!may_reach("192.168.1.7", "192.168.1.6"));
    CHECK(may_reach("192.168.1.7,fd00::/8", "fd99::1"));
    CHECK(!may_reach("fd00::/8", "fc00::1"));
    CHECK(!may_reach("idp.clinic.example", "10.0.0.1"));
    CHECK(may_reach("0.0.0.0/0", "127.0.0.1"));
}

TEST(wrong_settings_are_refused)
{
    static const char *const bad[] = {"",           "10.0.0.0/33", "10.0.0.0/-1", "10.1.2.3/8",
                                      "fd00::/129", "a,,b",        "10.0.0",      "999.1.1.1",
                                      "http://a",   "a b",         "10.0.0.0/",   "a/8"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (outbound_networks_complaint(str_of(bad[i])) == NULL)
            fail_msg("\"%s\" is taken", bad[i]);
    CHECK(outbound_networks_complaint(STR("10.0.0.0/8, Idp.Clinic.example, ::1")) == NULL);
}

TEST(addresses_that_cannot_be_asked_for_are_refused)
{
    static const char *const bad[] = {
        "",
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "//a.example/",
        "a.example",
        "https:a.example",
        "https://",
        "https:///path",
        "https://user@a.example/",
        "https://user:secret@a.example/",
        "https://@a.example/",
        "https://a.example@127.0.0.1/",
        "https://a.example/#part",
        "https://a.example/a b",
        "https://a.example\\@b.example/",
        "https://a.example/\r\nX: y",
        "https://a.ex\xC3\xA4mple/",
        "https://[fe80::1%25eth0]/",
        "https://a.example:99999/",
        "https://a.example:x/",
    };
    struct asked q;
    asked_open(&q, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct http_client_request r = {.method = STR("GET"), .url = str_of(bad[i])};
        if (http_client_check(&q.client.base, &q.arena, str_of(bad[i])).code != ERR_INVALID ||
            http_client_send(&q.client.base, &q.arena, &r, &q.answer).code != ERR_INVALID)
            fail_msg("\"%s\" is taken", bad[i]);
    }
    CHECK_OK(http_client_check(&q.client.base, &q.arena, STR("https://a.example:8443/b?c=d@e")));
    CHECK_OK(http_client_check(&q.client.base, &q.arena, STR("http://a.example")));
    q.client.allows_plain = false;
    CHECK_ERR(INVALID, http_client_check(&q.client.base, &q.arena, STR("http://a.example")));
    arena_deinit(&q.arena);
}

TEST(requests_that_would_be_two_are_refused)
{
    static const struct http_client_header bad[] = {
        {STR_INIT("X"), STR_INIT("a\r\nY: b")},
        {STR_INIT("X\r\nY"), STR_INIT("b")},
        {STR_INIT("X Y"), STR_INIT("b")},
        {STR_INIT(""), STR_INIT("b")},
        {STR_INIT("X"), STR_INIT("a\0b")},
        {STR_INIT("host"), STR_INIT("b")},
        {STR_INIT("Content-Length"), STR_INIT("0")},
        {STR_INIT("Transfer-Encoding"), STR_INIT("chunked")}};
    struct asked q;
    asked_open(&q, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct http_client_header one = bad[i];
        struct http_client_request r = {
            .method = STR("GET"), .url = STR("https://a.example/"), .headers = {&one, 1}};
        if (http_client_send(&q.client.base, &q.arena, &r, &q.answer).code != ERR_INVALID)
            fail_msg("header %zu is taken", i);
    }
    struct http_client_request r = {.method = STR("GET / HTTP/1.1\r\nX:"),
                                    .url = STR("https://a.example/")};
    CHECK_ERR(INVALID, http_client_send(&q.client.base, &q.arena, &r, &q.answer));
    arena_deinit(&q.arena);
}

TEST(an_answer_comes_back_whole)
{
    struct server s;
    struct asked q;
    server_open(&s, NULL);
    asked_open(&q, "127.0.0.0/8", NULL);
    struct http_client_header header[] = {{STR("X-Empty"), STR("")}, {STR("X-One"), STR("1")}};
    struct http_client_request r = {.method = STR("POST"),
                                    .url =
                                        str_format(&q.arena, "http://127.0.0.1:%u/a?b=c", s.port),
                                    .headers = {header, 2},
                                    .body = STR("one\0two")};
    CHECK_OK(http_client_send(&q.client.base, &q.arena, &r, &q.answer));
    CHECK_INT(200, q.answer.status);
    CHECK_STR(STR("hello"), q.answer.body);
    CHECK_STR(STR("\"1\""), http_client_header(&q.answer, STR("etag")));
    CHECK_STR(STR("text/plain"), http_client_header(&q.answer, STR("Content-Type")));
    CHECK(http_client_header(&q.answer, STR("X-None")).ptr == NULL);
    server_close(&s);
    CHECK(strstr(s.request, "POST /a?b=c HTTP/1.1\r\n") == s.request);
    CHECK(strstr(s.request, "\r\nX-Empty:\r\n") != NULL);
    CHECK(strstr(s.request, "\r\nX-One: 1\r\n") != NULL);
    CHECK(strstr(s.request, "\r\nContent-Length: 7\r\n") != NULL);
    CHECK(strstr(s.request, "Content-Type") == NULL);
    CHECK(strstr(s.request, "Expect") == NULL);
    arena_deinit(&q.arena);
}

TEST(what_a_server_says_is_passed_on_as_it_is)
{
    struct server s;
    struct asked q;
    server_open(&s, NULL);
    asked_open(&q, "127.0.0.0/8", NULL);
    CHECK_OK(ask(&q, &s, "http", "/fault"));
    CHECK_INT(500, q.answer.status);
    CHECK_STR(STR("sad!"), q.answer.body);
    /* bytes that say they are packed stay as they are */
    CHECK_OK(ask(&q, &s, "http", "/packed"));
    CHECK_STR(STR("bombs"), q.answer.body);
    server_close(&s);
    arena_deinit(&q.arena);
}

TEST(nobody_is_asked_at_a_refused_address)
{
    struct server s;
    struct asked q;
    server_open(&s, NULL);
    asked_open(&q, "10.0.0.0/8", NULL);
    static const char *const hosts[] = {"127.0.0.1",          "localhost",  "127.1",
                                        "0x7f.0.0.1",         "2130706433", "0.0.0.0",
                                        "[::ffff:127.0.0.1]", "[::1]"};
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct http_client_request r = {.method = STR("GET"),
                                        .url =
                                            str_format(&q.arena, "http://%s:%u/", hosts[i], s.port),
                                        .timeout_ms = 2000};
        err e = http_client_send(&q.client.base, &q.arena, &r, &q.answer);
        if (e.code != ERR_FORBIDDEN)
            fail_msg("%s: %s", hosts[i], err_code_name(e.code));
    }
    CHECK_INT(0, __atomic_load_n(&s.request_count, __ATOMIC_ACQUIRE));
    arena_deinit(&q.arena);
    /* the operator's word for a name is about that name, and wherever it leads */
    asked_open(&q, "localhost", NULL);
    CHECK_ERR(FORBIDDEN, ask(&q, &s, "http", "/"));
    struct http_client_request r = {.method = STR("GET"),
                                    .url = str_format(&q.arena, "http://LOCALHOST:%u/", s.port)};
    CHECK_OK(http_client_send(&q.client.base, &q.arena, &r, &q.answer));
    server_close(&s);
    arena_deinit(&q.arena);
}

TEST(the_environment_names_no_proxy)
{
    struct server s, proxy;
    struct asked q;
    server_open(&s, NULL);
    server_open(&proxy, NULL);
    asked_open(&q, "127.0.0.1", NULL);
    char text[64];
    snprintf(text, sizeof text, "http://127.0.0.1:%u", proxy.port);
    setenv("http_proxy", text, 1);
    setenv("ALL_PROXY", text, 1);
    CHECK_OK(ask(&q, &s, "http", "/"));
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    CHECK_INT(1, __atomic_load_n(&s.request_count, __ATOMIC_ACQUIRE));
    CHECK_INT(0, __atomic_load_n(&proxy.request_count, __ATOMIC_ACQUIRE));
    server_close(&s);
    server_close(&proxy);
    arena_deinit(&q.arena);
}

TEST(a_redirect_is_not_followed)
{
    struct server s;
    struct asked q;
    server_open(&s, NULL);
    asked_open(&q, "127.0.0.1", NULL);
    CHECK_OK(ask(&q, &s, "http", "/redirect"));
    CHECK_INT(302, q.answer.status);
    CHECK_INT(1, __atomic_load_n(&s.request_count, __ATOMIC_ACQUIRE));
    server_close(&s);
    arena_deinit(&q.arena);
}

TEST(servers_that_mean_harm_take_neither_time_nor_memory)
{
    static const struct {
        const char *path;
        enum err_code code;
    } cases[] = {
        {"/silent", ERR_TIMED_OUT},    {"/slow", ERR_TIMED_OUT},    {"/endless", ERR_TOO_LARGE},
        {"/announced", ERR_TOO_LARGE}, {"/headers", ERR_TOO_LARGE}, {"/line", ERR_TOO_LARGE},
        {"/early", ERR_TOO_LARGE},     {"/old", ERR_MALFORMED},     {"/short", ERR_UNAVAILABLE}};
    struct server s;
    struct asked q;
    server_open(&s, NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        asked_open(&q, "127.0.0.1", NULL);
        uint64_t begin = monotonic_ns();
        err e = ask(&q, &s, "http", cases[i].path);
        if (e.code != cases[i].code)
            fail_msg("%s: %s", cases[i].path, err_code_name(e.code));
        CHECK(monotonic_ns() - begin < UINT64_C(4000000000));
        CHECK(q.arena.used_size < 4 * HTTP_CLIENT_ANSWER_SIZE_MAX);
        arena_deinit(&q.arena);
    }
    server_close(&s);
}

TEST(a_limit_of_its_own_holds)
{
    struct server s;
    struct asked q;
    server_open(&s, NULL);
    asked_open(&q, "127.0.0.1", NULL);
    struct http_client_request r = {.method = STR("GET"),
                                    .url = str_format(&q.arena, "http://127.0.0.1:%u/", s.port),
                                    .answer_size_max = 5};
    CHECK_OK(http_client_send(&q.client.base, &q.arena, &r, &q.answer));
    r.answer_size_max = 4;
    CHECK_ERR(TOO_LARGE, http_client_send(&q.client.base, &q.arena, &r, &q.answer));
    server_close(&s);
    arena_deinit(&q.arena);
}

static err ask_with_tls(const char *name, long seconds, bool is_trusted, const char *scheme)
{
    char file[TEST_PATH_SIZE];
    struct server s;
    struct asked q;
    temporary_template(file, "ca");
    close(mkstemp(file));
    server_open(&s, tls_for(name, seconds, file));
    asked_open(&q, "127.0.0.1", is_trusted ? file : NULL);
    err e = ask(&q, &s, scheme, "/");
    server_close(&s);
    unlink(file);
    arena_deinit(&q.arena);
    return e;
}

TEST(certificates_are_verified)
{
    CHECK_OK(ask_with_tls("IP:127.0.0.1", 3600, true, "https"));
    err unknown = ask_with_tls("IP:127.0.0.1", 3600, false, "https");
    CHECK_ERR(UNAVAILABLE, unknown);
    CHECK_STR(STR("the server's certificate is not trusted"), str_of(unknown.text));
    CHECK_ERR(UNAVAILABLE, ask_with_tls("DNS:other.example", 3600, true, "https"));
    CHECK_ERR(UNAVAILABLE, ask_with_tls("IP:127.0.0.1", -60, true, "https"));
}

TEST(https_to_a_server_without_it_says_so)
{
    struct server s;
    struct asked q;
    server_open(&s, NULL);
    asked_open(&q, "127.0.0.1", NULL);
    CHECK_ERR(UNAVAILABLE, ask(&q, &s, "https", "/"));
    server_close(&s);
    CHECK_ERR(UNAVAILABLE, ask(&q, &s, "http", "/"));
    arena_deinit(&q.arena);
}

static void *stop_soon(void *client)
{
    usleep(100000);
    http_client_curl_stop(client);
    return NULL;
}

TEST(stopping_ends_what_is_under_way)
{
    struct server s;
    struct asked q;
    pthread_t thread;
    server_open(&s, NULL);
    asked_open(&q, "127.0.0.1", NULL);
    struct http_client_request r = {
        .method = STR("GET"), .url = str_format(&q.arena, "http://127.0.0.1:%u/silent", s.port)};
    pthread_create(&thread, NULL, stop_soon, &q.client);
    uint64_t begin = monotonic_ns();
    CHECK_ERR(UNAVAILABLE, http_client_send(&q.client.base, &q.arena, &r, &q.answer));
    CHECK(monotonic_ns() - begin < UINT64_C(4000000000));
    pthread_join(thread, NULL);
    server_close(&s);
    arena_deinit(&q.arena);
}
