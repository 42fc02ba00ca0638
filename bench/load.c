/* An HTTP load generator that costs little: event loops over kept-alive connections; bodies are
 * sent from mapped files, answers are dropped inside the kernel (MSG_TRUNC) once their head is
 * read.
 *
 *     load [options] METHOD URL
 *       -c N       connections (16)          -t N  threads (2)
 *       -d S       for S seconds (3)         -n N  or until N requests were sent
 *       -H TEXT    a header, any number of times
 *       -f FOLDER  every file once, each the body of a request; -m wraps it as multipart/related
 *       -x FILE    bytes that follow in every body: one large value shared by many small heads
 *       -b TEXT    the same body in every request
 *       -g FILE    new bodies: the file's bytes, with numbers where its marks are (see marks)
 *       -o N       the first of these numbers (0)
 *       -l FILE    requests from a file, "METHOD PATH" a line; the connection with number i repeats
 *       -k N       lines i * N to i * N + N - 1; 0: each line once, by whoever is free
 *
 * Prints one line: rate ok failed retried p50_ms p99_ms max_ms answer_size status, the last of the
 * first failure. Anything but 2xx is a failure, and so is an answer that ends early (status 0). A
 * kept-alive connection that the server closed before the first byte of an answer is opened again
 * and the request repeated, as clients do. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    IN_SIZE = 64 * 1024,
    HEAD_SIZE = 4096,
    DROP_SIZE = 1 << 20,
    PART_COUNT = 5,
    PATIENCE_S = 60,
    GENERATED_SIZE = 8192,
    MARK_SIZE = 8,
    MARK_COUNT_MAX = 64
};

struct bytes {
    const char *at;
    size_t size;
};

struct settings {
    struct sockaddr_in address;
    const char *method, *path;
    char host[64];
    char headers[2048];
    struct bytes *files, shared, constant, template;
    struct place {
        size_t offset, mark;
    } places[MARK_COUNT_MAX];
    size_t place_count;
    uint64_t first_number;
    char **lines;
    size_t file_count, line_count, lines_a_connection;
    size_t connection_count, thread_count;
    uint64_t request_count_max;
    double seconds;
    bool multipart;
};

enum reading {
    READ_HEAD,
    READ_LENGTH,
    READ_CHUNK_LINE,
    READ_CHUNK,
    READ_CHUNK_END,
    READ_TO_CLOSE,
    READ_DONE
};

struct connection {
    int fd;
    uint32_t events;
    size_t number, turn;
    char head[HEAD_SIZE], generated[GENERATED_SIZE];
    struct iovec request[PART_COUNT], out[PART_COUNT]; /* as it begins, and what is left of it */
    size_t out_next;
    uint64_t start_ns;
    enum reading reading;
    size_t left, in_size;
    int status;
    bool used, closes, busy, last_chunk;
    char in[IN_SIZE];
};

struct worker {
    pthread_t thread;
    size_t number;
    uint32_t *latencies_us;
    size_t latency_count, latency_room;
    uint64_t ok, failed, retried, answer_size, end_ns;
    int status; /* of the first failure */
};

static struct settings set;
static atomic_ullong taken;
static uint64_t begin_ns, stop_ns;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static void *room(size_t count, size_t size)
{
    void *p = calloc(count != 0 ? count : 1, size);
    if (p == NULL)
        die("memory");
    return p;
}

static struct bytes map_file(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        die(path);
    void *at = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (at == MAP_FAILED)
        die(path);
    close(fd);
    return (struct bytes){at, (size_t)info.st_size};
}

/* ---- the next request ---- */

static const char BOUNDARY_HEADERS[] =
    "Content-Type: multipart/related; type=\"application/dicom\"; boundary=bench-part\r\n";
static const char PART_HEAD[] = "--bench-part\r\nContent-Type: application/dicom\r\n\r\n";
static const char PART_TAIL[] = "\r\n--bench-part--\r\n";

static struct iovec part(const char *at, size_t size)
{
    return (struct iovec){(void *)(uintptr_t)at, size};
}

/* Eight characters of a template that become the eight digits of a number, or a date. */
static const struct mark {
    const char *text;
    uint64_t images; /* with the same number */
} marks[] = {{"#IMAGE##", 1}, {"#SERIES#", 25}, {"#STUDY##", 100}, {"#DATE###", 100}};

