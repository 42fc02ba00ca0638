/* One transfer of libcurl a mail, and a judgement of how it ended. */
#include "infrastructure/smtp/smtp_client.h"

#include "base/arena.h"
#include "base/buf.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REPLY_BYE = 221, REPLY_CLOSING = 421 };

/* One mail under way. */
struct transfer {
    struct smtp_client *client;
    str message;
    size_t sent;
    struct buf reply; /* the last one, its lines put together */
    long reply_code;  /* 0: it was none */
    bool reply_ended;
    char error[CURL_ERROR_SIZE];
};

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

err smtp_client_open(struct smtp_client *c, struct arena *a, str url, str ca_file)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    *c = (struct smtp_client){.fd = -1};
    TRY(smtp_url_read(a, url, &c->url));
    if (ca_file.ptr != NULL && access(str_cstr(a, ca_file), R_OK) != 0)
        return ERR(INVALID, "the file of GANTRY_SMTP_CA cannot be read");
    c->ca_file = ca_file.ptr != NULL ? str_cstr(a, ca_file) : NULL;
    c->handle = curl_easy_init();
    if (c->handle == NULL)
        return ERR(UNAVAILABLE, "libcurl does not start");
    pthread_mutex_init(&c->lock, NULL);
    c->is_open = true;
    return OK;
}

void smtp_client_stop(struct smtp_client *c)
{
    if (!c->is_open)
        return;
    pthread_mutex_lock(&c->lock);
    c->is_stopping = true;
    if (c->fd >= 0)
        shutdown(c->fd, SHUT_RDWR); /* whoever waits for its peer does not any more */
    pthread_mutex_unlock(&c->lock);
}

void smtp_client_close(struct smtp_client *c)
{
    if (!c->is_open)
        return;
    smtp_client_stop(c);
    curl_easy_cleanup(c->handle);
    pthread_mutex_destroy(&c->lock);
    *c = (struct smtp_client){.fd = -1};
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct smtp_client *c = context;
    (void)purpose;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    pthread_mutex_lock(&c->lock);
    c->fd = fd;
    pthread_mutex_unlock(&c->lock);
    return fd;
}

static int on_close(void *context, curl_socket_t fd)
{
    struct smtp_client *c = context;
    pthread_mutex_lock(&c->lock);
    if (c->fd == fd)
        c->fd = -1;
    pthread_mutex_unlock(&c->lock);
    return close(fd);
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct transfer *t = context;
    (void)a, (void)b, (void)c, (void)d;
    pthread_mutex_lock(&t->client->lock);
    bool is_stopping = t->client->is_stopping;
    pthread_mutex_unlock(&t->client->lock);
    return is_stopping;
}

static size_t on_read(char *to, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    str rest = str_sub(t->message, t->sent, t->sent + size * count);
    if (rest.len != 0)
        memcpy(to, rest.ptr, rest.len);
    t->sent += rest.len;
    return rest.len;
}

static long code_of(str line)
{
    int64_t code;
    return line.len >= 3 && str_to_i64(str_sub(line, 0, 3), &code) ? (long)code : 0;
}

/* A line of the server: "250-first", "250 last". What it says to QUIT tells nothing. */
static size_t on_line(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    str line = str_trim((str){bytes, size * count});
    if (code_of(line) == REPLY_BYE)
        return size * count;
    if (t->reply_ended)
        t->reply.len = 0;
    t->reply_ended = line.len < 4 || line.ptr[3] != '-';
    bool is_first = t->reply.len == 0;
    if (is_first)
        t->reply_code = code_of(line);
    if (is_first && t->reply_code != 0)
        buf_add(&t->reply, str_sub(line, 0, 3));
    str text = t->reply_code != 0 ? str_sub(line, 4, line.len) : line;
    if (t->reply.len + text.len < MAIL_ERROR_SIZE_MAX) {
        if (t->reply.len != 0)
            buf_add_char(&t->reply, ' ');
        buf_add(&t->reply, text);
    }
    return size * count;
}

