/* Sockets that wait for a limited time, and OpenSSL over them. */
#include "infrastructure/syslog/syslog_connection.h"

#include "base/arena.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAME_SIZE_MAX = 24 };

void syslog_connection_close(struct syslog_connection *c)
{
    if (c->ssl != NULL)
        SSL_free(c->ssl);
    if (c->context != NULL)
        SSL_CTX_free(c->context);
    if (c->is_open)
        close(c->fd);
    *c = (struct syslog_connection){0};
}

static bool is_connected_in_time(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int flaw = 0;
    socklen_t size = sizeof flaw;
    return poll(&wait, 1, SYSLOG_TIMEOUT_SECONDS * 1000) == 1 &&
           getsockopt(fd, SOL_SOCKET, SO_ERROR, &flaw, &size) == 0 && flaw == 0;
}

static int connect_to(const struct addrinfo *address)
{
    const struct timeval limit = {.tv_sec = SYSLOG_TIMEOUT_SECONDS};
    int on = 1, flags;
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    address->ai_protocol);
    if (fd < 0)
        return -1;
    bool is_connected = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ||
                        (errno == EINPROGRESS && is_connected_in_time(fd));
    flags = fcntl(fd, F_GETFL);
    if (!is_connected || flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) {
        close(fd);
        return -1;
    }
    if (address->ai_socktype == SOCK_STREAM)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static err connect_socket(struct syslog_connection *c, const struct syslog_url *url)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct addrinfo wanted = {.ai_socktype =
                                  url->transport == SYSLOG_UDP ? SOCK_DGRAM : SOCK_STREAM};
    struct addrinfo *all = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)url->port);
    if (getaddrinfo(str_cstr(&scratch, url->host), port, &wanted, &all) != 0)
        return ERR(UNAVAILABLE, "the host of the syslog receiver is not known");
    int fd = -1;
    for (const struct addrinfo *a = all; a != NULL && fd < 0; a = a->ai_next)
        fd = connect_to(a);
    freeaddrinfo(all);
    if (fd < 0)
        return ERR(UNAVAILABLE, "the syslog receiver cannot be reached");
    c->fd = fd;
    c->is_open = true;
    return OK;
}

/* Who signs the receiver, and who we are. */
static err load_files(struct syslog_connection *c, struct arena *a, const struct syslog_url *url)
{
    if (url->ca.ptr != NULL &&
        SSL_CTX_load_verify_locations(c->context, str_cstr(a, url->ca), NULL) != 1)
        return ERR(INVALID, "the file ca of GANTRY_AUDIT_SYSLOG_URL cannot be read");
    if (url->ca.ptr == NULL && SSL_CTX_set_default_verify_paths(c->context) != 1)
        return ERR(INVALID, "this system has no certificates to trust");
    if (url->cert.ptr == NULL)
        return OK;
    if (SSL_CTX_use_certificate_chain_file(c->context, str_cstr(a, url->cert)) != 1)
        return ERR(INVALID, "the file cert of GANTRY_AUDIT_SYSLOG_URL cannot be read");
    if (SSL_CTX_use_PrivateKey_file(c->context, str_cstr(a, url->key), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(c->context) != 1)
        return ERR(INVALID, "the file key of GANTRY_AUDIT_SYSLOG_URL is not the key of cert");
    return OK;
}

/* The certificate must name the host; an address is not a name. */
static bool expect_name(struct syslog_connection *c, const char *name)
{
    X509_VERIFY_PARAM *expected = SSL_get0_param(c->ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, name) == 1)
        return true;
    SSL_set_hostflags(c->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(c->ssl, name) == 1 && SSL_set_tlsext_host_name(c->ssl, name) == 1;
}

static err begin_tls(struct syslog_connection *c, const struct syslog_url *url)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    str name = url->name.ptr != NULL ? url->name : url->host;
    c->context = SSL_CTX_new(TLS_client_method());
    if (c->context == NULL || SSL_CTX_set_min_proto_version(c->context, TLS1_2_VERSION) != 1)
        return ERR(UNAVAILABLE, "TLS cannot be begun");
    TRY(load_files(c, &scratch, url));
    SSL_CTX_set_verify(c->context, SSL_VERIFY_PEER, NULL);
    c->ssl = SSL_new(c->context);
    if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1 ||
        !expect_name(c, str_cstr(&scratch, name)))
        return ERR(UNAVAILABLE, "TLS cannot be begun");
    if (SSL_connect(c->ssl) == 1)
        return OK;
    return SSL_get_verify_result(c->ssl) != X509_V_OK
               ? ERR(UNAVAILABLE, "the certificate of the syslog receiver is not believed")
               : ERR(UNAVAILABLE, "the syslog receiver does not speak TLS with us");
}

err syslog_connection_open(struct syslog_connection *c, const struct syslog_url *url)
{
    *c = (struct syslog_connection){.transport = url->transport};
    err e = connect_socket(c, url);
    if (!failed(e) && url->transport == SYSLOG_TLS)
        e = begin_tls(c, url);
    if (failed(e))
        syslog_connection_close(c);
    ERR_clear_error();
    return e;
}

static err write_all(struct syslog_connection *c, str bytes)
{
    while (bytes.len != 0) {
        size_t step = 0;
        if (c->ssl != NULL) {
            ERR_clear_error();
            if (SSL_write_ex(c->ssl, bytes.ptr, bytes.len, &step) != 1)
                return ERR(UNAVAILABLE, "the syslog receiver takes nothing");
        } else {
            ssize_t sent = send(c->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
            if (sent <= 0)
                return ERR(UNAVAILABLE, "the syslog receiver takes nothing");
            step = (size_t)sent;
        }
        bytes = str_sub(bytes, step, bytes.len);
    }
    return OK;
}

err syslog_connection_send(struct syslog_connection *c, str message)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    if (c->transport == SYSLOG_UDP)
        return message.len <= SYSLOG_DATAGRAM_SIZE_MAX &&
                       send(c->fd, message.ptr, message.len, MSG_NOSIGNAL) == (ssize_t)message.len
                   ? OK
                   : ERR(UNAVAILABLE, "the syslog receiver takes nothing");
    return write_all(c, str_format(&scratch, "%zu %.*s", message.len, STR_ARG(message)));
}

/* Whatever it says is of no interest; how it ends is. */
static bool reads_to_end(struct syslog_connection *c)
{
    char ignored[512];
    uint64_t until = monotonic_ns() + SYSLOG_TIMEOUT_SECONDS * UINT64_C(1000000000);
    while (monotonic_ns() < until) {
        if (c->ssl == NULL) {
            ssize_t got = recv(c->fd, ignored, sizeof ignored, 0);
            if (got <= 0)
                return got == 0;
            continue;
        }
        ERR_clear_error();
        int got = SSL_read(c->ssl, ignored, sizeof ignored);
        if (got <= 0)
            return SSL_get_error(c->ssl, got) == SSL_ERROR_ZERO_RETURN;
    }
    return false;
}

err syslog_connection_finish(struct syslog_connection *c)
{
    bool has_taken_all = true;
    if (c->transport == SYSLOG_TLS)
        has_taken_all = SSL_shutdown(c->ssl) >= 0 && reads_to_end(c);
    else if (c->transport == SYSLOG_TCP)
        has_taken_all = shutdown(c->fd, SHUT_WR) == 0 && reads_to_end(c);
    syslog_connection_close(c);
    ERR_clear_error();
    return has_taken_all ? OK
                         : ERR(UNAVAILABLE, "the syslog receiver has not taken all that was sent");
}
