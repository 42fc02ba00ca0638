/* From exec to the first answer: starts a program, asks until it answers 200, prints ms=, stops it.
 *
 *     start PORT PATH PROGRAM ARGUMENT… */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_NS = 100000, PATIENCE_S = 30 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int answers(const struct sockaddr_in *address, const char *path)
{
    char text[512];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ok = 0;
    struct timeval patience = {.tv_sec = 1};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0) {
        int n = snprintf(text, sizeof text,
                         "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
        ok = send(fd, text, (size_t)n, MSG_NOSIGNAL) == n &&
             recv(fd, text, 12, MSG_WAITALL) == 12 && memcmp(text + 9, "200", 3) == 0;
    }
    close(fd);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    double start = now_ms(), answered = 0;
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[3], argv + 3);
        _exit(127);
    }
    while (answered == 0 && now_ms() - start < PATIENCE_S * 1e3 &&
           waitpid(child, NULL, WNOHANG) == 0) {
        if (answers(&address, argv[2]))
            answered = now_ms();
        else
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    if (answered == 0)
        return 1;
    printf("ms=%.3f\n", answered - start);
    return 0;
}
