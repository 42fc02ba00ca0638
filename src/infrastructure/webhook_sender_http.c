/* One POST a delivery. What a 2xx says is that it was taken; nothing else is. */
#include "infrastructure/webhook_sender_http.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static struct webhook_sender_http *self(struct webhook_sender *s)
{
    return container_of(s, struct webhook_sender_http, base);
}

str webhook_signature(struct arena *a, str secret, str id, int64_t timestamp, str body)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    struct buf content = BUF_IN(a), out = BUF_IN(a);
    buf_addf(&content, "%.*s.%lld.", STR_ARG(id), (long long)timestamp);
    buf_add(&content, body);
    HMAC(EVP_sha256(), secret.ptr, (int)secret.len, (const unsigned char *)content.ptr, content.len,
         mac, &size);
    buf_add(&out, STR("v1,"));
    buf_add_base64(&out, mac, size);
    return buf_str(&out);
}

static const char *complaint(struct webhook_sender *s, str url)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    err e = http_client_check(self(s)->client, &scratch, url);
    return failed(e) ? e.text : NULL;
}

static str signatures(struct arena *a, const struct webhook_request *r)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < r->secret_count; i++) {
        if (i != 0)
            buf_add_char(&out, ' ');
        buf_add(&out, webhook_signature(a, r->secrets[i], r->id, r->timestamp, r->body));
    }
    return buf_str(&out);
}

static str words_of(struct arena *a, int64_t status)
{
    if (status >= 200 && status < 300)
        return STR_NONE;
    return status >= 300 && status < 400
               ? str_format(a, "it answered %lld: redirects are not followed", (long long)status)
               : str_format(a, "it answered %lld", (long long)status);
}

static void count(struct webhook_sender_http *s, const struct webhook_response *out)
{
    uint64_t *counter = out->words.ptr == NULL ? &s->taken_count
                        : out->status != 0     ? &s->refused_count
                                               : &s->unanswered_count;
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&s->duration_ms, (uint64_t)out->duration_ms, __ATOMIC_RELAXED);
}

static int64_t retry_after(const struct http_client_answer *answer)
{
    int64_t seconds;
    str text = http_client_header(answer, STR("Retry-After"));
    return str_to_i64(text, &seconds) && seconds > 0 ? seconds : 0;
}

static void send(struct webhook_sender *base, struct arena *a, const struct webhook_request *r,
                 struct webhook_response *out)
{
    struct webhook_sender_http *s = self(base);
    struct http_client_answer answer = {0};
    struct http_client_header headers[] = {
        {STR("content-type"), STR("application/json")},
        {STR("webhook-id"), r->id},
        {STR("webhook-timestamp"), str_format(a, "%lld", (long long)r->timestamp)},
        {STR("webhook-signature"), signatures(a, r)}};
    const struct http_client_request request = {.method = STR("POST"),
                                                .url = r->url,
                                                .headers = {headers, COUNT_OF(headers)},
                                                .body = r->body,
                                                .answer_size_max = WEBHOOK_ANSWER_SIZE_MAX,
                                                .timeout_ms = s->timeout_ms};
    uint64_t began = monotonic_ns();
    err e = http_client_send(s->client, a, &request, &answer);
    *out =
        (struct webhook_response){.status = answer.status,
                                  .duration_ms = (int64_t)((monotonic_ns() - began) / 1000000),
                                  .retry_after_seconds = retry_after(&answer),
                                  .words = failed(e) ? str_of(e.text) : words_of(a, answer.status),
                                  .is_stopped = failed(e) && !r->goes_on(r->owner)};
    if (!out->is_stopped)
        count(s, out);
}

static const struct webhook_sender_ops ops = {.complaint = complaint, .send = send};

void webhook_sender_http_open(struct webhook_sender_http *s, struct http_client *client,
                              int64_t timeout_seconds)
{
    *s = (struct webhook_sender_http){
        .base = {&ops}, .client = client, .timeout_ms = (uint32_t)timeout_seconds * 1000};
}
