/* One easy handle a request. */
#include "infrastructure/http_client.h"

#include "base/arena.h"
#include "base/buf.h"

#include <curl/curl.h>
#include <pthread.h>
#include <unistd.h>

/* One request while libcurl calls back. */
struct transfer {
    struct http_client_curl *client;
    struct arena *arena;
    struct http_client_answer answer;
    struct buf body;
    size_t body_size_max, headers_size;
    bool is_named;   /* the host is one of the operator's */
    bool is_refused; /* an address was */
    bool is_too_large;
    const struct http_client_request *request;
    err source_failed;
};

static struct http_client_curl *self(struct http_client *c)
{
    return container_of(c, struct http_client_curl, base);
}

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *t = context;
    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    if (!t->is_named &&
        !outbound_may_connect(&t->client->networks, &address->addr, address->addrlen)) {
        t->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *t = context;
    (void)a, (void)b, (void)c, (void)d;
    if (t->request->goes_on != NULL && !t->request->goes_on(t->request->owner))
        return 1;
    return __atomic_load_n(&t->client->is_stopping, __ATOMIC_ACQUIRE);
}

static size_t on_read(char *to, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t got = 0;
    t->source_failed = byte_source_read(t->request->source, to, size * count, &got);
    return failed(t->source_failed) ? CURL_READFUNC_ABORT : got;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t len = size * count;
    t->headers_size += len;
    t->is_too_large = t->headers_size > HTTP_CLIENT_ANSWER_HEADERS_SIZE_MAX;
    if (t->is_too_large)
        return 0;
    str line = str_trim(str_copy(t->arena, (str){bytes, len}));
    size_t colon = str_find_char(line, ':');
    if (str_starts(line, STR("HTTP/")))
        t->answer.headers = (struct http_client_header_slice){0}; /* those before were of a 1xx */
    else if (colon != SIZE_MAX)
        *SLICE_PUSH(t->arena, &t->answer.headers) = (struct http_client_header){
            str_sub(line, 0, colon), str_trim(str_sub(line, colon + 1, line.len))};
    return len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t len = size * count;
    t->is_too_large = len > t->body_size_max - t->body.len;
    if (t->is_too_large)
        return 0;
    buf_add_bytes(&t->body, bytes, len);
    return len;
}

static bool is_token(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return text.len != 0;
}

static bool has_control(str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
            return true;
    return false;
}

/* What frames the request is not for who asks. */
static bool is_framing(str name)
{
    static const char *const names[] = {"Host",       "Content-Length", "Transfer-Encoding",
                                        "Connection", "Expect",         "TE",
                                        "Trailer",    "Upgrade",        "Proxy-Authorization"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq_nocase(name, str_of(names[i])))
            return true;
    return false;
}

static err check_request(const struct http_client_request *r)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    bool is_known = false;
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        is_known = is_known || str_eq(r->method, str_of(methods[i]));
    if (!is_known)
        return ERR(INVALID, "the method is not one that is sent");
    if (r->headers.len > HTTP_CLIENT_HEADER_COUNT_MAX)
        return ERR(INVALID, "too many headers");
    for (size_t i = 0; i < r->headers.len; i++) {
        const struct http_client_header *h = &r->headers.at[i];
        if (!is_token(h->name) || is_framing(h->name) || has_control(h->value) ||
            h->name.len + h->value.len > HTTP_CLIENT_HEADER_SIZE_MAX)
            return ERR(INVALID, "a header cannot be sent");
    }
    return OK;
}

static str url_part(struct arena *a, CURLU *url, CURLUPart part)
{
    char *text = NULL;
    str out = STR_NONE;
    if (curl_url_get(url, part, &text, 0) == CURLUE_OK)
        out = str_copy(a, str_of(text));
    curl_free(text);
    return out;
}

/* Between "://" and what ends it. */
static str authority_of(str text)
{
    str rest = str_sub(text, str_find(text, STR("://")) + 3, text.len);
    for (size_t i = 0; i < rest.len; i++)
        if (strchr("/?#", rest.ptr[i]) != NULL)
            return str_sub(rest, 0, i);
    return rest;
}

