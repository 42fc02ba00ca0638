/* Deliveries over HTTP, signed by HMAC-SHA256 as the Standard Webhooks specification has it. */
#ifndef INFRASTRUCTURE_WEBHOOK_SENDER_HTTP_H
#define INFRASTRUCTURE_WEBHOOK_SENDER_HTTP_H

#include "application/services/http_client.h"
#include "application/services/webhook_sender.h"

enum { WEBHOOK_TIMEOUT_SECONDS = 15, WEBHOOK_ANSWER_SIZE_MAX = 64 * 1024 };

struct webhook_sender_http {
    struct webhook_sender base;
    struct http_client *client;
    uint32_t timeout_ms;
    /* since the start; counted atomically */
    uint64_t taken_count, refused_count, unanswered_count, duration_ms;
};

void webhook_sender_http_open(struct webhook_sender_http *s, struct http_client *client,
                              int64_t timeout_seconds);

/* "v1,BASE64": the signature over "id.timestamp.body". */
str webhook_signature(struct arena *a, str secret, str id, int64_t timestamp, str body);

#endif