static void find_marks(void)
{
    for (size_t i = 0; i + MARK_SIZE <= set.template.size; i++)
        for (size_t mark = 0; mark < sizeof marks / sizeof marks[0]; mark++)
            if (memcmp(set.template.at + i, marks[mark].text, MARK_SIZE) == 0 &&
                set.place_count < MARK_COUNT_MAX)
                set.places[set.place_count++] = (struct place){i, mark};
}

static unsigned date_of(uint64_t study)
{
    unsigned day = (unsigned)(study % (20 * 12 * 28));
    return 20050101 + day / 28 / 12 * 10000 + day / 28 % 12 * 100 + day % 28;
}

static struct iovec generate(struct connection *c, uint64_t image)
{
    memcpy(c->generated, set.template.at, set.template.size);
    for (size_t i = 0; i < set.place_count; i++) {
        const struct mark *mark = &marks[set.places[i].mark];
        uint64_t number = image / mark->images;
        char digits[MARK_SIZE + 1];
        unsigned value =
            mark->text[1] == 'D' ? date_of(number) : (unsigned)(number % UINT64_C(100000000));
        snprintf(digits, sizeof digits, "%08u", value);
        memcpy(c->generated + set.places[i].offset, digits, MARK_SIZE);
    }
    return part(c->generated, set.template.size);
}

/* Fills c->request with a request. False when there is nothing left to ask. */
static bool next_request(struct connection *c)
{
    uint64_t ticket = atomic_fetch_add(&taken, 1);
    bool each_line = set.line_count != 0 && set.lines_a_connection == 0;
    uint64_t limit = set.file_count != 0 ? set.file_count
                     : each_line         ? set.line_count
                                         : set.request_count_max;
    if (limit != 0 ? ticket >= limit : now_ns() >= stop_ns)
        return false;
    size_t size = 0;
    memset(c->request, 0, sizeof c->request);
    if (set.multipart) {
        c->request[1] = part(PART_HEAD, sizeof PART_HEAD - 1);
        c->request[4] = part(PART_TAIL, sizeof PART_TAIL - 1);
    }
    if (set.template.size != 0) {
        c->request[2] = generate(c, set.first_number + ticket);
    } else if (set.file_count != 0) {
        c->request[2] = part(set.files[ticket].at, set.files[ticket].size);
        c->request[3] = part(set.shared.at, set.shared.size);
    } else {
        c->request[2] = part(set.constant.at, set.constant.size);
    }
    for (size_t i = 1; i < PART_COUNT; i++)
        size += c->request[i].iov_len;
    char start[1024], length[64] = "";
    snprintf(start, sizeof start, "%s %s", set.method, set.path);
    if (set.line_count != 0) {
        size_t line = each_line
                          ? (size_t)ticket
                          : c->number * set.lines_a_connection + c->turn++ % set.lines_a_connection;
        snprintf(start, sizeof start, "%s", set.lines[line % set.line_count]);
    }
    if (size != 0 || strncmp(start, "GET", 3) != 0)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", size);
    int n = snprintf(c->head, sizeof c->head, "%s HTTP/1.1\r\nHost: %s\r\n%s%s%s\r\n", start,
                     set.host, set.headers, length, set.multipart ? BOUNDARY_HEADERS : "");
    c->request[0] = part(c->head, (size_t)n);
    return true;
}

/* ---- one connection ---- */

static void want(int loop, struct connection *c, uint32_t events)
{
    if (c->events == events)
        return;
    struct epoll_event e = {.events = events, .data.ptr = c};
    if (epoll_ctl(loop, c->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, c->fd, &e) != 0)
        die("epoll_ctl");
    c->events = events;
}

static void connect_again(int loop, struct connection *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&set.address, sizeof set.address) != 0)
        die("connect");
    int on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->events = 0;
    c->used = false;
    want(loop, c, EPOLLIN);
}

