/* Where a server listens: the socket behind "host:port". */
#include "presentation/http/listener.h"

#include "base/arena.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

err listener_open(struct arena *a, str address, int *out)
{
    size_t colon = SIZE_MAX;
    for (size_t i = 0; i < address.len; i++)
        if (address.ptr[i] == ':')
            colon = i;
    if (colon == SIZE_MAX)
        return ERRF(a, INVALID, "%.*s is not an address: host:port", STR_ARG(address));
    str host = str_sub(address, 0, colon), port = str_sub(address, colon + 1, address.len);
    if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        host = str_sub(host, 1, host.len - 1);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found;
    if (getaddrinfo(host.len == 0 ? NULL : str_cstr(a, host), str_cstr(a, port), &hints, &found) !=
        0)
        return ERRF(a, INVALID, "%.*s is not an address: host:port", STR_ARG(address));
    int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    found->ai_protocol),
        on = 1;
    bool ready = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                 bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 4096) == 0;
    freeaddrinfo(found);
    if (!ready) {
        if (fd >= 0)
            close(fd);
        return ERRF(a, UNAVAILABLE, "cannot listen at %.*s: is it in use?", STR_ARG(address));
    }
    *out = fd;
    return OK;
}

uint16_t listener_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.v6 = {0}};
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

/* The kernel drops what asks for a connection and lets everything else pass. Whoever asks tries
 * again after a second, as if the packet had been lost, and is refused. */
static void drop_new(int fd)
{
    enum { FLAGS_OFFSET = 13, FLAG_SYN = 0x02 }; /* of the TCP header, RFC 9293 3.1 */
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS_OFFSET),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, FLAG_SYN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {COUNT_OF(steps), steps};
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void listener_end(int fd,
                  void (*take)(void *to, int fd, const struct sockaddr *peer, socklen_t peer_size),
                  void *to)
{
    union {
        struct sockaddr any;
        struct sockaddr_storage room;
    } peer;
    socklen_t size = sizeof peer;
    int taken;
    drop_new(fd);
    usleep(LISTENER_HANDSHAKE_MS * 1000);
    while ((taken = accept4(fd, &peer.any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        take(to, taken, &peer.any, size);
        size = sizeof peer;
    }
    shutdown(fd, SHUT_RDWR);
}
