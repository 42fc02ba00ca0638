/* One attempt after the other; between them what was learnt. */
#include "infrastructure/s3/client.h"

#include "base/log.h"
#include "base/uuid.h"
#include "infrastructure/s3/xml.h"

#include <curl/curl.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

/* A server that is silent for so long is away; a shorter time-out is the end of somebody's budget.
 */
enum { NS_PER_MS = 1000000, S3_AWAY_NS = 1000 * NS_PER_MS };

/* What one attempt needs while libcurl calls back. */
struct attempt {
    const struct s3_request *request;
    struct arena *arena;
    CURL *handle;
    struct s3_answer answer;
    struct buf body;
    uint64_t sent, until_ns;
    uint64_t silence_until_ns; /* an attempt during which nothing comes does not go on for longer */
    bool has_no_space, is_too_large;
    const char *fault; /* what went wrong with it, if it may pass */
    bool is_away;      /* the server was not reached */
};

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

err s3_client_open(struct s3_client *c, const struct s3_settings *settings,
                   const struct s3_credentials *given, struct clock *clock)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    *c = (struct s3_client){.settings = *settings, .clock = clock};
    pthread_mutex_init(&c->lock, NULL);
    return s3_credentials_open(&c->credentials, given);
}

void s3_client_close(struct s3_client *c)
{
    if (c->clock == NULL)
        return;
    while (c->idle_count != 0)
        curl_easy_cleanup(c->idle[--c->idle_count]);
    s3_credentials_close(&c->credentials);
    pthread_mutex_destroy(&c->lock);
    *c = (struct s3_client){0};
}

uint64_t s3_deadline(uint64_t size)
{
    uint64_t ms = size / S3_SLOWEST_SIZE * 1000 + S3_CALL_MS;
    return monotonic_ns() + ms * NS_PER_MS;
}

static CURL *take_handle(struct s3_client *c)
{
    CURL *handle = NULL;
    pthread_mutex_lock(&c->lock);
    if (c->idle_count != 0)
        handle = c->idle[--c->idle_count];
    pthread_mutex_unlock(&c->lock);
    return handle != NULL ? handle : curl_easy_init();
}