/* As libcurl itself reads it, so that what is judged is what is asked. */
static err read_url(struct http_client_curl *c, struct arena *a, str text, CURLU *url, str *host)
{
    if (text.len == 0 || text.len > HTTP_CLIENT_URL_SIZE_MAX)
        return ERR(INVALID, "the address is empty or too long");
    if (!str_is_ascii(text) || has_control(text) || str_find_char(text, ' ') != SIZE_MAX ||
        str_find_char(text, '\\') != SIZE_MAX)
        return ERR(INVALID, "the address has characters that must be encoded");
    if (!str_starts_nocase(text, STR("https://")) && !str_starts_nocase(text, STR("http://")))
        return ERR(INVALID, "the address must begin with https://");
    if (!c->allows_plain && !str_starts_nocase(text, STR("https://")))
        return ERR(INVALID, "the address must begin with https://: http:// is not allowed here");
    if (authority_of(text).len == 0) /* libcurl would take what follows */
        return ERR(INVALID, "the address needs the name of a host");
    if (curl_url_set(url, CURLUPART_URL, str_cstr(a, text), 0) != CURLUE_OK)
        return ERR(INVALID, "the address cannot be read");
    if (str_find_char(authority_of(text), '@') != SIZE_MAX ||
        url_part(a, url, CURLUPART_USER).ptr != NULL)
        return ERR(INVALID, "the address must not name a user");
    if (str_find_char(text, '#') != SIZE_MAX || url_part(a, url, CURLUPART_ZONEID).ptr != NULL)
        return ERR(INVALID, "the address must have neither a fragment nor a zone");
    *host = url_part(a, url, CURLUPART_HOST);
    return host->len != 0 ? OK : ERR(INVALID, "the address needs the name of a host");
}

static err check_url(struct http_client *base, struct arena *a, str text)
{
    str host;
    CURLU *url = curl_url();
    if (url == NULL)
        return ERR(UNAVAILABLE, "libcurl does not start");
    err e = read_url(self(base), a, text, url, &host);
    curl_url_cleanup(url);
    return e;
}

static struct curl_slist *header_list(struct arena *a, const struct http_client_request *r)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    bool has_type = false;
    for (size_t i = 0; i < r->headers.len; i++) {
        const struct http_client_header *h = &r->headers.at[i];
        has_type = has_type || str_eq_nocase(h->name, STR("Content-Type"));
        /* libcurl's way to say that there is a header without a value */
        str line = h->value.len == 0
                       ? str_format(a, "%.*s;", STR_ARG(h->name))
                       : str_format(a, "%.*s: %.*s", STR_ARG(h->name), STR_ARG(h->value));
        list = curl_slist_append(list, str_cstr(a, line));
    }
    return has_type ? list : curl_slist_append(list, "Content-Type:");
}

static void set_limits(CURL *h, struct transfer *t, const struct http_client_request *r)
{
    uint32_t ms_max = r->source != NULL ? HTTP_CLIENT_SOURCE_MS_MAX : HTTP_CLIENT_MS_MAX;
    uint32_t ms = r->timeout_ms == 0 ? HTTP_CLIENT_MS : r->timeout_ms;
    if (ms > ms_max)
        ms = ms_max;
    if (r->source != NULL) {
        curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, (long)HTTP_CLIENT_MS_MAX / 1000);
    }
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)ms);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
                     ms < HTTP_CLIENT_CONNECT_MS_MAX ? (long)ms : (long)HTTP_CLIENT_CONNECT_MS_MAX);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, t->client->allows_plain ? "http,https" : "https");
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_PROXY, ""); /* nor one of the environment */
    curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(h, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (t->client->ca_file != NULL) {
        curl_easy_setopt(h, CURLOPT_CAINFO, t->client->ca_file);
        curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(h, CURLOPT_XFERINFODATA, t);
}

static void set_request(CURL *h, struct transfer *t, const struct http_client_request *r,
                        CURLU *url, struct curl_slist *headers)
{
    curl_easy_setopt(h, CURLOPT_CURLU, url);
    curl_easy_setopt(h, CURLOPT_USERAGENT, "gantry/" GANTRY_VERSION);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, t);
    if (str_eq(r->method, STR("HEAD"))) {
        curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
        return;
    }
    if (r->source != NULL) {
        curl_easy_setopt(h, CURLOPT_POST, 1L);
        curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->source_size);
        curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(h, CURLOPT_READDATA, t);
    } else if (r->body.ptr != NULL || str_starts(r->method, STR("P"))) {
        curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
        curl_easy_setopt(h, CURLOPT_POSTFIELDS, r->body.len != 0 ? r->body.ptr : "");
    }
    curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, str_cstr(t->arena, r->method));
}