static void set_tls(struct smtp_client *c)
{
    curl_easy_setopt(c->handle, CURLOPT_USE_SSL,
                     (long)(c->url.tls == SMTP_TLS_OFF ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(c->handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c->handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c->handle, CURLOPT_SSL_VERIFYHOST, 2L);
    if (c->ca_file != NULL) {
        curl_easy_setopt(c->handle, CURLOPT_CAINFO, c->ca_file);
        curl_easy_setopt(c->handle, CURLOPT_CAPATH, NULL);
    }
}

static void set_up(struct smtp_client *c, struct arena *a, struct transfer *t)
{
    curl_easy_reset(c->handle); /* keeps the connection */
    str url = str_format(a, "%s://%.*s:%u/", c->url.tls == SMTP_TLS ? "smtps" : "smtp",
                         STR_ARG(c->url.host), c->url.port);
    curl_easy_setopt(c->handle, CURLOPT_URL, str_cstr(a, url));
    curl_easy_setopt(c->handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c->handle, CURLOPT_PROXY, "");
    curl_easy_setopt(c->handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->handle, CURLOPT_CONNECTTIMEOUT_MS, (long)SMTP_CONNECT_MS);
    curl_easy_setopt(c->handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)SMTP_ANSWER_SECONDS);
    curl_easy_setopt(c->handle, CURLOPT_TIMEOUT_MS, (long)SMTP_SEND_MS);
    curl_easy_setopt(c->handle, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(c->handle, CURLOPT_OPENSOCKETDATA, c);
    curl_easy_setopt(c->handle, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(c->handle, CURLOPT_CLOSESOCKETDATA, c);
    curl_easy_setopt(c->handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c->handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c->handle, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(c->handle, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(c->handle, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c->handle, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(c->handle, CURLOPT_READDATA, t);
    curl_easy_setopt(c->handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c->handle, CURLOPT_ERRORBUFFER, t->error);
    if (c->url.user.ptr != NULL) {
        curl_easy_setopt(c->handle, CURLOPT_USERNAME, str_cstr(a, c->url.user));
        curl_easy_setopt(c->handle, CURLOPT_PASSWORD, str_cstr(a, c->url.password));
    }
    set_tls(c);
}

/* Of what a server says only what can be shown: one line, valid, not too long. */
static str clean(struct arena *a, str text)
{
    struct buf out = BUF_IN(a);
    bool is_utf8 = str_is_utf8(text);
    for (size_t i = 0; i < text.len && out.len < MAIL_ERROR_SIZE_MAX; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        buf_add_char(&out, c < ' ' || c == 0x7F ? ' ' : c > 0x7F && !is_utf8 ? '?' : (char)c);
    }
    str whole = buf_str(&out);
    while (!str_is_utf8(whole)) /* cut within a character */
        whole.len--;
    return str_trim(whole);
}

/* The server wants something that no mail can give: a sign-in, TLS. RFC 4954 6, RFC 3207 4. */
static bool is_about_sign_in(long code)
{
    return code == 454 || code == 530 || code == 534 || code == 535 || code == 538;
}

/* What a transfer that did not succeed says. What the server said to this mail, behind MAIL, RCPT,
 * DATA or the text, is about the mail; everything before and every silence is about the server. */
static void judge(struct arena *a, const struct transfer *t, CURLcode code, struct smtp_answer *out)
{
    long reply = t->reply_code;
    bool was_answered = reply >= 400 && reply < 600;
    bool is_about_mail =
        (code == CURLE_SEND_ERROR || (code == CURLE_WEIRD_SERVER_REPLY && t->sent != 0)) &&
        was_answered && !is_about_sign_in(reply) && reply != REPLY_CLOSING;
    out->is_about_server = !is_about_mail;
    out->outcome = is_about_mail && reply >= 500 ? MAIL_REFUSED : MAIL_TRY_AGAIN;
    str told = was_answered          ? buf_str(&t->reply)
               : t->error[0] != '\0' ? str_of(t->error)
                                     : str_of(curl_easy_strerror(code));
    out->words = clean(a, told);
}

void smtp_client_send(struct smtp_client *c, struct arena *a, str from, str to, str message,
                      bool is_last, struct smtp_answer *out)
{
    struct transfer t = {.client = c, .message = message, .reply = BUF_IN(a)};
    struct curl_slist *recipients =
        curl_slist_append(NULL, str_cstr(a, str_format(a, "<%.*s>", STR_ARG(to))));
    set_up(c, a, &t);
    curl_easy_setopt(c->handle, CURLOPT_MAIL_FROM,
                     str_cstr(a, str_format(a, "<%.*s>", STR_ARG(from))));
    curl_easy_setopt(c->handle, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(c->handle, CURLOPT_FORBID_REUSE, (long)is_last);
    CURLcode code = curl_easy_perform(c->handle);
    *out = (struct smtp_answer){.outcome = MAIL_TAKEN};
    if (code != CURLE_OK)
        judge(a, &t, code, out);
    curl_slist_free_all(recipients);
}