/* False when the connection is lost. */
static bool send_more(int loop, struct connection *c)
{
    while (c->out_next < PART_COUNT) {
        struct msghdr m = {.msg_iov = c->out + c->out_next, .msg_iovlen = PART_COUNT - c->out_next};
        ssize_t n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            want(loop, c, EPOLLIN | EPOLLOUT);
            return true;
        }
        if (n < 0)
            return false;
        for (size_t sent = (size_t)n; c->out_next < PART_COUNT; c->out_next++) {
            struct iovec *v = &c->out[c->out_next];
            size_t step = sent < v->iov_len ? sent : v->iov_len;
            v->iov_base = (char *)v->iov_base + step;
            v->iov_len -= step;
            sent -= step;
            if (v->iov_len != 0)
                break;
        }
    }
    want(loop, c, EPOLLIN);
    return true;
}

static void read_head(struct connection *c, const char *head)
{
    const char *length = strcasestr(head, "\r\nContent-Length:");
    c->status = strlen(head) > 12 ? (int)strtol(head + 9, NULL, 10) : 0;
    c->closes = strcasestr(head, "\r\nConnection: close") != NULL;
    c->last_chunk = false;
    if (strcasestr(head, "\r\nTransfer-Encoding: chunked") != NULL) {
        c->reading = READ_CHUNK_LINE;
    } else if (length != NULL) {
        c->left = strtoul(length + 17, NULL, 10);
        c->reading = c->left != 0 ? READ_LENGTH : READ_DONE;
    } else {
        c->reading = c->status == 204 ? READ_DONE : READ_TO_CLOSE;
    }
}

/* Takes what it can from c->in at *from; false when it needs more bytes. */
static bool take(struct connection *c, struct worker *w, size_t *from)
{
    char *at = c->in + *from, *end = c->in + c->in_size, *stop;
    size_t step = (size_t)(end - at) < c->left ? (size_t)(end - at) : c->left;
    if (at == end)
        return false;
    switch (c->reading) {
    case READ_HEAD:
        stop = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
        if (stop == NULL)
            return false;
        stop[2] = '\0';
        read_head(c, at);
        *from += (size_t)(stop + 4 - at);
        return true;
    case READ_CHUNK_LINE:
        stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            return false;
        c->left = strtoul(at, NULL, 16);
        c->last_chunk = c->left == 0;
        c->reading = c->last_chunk ? READ_CHUNK_END : READ_CHUNK;
        *from += (size_t)(stop + 1 - at);
        return true;
    case READ_CHUNK_END:
        stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            return false;
        c->reading = c->last_chunk ? READ_DONE : READ_CHUNK_LINE;
        *from += (size_t)(stop + 1 - at);
        return true;
    case READ_TO_CLOSE:
        step = (size_t)(end - at);
        break;
    case READ_LENGTH:
    case READ_CHUNK:
        c->left -= step;
        if (c->left == 0)
            c->reading = c->reading == READ_LENGTH ? READ_DONE : READ_CHUNK_END;
        break;
    case READ_DONE:
        return false;
    }
    *from += step;
    w->answer_size += step;
    return true;
}

enum outcome { WAITING, ANSWERED, LOST };

static enum outcome receive(struct connection *c, struct worker *w)
{
    while (c->reading != READ_DONE) {
        bool dropping = (c->reading == READ_LENGTH || c->reading == READ_CHUNK) && c->in_size == 0;
        size_t most = c->left < DROP_SIZE ? c->left : DROP_SIZE;
        ssize_t n = dropping ? recv(c->fd, NULL, most, MSG_TRUNC)
                             : recv(c->fd, c->in + c->in_size, IN_SIZE - c->in_size, 0);
        if (n < 0 && errno == EAGAIN)
            return WAITING;
        if (n <= 0) {
            c->closes = true;
            return n == 0 && c->reading == READ_TO_CLOSE ? ANSWERED : LOST;
        }
        if (dropping) {
            w->answer_size += (uint64_t)n;
            c->left -= (size_t)n;
            if (c->left == 0)
                c->reading = c->reading == READ_LENGTH ? READ_DONE : READ_CHUNK_END;
            continue;
        }
        size_t from = 0;
        c->in_size += (size_t)n;
        while (take(c, w, &from)) {
        }
        memmove(c->in, c->in + from, c->in_size - from);
        c->in_size -= from;
        if (c->in_size == IN_SIZE)
            return LOST;
    }
    return ANSWERED;
}

