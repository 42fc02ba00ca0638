/* What sends a delivery to its receiver: HTTP, signed as the Standard Webhooks specification has it
 * (webhook-id, webhook-timestamp, webhook-signature). */
#ifndef APPLICATION_SERVICES_WEBHOOK_SENDER_H
#define APPLICATION_SERVICES_WEBHOOK_SENDER_H

#include "base/err.h"
#include "base/str.h"

enum { WEBHOOK_SIGNING_COUNT_MAX = 2 };

struct webhook_request {
    str url;
    str id;            /* of the delivery: the same in each attempt */
    int64_t timestamp; /* of this attempt: seconds since 1970 */
    str body;
    str secrets[WEBHOOK_SIGNING_COUNT_MAX]; /* bytes; each makes a signature */
    size_t secret_count;
    /* Asked now and then while it waits: false ends the attempt. */
    bool (*goes_on)(void *owner);
    void *owner;
};

struct webhook_response {
    int64_t status; /* 0: there was no whole answer */
    int64_t duration_ms;
    int64_t retry_after_seconds; /* as the receiver asks; 0: it does not */
    str words;                   /* what went wrong; absent: it was taken */
    bool is_stopped;             /* by goes_on: nothing is known of it */
};

struct webhook_sender;
struct webhook_sender_ops {
    const char *(*complaint)(struct webhook_sender *s, str url);
    void (*send)(struct webhook_sender *s, struct arena *a, const struct webhook_request *request,
                 struct webhook_response *out);
};
struct webhook_sender {
    const struct webhook_sender_ops *ops;
};

/* NULL, or why nothing is ever sent to that address. */
static inline const char *webhook_url_refusal(struct webhook_sender *s, str url)
{
    return s->ops->complaint(s, url);
}
/* One attempt; from any thread. Texts live in a. */
static inline void webhook_send(struct webhook_sender *s, struct arena *a,
                                const struct webhook_request *request, struct webhook_response *out)
{
    s->ops->send(s, a, request, out);
}

#endif