static void give_handle(struct s3_client *c, CURL *handle)
{
    curl_easy_reset(handle); /* keeps its connections */
    pthread_mutex_lock(&c->lock);
    if (c->idle_count < S3_CONNECTION_COUNT_MAX) {
        c->idle[c->idle_count++] = handle;
        handle = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    if (handle != NULL)
        curl_easy_cleanup(handle);
}

static uint64_t body_size(const struct s3_request *r)
{
    return r->body_size != 0 ? r->body_size : r->body.len;
}

static size_t on_read(char *to, size_t size, size_t count, void *context)
{
    struct attempt *t = context;
    const struct s3_request *r = t->request;
    uint64_t left = body_size(r) - t->sent;
    size_t step = size * count < left ? size * count : (size_t)left;
    if (step != 0 && r->body_size == 0) {
        memcpy(to, r->body.ptr + t->sent, step);
    } else if (step != 0) {
        ssize_t got = pread(r->body_fd, to, step, (off_t)(r->body_offset + t->sent));
        if (got <= 0)
            return CURL_READFUNC_ABORT;
        step = (size_t)got;
    }
    t->sent += step;
    return step;
}

static int on_seek(void *context, curl_off_t offset, int origin)
{
    struct attempt *t = context;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > body_size(t->request))
        return CURL_SEEKFUNC_FAIL;
    t->sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

static bool write_all(int fd, const char *bytes, size_t size, uint64_t at)
{
    while (size != 0) {
        ssize_t written = pwrite(fd, bytes, size, (off_t)at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        at += (uint64_t)written;
        size -= (size_t)written;
    }
    return true;
}

static bool is_good(unsigned status)
{
    return status == 200 || status == 206;
}

static size_t on_write(char *bytes, size_t size, size_t count, void *context)
{
    struct attempt *t = context;
    struct s3_sink *sink = t->request->sink;
    size_t len = size * count;
    if (sink == NULL || !is_good(t->answer.status)) {
        t->is_too_large = t->body.len + len > S3_ANSWER_SIZE_MAX;
        if (t->is_too_large)
            return 0;
        buf_add_bytes(&t->body, bytes, len);
    } else {
        t->is_too_large = len > sink->size_max - sink->size;
        t->has_no_space =
            t->is_too_large ? sink->sha != NULL : !write_all(sink->fd, bytes, len, sink->size);
        if (t->is_too_large || t->has_no_space)
            return 0;
        if (sink->sha != NULL)
            EVP_DigestUpdate(sink->sha, bytes, len);
        sink->size += len;
    }
    t->answer.size += len;
    return len;
}

/* The time of a header; 0 when it is none. */
static int64_t header_time(struct arena *a, str value)
{
    time_t t = curl_getdate(str_cstr(a, value), NULL);
    return t > 0 ? (int64_t)t : 0;
}

static str unquoted(str etag)
{
    bool quoted = etag.len >= 2 && etag.ptr[0] == '"' && etag.ptr[etag.len - 1] == '"';
    return quoted ? str_sub(etag, 1, etag.len - 1) : etag;
}

static void begin_answer(struct attempt *t, str line)
{
    uint64_t status = 0;
    size_t space = str_find_char(line, ' ');
    if (space != SIZE_MAX)
        (void)str_to_u64(str_sub(line, space + 1, space + 4), &status);
    t->answer = (struct s3_answer){.status = (unsigned)status, .content_length = -1};
}

static void take_number(str value, int64_t *out)
{
    int64_t number;
    if (str_to_i64(value, &number) && number >= 0)
        *out = number;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct attempt *t = context;
    str line = str_trim((str){bytes, size * count});
    size_t colon = str_find_char(line, ':');
    if (str_starts(line, STR("HTTP/")))
        begin_answer(t, line);
    if (colon == SIZE_MAX)
        return size * count;
    str name = str_sub(line, 0, colon), value = str_trim(str_sub(line, colon + 1, line.len));
    const struct {
        str name;
        str *to;
    } texts[] = {{STR("etag"), &t->answer.etag},
                 {STR("content-range"), &t->answer.content_range},
                 {STR("last-modified"), &t->answer.last_modified},
                 {STR("x-amz-server-side-encryption"), &t->answer.encryption}};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (str_eq_nocase(name, texts[i].name))
            *texts[i].to = str_copy(t->arena, unquoted(value));
    if (str_eq_nocase(name, STR("retry-after")))
        take_number(value, &t->answer.retry_after_seconds);
    if (str_eq_nocase(name, STR("date")))
        t->answer.time.us = header_time(t->arena, value) * SECONDS(1);
    if (str_eq_nocase(name, STR("content-length")))
        take_number(value, &t->answer.content_length);
    else
        return size * count;
    if (t->request->sink != NULL && t->answer.content_length > 0) {
        /* only now it is known how much there is to bring */
        uint64_t until = s3_deadline((uint64_t)t->answer.content_length);
        t->until_ns = until > t->until_ns ? until : t->until_ns;
    }
    return size * count;
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return monotonic_ns() > ((struct attempt *)context)->until_ns;
}

/* The signed headers as libcurl wants them, and the address. Errors: as sigv4_sign. */
static err sign(struct s3_client *c, struct attempt *t, struct curl_slist **list, char **url)
{
    const struct s3_request *r = t->request;
    struct arena *a = t->arena;
    struct s3_credentials keys;
    struct sigv4_pair headers[S3_HEADER_COUNT_MAX + 4];
    struct sigv4_signature signature;
    size_t count = 0;
    char hash[SHA256_HEX_SIZE];
    s3_credentials_get(&c->credentials, a, &keys);
    struct sigv4_key key = {
        keys.access_key_id, keys.secret_access_key, c->settings.region, STR("s3"), {0}};
    sigv4_time(clock_now(c->clock), key.time);
    TRY(sha256_hex(r->body, hash));
    str payload = r->payload_hash.ptr != NULL ? r->payload_hash : (str){hash, sizeof hash};
    for (; count < r->header_count; count++)
        headers[count] = r->headers[count];
    headers[count++] = (struct sigv4_pair){STR("host"), c->settings.host};
    headers[count++] = (struct sigv4_pair){STR("x-amz-date"), str_of(key.time)};
    headers[count++] = (struct sigv4_pair){STR("x-amz-content-sha256"), payload};
    if (keys.session_token.len != 0)
        headers[count++] = (struct sigv4_pair){STR("x-amz-security-token"), keys.session_token};
    struct sigv4_request request = {
        .method = r->method,
        .path = c->settings.path_style
                    ? str_format(a, "/%.*s/%.*s", STR_ARG(c->settings.bucket), STR_ARG(r->key))
                    : str_format(a, "/%.*s", STR_ARG(r->key)),
        .query = r->query,
        .query_count = r->query_count,
        .headers = headers,
        .header_count = count,
        .payload_hash = payload};
    TRY(sigv4_sign(a, &key, &request, &signature));
    for (size_t i = 0; i < count; i++)
        *list = curl_slist_append(
            *list,
            str_format(a, "%.*s: %.*s", STR_ARG(headers[i].name), STR_ARG(headers[i].value)).ptr);
    *list = curl_slist_append(
        *list, str_format(a, "Authorization: %.*s", STR_ARG(signature.authorization)).ptr);
    *list = curl_slist_append(*list, "Expect:");
    str text = str_format(a, "%.*s://%.*s%.*s%s%.*s", STR_ARG(c->settings.scheme),
                          STR_ARG(c->settings.host), STR_ARG(signature.path),
                          signature.query.len != 0 ? "?" : "", STR_ARG(signature.query));
    *url = str_cstr(a, text);
    return OK;
}

/* What every request has. */
static void set_common(CURL *h, struct attempt *t)
{
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h, CURLOPT_USERAGENT, "gantry/" GANTRY_VERSION);
    curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(h, CURLOPT_BUFFERSIZE, 256 * 1024L);
    curl_easy_setopt(h, CURLOPT_UPLOAD_BUFFERSIZE, 256 * 1024L);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(h, CURLOPT_READDATA, t);
    curl_easy_setopt(h, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(h, CURLOPT_SEEKDATA, t);
    curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(h, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
}

static void set_times(CURL *h, struct attempt *t, bool is_probe)
{
    uint64_t now = monotonic_ns();
    uint64_t probe_ms = S3_PROBE_MS + body_size(t->request) / S3_SLOWEST_SIZE * 1000;
    if (is_probe && now + probe_ms * NS_PER_MS < t->until_ns)
        t->until_ns = now + probe_ms * NS_PER_MS;
    long left_ms = t->until_ns > now ? (long)((t->until_ns - now) / NS_PER_MS) + 1 : 1;
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
                     left_ms < S3_CONNECT_MS_MAX ? left_ms : (long)S3_CONNECT_MS_MAX);
    curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
    uint64_t silence_ns = t->silence_until_ns > now ? t->silence_until_ns - now : 0;
    long silence_seconds = (long)(silence_ns / ((uint64_t)1000 * NS_PER_MS)) + 1;
    curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME,
                     silence_seconds < S3_STALL_SECONDS_MAX ? silence_seconds
                                                            : (long)S3_STALL_SECONDS_MAX);
    if (t->request->sink == NULL)
        curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, left_ms);
}