static err outcome(const struct transfer *t, CURLcode code)
{
    if (code == CURLE_OK)
        return OK;
    /* what does not fit libcurl's own buffer of a header line is told as want of memory */
    if (t->is_too_large || code == CURLE_OUT_OF_MEMORY)
        return ERR(TOO_LARGE, "the answer is larger than the limit");
    if (failed(t->source_failed))
        return t->source_failed;
    if (t->is_refused)
        return ERR(FORBIDDEN, "the address is not one that may be reached from here");
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:
        return ERR(TIMED_OUT, "the server did not answer in time");
    case CURLE_COULDNT_RESOLVE_HOST:
        return ERR(UNAVAILABLE, "the name of the host is not known");
    case CURLE_PEER_FAILED_VERIFICATION:
        return ERR(UNAVAILABLE, "the server's certificate is not trusted");
    case CURLE_SSL_CACERT_BADFILE:
        return ERR(UNAVAILABLE, "the file of trusted certificates cannot be read");
    case CURLE_SSL_CONNECT_ERROR:
        return ERR(UNAVAILABLE, "the server does not speak TLS as it must");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
        return ERR(MALFORMED, "the answer is not HTTP");
    case CURLE_ABORTED_BY_CALLBACK:
        return ERR(UNAVAILABLE, "the program stops");
    case CURLE_COULDNT_CONNECT:
        return ERR(UNAVAILABLE, "the server cannot be reached");
    default:
        return ERR(UNAVAILABLE, "the connection broke off");
    }
}

static err perform(CURL *h, CURLU *url, struct transfer *t, const struct http_client_request *r)
{
    long status = 0;
    struct curl_slist *headers = header_list(t->arena, r);
    set_limits(h, t, r);
    set_request(h, t, r, url, headers);
    CURLcode code = curl_easy_perform(h);
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    t->answer.status = (unsigned)status;
    t->answer.body = buf_str(&t->body);
    return outcome(t, code);
}

static err send_request(struct http_client *base, struct arena *a,
                        const struct http_client_request *r, struct http_client_answer *out)
{
    struct http_client_curl *c = self(base);
    struct transfer t = {.client = c, .arena = a, .body = BUF_IN(a), .request = r};
    str host;
    TRY(check_request(r));
    t.body_size_max = r->answer_size_max != 0 && r->answer_size_max < HTTP_CLIENT_ANSWER_SIZE_MAX
                          ? r->answer_size_max
                          : HTTP_CLIENT_ANSWER_SIZE_MAX;
    CURLU *url = curl_url();
    CURL *h = curl_easy_init();
    err e = url == NULL || h == NULL ? ERR(UNAVAILABLE, "libcurl does not start")
                                     : read_url(c, a, r->url, url, &host);
    if (!failed(e)) {
        t.is_named = outbound_host_is_named(&c->networks, host);
        e = perform(h, url, &t, r);
    }
    curl_easy_cleanup(h);
    curl_url_cleanup(url);
    if (!failed(e))
        *out = t.answer;
    return e;
}

static const struct http_client_ops curl_ops = {.check = check_url, .send = send_request};

err http_client_curl_open(struct http_client_curl *c, struct arena *a, str allow, str ca_file,
                          bool allows_plain)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    *c = (struct http_client_curl){.base = {&curl_ops}, .allows_plain = allows_plain};
    TRY(outbound_networks_read(a, allow, &c->networks));
    c->ca_file = ca_file.ptr != NULL ? str_cstr(a, ca_file) : NULL;
    return c->ca_file == NULL || access(c->ca_file, R_OK) == 0
               ? OK
               : ERR(INVALID, "the file of GANTRY_OUTBOUND_CA cannot be read");
}

void http_client_curl_stop(struct http_client_curl *c)
{
    __atomic_store_n(&c->is_stopping, true, __ATOMIC_RELEASE);
}