static void note(struct worker *w, const struct connection *c, bool ok)
{
    if (w->latency_count == w->latency_room) {
        w->latency_room = w->latency_room != 0 ? 2 * w->latency_room : 4096;
        w->latencies_us = realloc(w->latencies_us, w->latency_room * sizeof *w->latencies_us);
        if (w->latencies_us == NULL)
            die("memory");
    }
    w->end_ns = now_ns();
    w->latencies_us[w->latency_count++] = (uint32_t)((w->end_ns - c->start_ns) / 1000);
    if (ok)
        w->ok++;
    else if (w->failed++ == 0)
        w->status = c->reading == READ_DONE ? c->status : 0;
}

/* Sends the request from its first byte; on a connection that is gone, once more on a new one. */
static void begin(int loop, struct connection *c)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        memcpy(c->out, c->request, sizeof c->out);
        c->reading = READ_HEAD;
        c->in_size = c->left = c->out_next = 0;
        c->status = 0;
        c->closes = false;
        if (send_more(loop, c))
            return;
        connect_again(loop, c);
    }
    die("send");
}

/* Starts the connection's next request; false when there is none. */
static bool go_on(int loop, struct connection *c)
{
    c->busy = next_request(c);
    if (!c->busy)
        return false;
    c->start_ns = now_ns();
    begin(loop, c);
    return true;
}

/* Something happened at c. False when it has no request any more. */
static bool handle(int loop, struct worker *w, struct connection *c, uint32_t events)
{
    bool alive = (events & EPOLLOUT) == 0 || send_more(loop, c);
    enum outcome outcome = receive(c, w);
    if (outcome == WAITING && alive)
        return true;
    if (outcome != ANSWERED && c->used && c->reading == READ_HEAD && c->in_size == 0) {
        w->retried++;
        connect_again(loop, c);
        begin(loop, c);
        return true;
    }
    note(w, c, outcome == ANSWERED && c->status >= 200 && c->status < 300);
    c->used = outcome == ANSWERED && !c->closes && c->out_next == PART_COUNT;
    if (!c->used)
        connect_again(loop, c);
    return go_on(loop, c);
}

static void *work(void *argument)
{
    struct worker *w = argument;
    int loop = epoll_create1(EPOLL_CLOEXEC);
    size_t active = 0;
    for (size_t i = w->number; i < set.connection_count; i += set.thread_count) {
        struct connection *c = room(1, sizeof *c);
        c->fd = -1;
        c->number = i;
        connect_again(loop, c);
        active += go_on(loop, c) ? 1 : 0;
    }
    while (active != 0) {
        struct epoll_event events[64];
        int n = epoll_wait(loop, events, 64, PATIENCE_S * 1000);
        if (n <= 0)
            break;
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (c->busy && !handle(loop, w, c, events[i].events))
                active--;
        }
    }
    w->failed += active; /* out of patience */
    return NULL;
}

/* ---- what is asked for ---- */

static int by_name(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
}

static void read_folder(const char *path)
{
    DIR *folder = opendir(path);
    char **names = NULL;
    size_t count = 0;
    if (folder == NULL)
        die(path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        names = realloc(names, (count + 1) * sizeof *names);
        if (names == NULL || asprintf(&names[count++], "%s/%s", path, entry->d_name) < 0)
            die("memory");
    }
    closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    set.files = room(count, sizeof *set.files);
    for (set.file_count = 0; set.file_count < count; set.file_count++)
        set.files[set.file_count] = map_file(names[set.file_count]);
}

static void read_lines(const char *path)
{
    struct bytes file = map_file(path);
    char *text = strndup(file.at, file.size), *rest = text, *line;
    if (text == NULL)
        die("memory");
    while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
        set.lines = realloc(set.lines, (set.line_count + 1) * sizeof *set.lines);
        if (set.lines == NULL)
            die("memory");
        set.lines[set.line_count++] = line;
    }
}

static void read_url(char *url)
{
    unsigned port = 80;
    char host[32], *path = strncmp(url, "http://", 7) == 0 ? strchr(url + 7, '/') : NULL;
    if (path == NULL || sscanf(url + 7, "%31[0-9.]:%u", host, &port) != 2 ||
        inet_pton(AF_INET, host, &set.address.sin_addr) != 1) {
        fprintf(stderr, "not http://ADDRESS:PORT/PATH: %s\n", url);
        exit(2);
    }
    set.path = path;
    set.address.sin_family = AF_INET;
    set.address.sin_port = htons((uint16_t)port);
    snprintf(set.host, sizeof set.host, "%s:%u", host, port);
}