static void set_method(CURL *h, const struct s3_request *r)
{
    if (str_eq(r->method, STR("HEAD"))) {
        curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
    } else if (str_eq(r->method, STR("PUT")) || str_eq(r->method, STR("POST"))) {
        curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)body_size(r));
    }
    if (!str_eq(r->method, STR("HEAD")) && !str_eq(r->method, STR("GET")))
        curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, r->method.ptr);
}

static bool code_is_unreachable(CURLcode code)
{
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
           code == CURLE_SSL_CONNECT_ERROR;
}

static bool code_is_away(CURLcode code)
{
    return code_is_unreachable(code) || code == CURLE_OPERATION_TIMEDOUT ||
           code == CURLE_ABORTED_BY_CALLBACK;
}

static bool code_may_pass(CURLcode code)
{
    return code_is_away(code) || code == CURLE_PARTIAL_FILE || code == CURLE_GOT_NOTHING ||
           code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_WRITE_ERROR ||
           code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_HTTP2 ||
           code == CURLE_COULDNT_RESOLVE_PROXY;
}

static bool status_may_pass(const struct s3_answer *answer)
{
    static const char *const codes[] = {"SlowDown", "RequestTimeout", "InternalError",
                                        "ServiceUnavailable"};
    unsigned s = answer->status;
    if (s == 500 || s == 502 || s == 503 || s == 504 || s == 429 || s == 408)
        return true;
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (s >= 300 && str_eq(answer->code, str_of(codes[i])))
            return true;
    return false;
}

/* After the transfer: the whole answer, what it says of an error, what it is worth. */
static void finish_answer(struct s3_client *c, struct attempt *t)
{
    struct s3_answer *answer = &t->answer;
    struct s3_sink *sink = t->request->sink;
    instant time = answer->time.us != 0 ? answer->time : clock_now(c->clock);
    int64_t now = time.us / SECONDS(1);
    answer->body = buf_str(&t->body);
    if (answer->last_modified.ptr != NULL) {
        int64_t then = header_time(t->arena, answer->last_modified);
        answer->age_seconds = then != 0 && now > then ? now - then : 0;
    }
    if (answer->status >= 300 && answer->body.len != 0) {
        struct s3_statement statement;
        if (!failed(s3_statement_read(t->arena, answer->body, &statement)))
            answer->code = statement.code;
    }
    if (sink != NULL && sink->sha != NULL)
        EVP_DigestFinal_ex(sink->sha, sink->digest, NULL);
    if (status_may_pass(answer)) {
        t->fault = "the server says it is not able to";
        return;
    }
    bool counts = !str_eq(t->request->method, STR("HEAD")) && answer->content_length >= 0;
    if (counts && (uint64_t)answer->content_length != answer->size)
        t->fault = "an answer of another length than it says";
    else if (answer->status < 300 && t->request->complaint != NULL)
        t->fault = t->request->complaint(t->request, t->arena, answer);
}

static err perform(struct s3_client *c, struct attempt *t, bool is_probe)
{
    struct curl_slist *list = NULL;
    char *url;
    struct s3_sink *sink = t->request->sink;
    t->body = BUF_IN(t->arena);
    if (sink != NULL) {
        sink->size = 0;
        if (sink->sha != NULL)
            EVP_DigestInit_ex(sink->sha, EVP_sha256(), NULL);
    }
    err e = sign(c, t, &list, &url);
    if (failed(e)) {
        curl_slist_free_all(list);
        return e;
    }
    set_common(t->handle, t);
    set_times(t->handle, t, is_probe);
    set_method(t->handle, t->request);
    curl_easy_setopt(t->handle, CURLOPT_URL, url);
    curl_easy_setopt(t->handle, CURLOPT_HTTPHEADER, list);
    uint64_t began_ns = monotonic_ns();
    CURLcode code = curl_easy_perform(t->handle);
    curl_slist_free_all(list);
    if (t->has_no_space)
        return ERR(NO_SPACE, "the local disk is full");
    if (code == CURLE_OK) {
        finish_answer(c, t);
        return OK;
    }
    t->is_away = code_is_away(code) && t->answer.status == 0 &&
                 (code_is_unreachable(code) || monotonic_ns() - began_ns >= S3_AWAY_NS);
    t->fault = t->is_too_large ? "an answer larger than asked for" : curl_easy_strerror(code);
    return code_may_pass(code) ? OK : ERR(UNAVAILABLE, "the storage cannot be used");
}

/* False when there is no time for it. */
static bool wait_to_retry(const struct s3_request *r, const struct s3_answer *answer,
                          unsigned attempt_number)
{
    uint64_t most = S3_BACKOFF_MS, chance, now = monotonic_ns();
    for (unsigned i = 0; i < attempt_number && most < S3_BACKOFF_MS_MAX; i++)
        most *= 2;
    random_bytes(&chance, sizeof chance);
    uint64_t ms = chance % (most < S3_BACKOFF_MS_MAX ? most : S3_BACKOFF_MS_MAX) + 1;
    if (answer->retry_after_seconds > S3_CALL_MS / 1000)
        return false;
    if ((uint64_t)answer->retry_after_seconds * 1000 > ms)
        ms = (uint64_t)answer->retry_after_seconds * 1000;
    if (now + ms * NS_PER_MS >= r->until_ns)
        return false;
    struct timespec pause = {(time_t)(ms / 1000), (long)(ms % 1000) * NS_PER_MS};
    while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
        continue;
    return true;
}