static void read_options(int argc, char **argv)
{
    set.connection_count = 16;
    set.thread_count = 2;
    set.seconds = 3;
    set.lines_a_connection = 1;
    for (int option; (option = getopt(argc, argv, "c:t:d:n:H:f:mx:b:g:o:l:k:")) != -1;) {
        size_t used = strlen(set.headers);
        switch (option) {
        case 'c':
            set.connection_count = strtoul(optarg, NULL, 10);
            break;
        case 't':
            set.thread_count = strtoul(optarg, NULL, 10);
            break;
        case 'd':
            set.seconds = strtod(optarg, NULL);
            break;
        case 'n':
            set.request_count_max = strtoul(optarg, NULL, 10);
            break;
        case 'H':
            snprintf(set.headers + used, sizeof set.headers - used, "%s\r\n", optarg);
            break;
        case 'f':
            read_folder(optarg);
            break;
        case 'm':
            set.multipart = true;
            break;
        case 'x':
            set.shared = map_file(optarg);
            break;
        case 'b':
            set.constant = (struct bytes){optarg, strlen(optarg)};
            break;
        case 'g':
            set.template = map_file(optarg);
            find_marks();
            break;
        case 'o':
            set.first_number = strtoull(optarg, NULL, 10);
            break;
        case 'l':
            read_lines(optarg);
            break;
        case 'k':
            set.lines_a_connection = strtoul(optarg, NULL, 10);
            break;
        default:
            exit(2);
        }
    }
    if (argc - optind != 2 || set.connection_count == 0 || set.thread_count == 0 ||
        set.template.size > GENERATED_SIZE) {
        fprintf(stderr, "load [options] METHOD URL\n");
        exit(2);
    }
    set.method = argv[optind];
    read_url(argv[optind + 1]);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void print(const struct worker *workers)
{
    struct worker sum = {0};
    for (size_t i = 0; i < set.thread_count; i++)
        sum.latency_count += workers[i].latency_count;
    sum.latencies_us = room(sum.latency_count, sizeof *sum.latencies_us);
    size_t n = 0;
    for (size_t i = 0; i < set.thread_count; i++) {
        const struct worker *w = &workers[i];
        for (size_t j = 0; j < w->latency_count; j++)
            sum.latencies_us[n++] = w->latencies_us[j];
        sum.ok += w->ok;
        sum.failed += w->failed;
        sum.status = sum.status != 0 ? sum.status : w->status;
        sum.retried += w->retried;
        sum.answer_size += w->answer_size;
        sum.end_ns = w->end_ns > sum.end_ns ? w->end_ns : sum.end_ns;
    }
    qsort(sum.latencies_us, n, sizeof *sum.latencies_us, by_number);
    double seconds = sum.end_ns > begin_ns ? (double)(sum.end_ns - begin_ns) / 1e9 : 1;
    const uint32_t *at = sum.latencies_us;
    printf("rate=%.3f ok=%llu failed=%llu retried=%llu p50_ms=%.3f p99_ms=%.3f max_ms=%.3f "
           "answer_size=%.0f status=%d\n",
           (double)sum.ok / seconds, (unsigned long long)sum.ok, (unsigned long long)sum.failed,
           (unsigned long long)sum.retried, n != 0 ? at[n / 2] / 1e3 : 0,
           n != 0 ? at[n - 1 - n / 100] / 1e3 : 0, n != 0 ? at[n - 1] / 1e3 : 0,
           n != 0 ? (double)sum.answer_size / (double)n : 0, sum.status);
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    struct worker *workers = room(set.thread_count, sizeof *workers);
    begin_ns = now_ns();
    stop_ns = begin_ns + (uint64_t)(set.seconds * 1e9);
    for (size_t i = 0; i < set.thread_count; i++) {
        workers[i].number = i;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            die("thread");
    }
    for (size_t i = 0; i < set.thread_count; i++)
        pthread_join(workers[i].thread, NULL);
    print(workers);
    return 0;
}