/* Whether it may be tried at all now, and whether it is the one that finds out. */
static bool may_try(struct s3_client *c, bool *is_probe)
{
    pthread_mutex_lock(&c->lock);
    bool allowed = !c->is_down || (!c->is_probed && monotonic_ns() >= c->probe_after_ns);
    *is_probe = c->is_down && allowed;
    if (*is_probe)
        c->is_probed = true;
    pthread_mutex_unlock(&c->lock);
    return allowed;
}

static bool is_down(struct s3_client *c)
{
    pthread_mutex_lock(&c->lock);
    bool down = c->is_down;
    pthread_mutex_unlock(&c->lock);
    return down;
}

/* What an attempt says about the server: it answered something, or a whole call never reached it,
 * or neither. */
static void learn(struct s3_client *c, bool is_probe, bool has_answered, bool is_away)
{
    pthread_mutex_lock(&c->lock);
    bool was_down = c->is_down;
    if (has_answered)
        c->is_down = false;
    else if (is_away)
        c->is_down = true;
    if (c->is_down)
        c->probe_after_ns = monotonic_ns() + S3_PROBE_PAUSE_MS * (uint64_t)NS_PER_MS;
    if (is_probe)
        c->is_probed = false;
    bool changed = was_down != c->is_down;
    pthread_mutex_unlock(&c->lock);
    if (changed)
        log_event(LOG_WARN, "storage", "what=\"s3 is %s\"", was_down ? "back" : "away");
}

static err try_once(struct s3_client *c, struct attempt *t, bool is_probe)
{
    t->handle = take_handle(c);
    if (t->handle == NULL)
        return ERR(UNAVAILABLE, "the storage cannot be used");
    err e = perform(c, t, is_probe);
    give_handle(c, t->handle);
    return e;
}

static void log_fault(const struct attempt *t, unsigned number)
{
    log_event(LOG_WARN, "storage",
              "what=s3 method=%.*s attempt=%u status=%u code=%.*s fault=\"%s\"",
              STR_ARG(t->request->method), number, t->answer.status, STR_ARG(t->answer.code),
              t->fault != NULL ? t->fault : "");
}

err s3_client_send(struct s3_client *c, struct arena *a, const struct s3_request *request,
                   struct s3_answer *out)
{
    bool is_probe = false, is_away = false;
    uint64_t silence_until_ns = monotonic_ns() + S3_CALL_MS * (uint64_t)NS_PER_MS;
    if (monotonic_ns() >= request->until_ns)
        return ERR(UNAVAILABLE, "the storage does not answer");
    if (!may_try(c, &is_probe))
        return ERR(UNAVAILABLE, "the storage cannot be reached");
    for (unsigned i = 0;; i++) {
        struct attempt t = {.request = request,
                            .arena = a,
                            .answer = {.content_length = -1},
                            .until_ns = request->until_ns,
                            .silence_until_ns = silence_until_ns};
        err e = try_once(c, &t, is_probe);
        bool is_good_answer = !failed(e) && t.fault == NULL;
        bool again = !failed(e) && !is_good_answer && !is_probe && i + 1 < S3_ATTEMPT_COUNT_MAX &&
                     !is_down(c) &&
                     !(t.is_away && monotonic_ns() + S3_AWAY_NS >= silence_until_ns) &&
                     wait_to_retry(request, &t.answer, i);
        is_away = t.answer.status == 0 && (t.is_away || is_away);
        learn(c, is_probe, t.answer.status != 0, is_away && !again);
        if (is_good_answer) {
            *out = t.answer;
            return OK;
        }
        log_fault(&t, i + 1);
        TRY(e);
        if (!again)
            return ERR(UNAVAILABLE, "the storage does not answer");
    }
}
