/* A webhook: an address of an organization that is told of events, and what was sent to it. Each
 * delivery is a row, made in the transaction in which the event is told, and sent until it is taken
 * or its day is over. */
#ifndef DOMAIN_ENTITIES_WEBHOOK_H
#define DOMAIN_ENTITIES_WEBHOOK_H

#include "base/err.h"
#include "domain/entities/entity.h"

enum {
    WEBHOOK_COUNT_MAX = 50, /* of an organization */
    WEBHOOK_URL_SIZE_MAX = 2000,
    WEBHOOK_EVENT_COUNT_MAX = 64,
    WEBHOOK_EVENT_SIZE_MAX = 64,
    WEBHOOK_ERROR_SIZE_MAX = 300,
    WEBHOOK_SECRET_SIZE = 32,                        /* bytes, before base64 */
    WEBHOOK_ROTATION_SECONDS = 24 * 60 * 60,         /* a former secret signs too for so long */
    WEBHOOK_ROTATION_SECONDS_MAX = 7 * 24 * 60 * 60, /* if it is asked for */
    WEBHOOK_PAUSE_SECONDS_MIN = 10, /* after a failure, doubled each time up to the next */
    WEBHOOK_PAUSE_SECONDS_MAX = 60 * 60,
    WEBHOOK_TRY_SECONDS = 24 * 60 * 60,         /* then a delivery has failed for good */
    WEBHOOK_FAILING_SECONDS = 5 * 24 * 60 * 60, /* then it is deactivated */
    WEBHOOK_AWAY_COUNT = 3,                     /* failures in a row: then its receiver is away */
    WEBHOOK_SLOW_MS = 2000,                     /* an attempt that took longer */
    WEBHOOK_DELIVERY_KEPT_SECONDS = 30 * 24 * 60 * 60
};

struct webhook {
    ENTITY_MEMBERS;
    str url;
    str description; /* may be absent */
    str event_names; /* names, a space between them; "*": all */
    bool is_active;
    str secret;         /* sealed */
    str former_secret;  /* sealed; absent: none */
    instant former_end; /* until when it signs too */
    uuid created_by;
    /* how sending to it goes; not part of its version */
    uuid task_id;            /* that sends; unset: there was nothing to send yet */
    int64_t failure_count;   /* in a row */
    instant failing_since;   /* unset: it is not */
    instant next_attempt_at; /* nothing is sent before: its receiver is away */
    bool is_slow;
    instant last_success_at;
    str last_error;
    str deactivated_reason; /* why the program deactivated it; absent: it did not */
};
DECLARE_SCHEMA(webhook);
SLICE(webhook);

/* Kept as numbers. */
enum webhook_delivery_state {
    DELIVERY_PENDING,
    DELIVERY_DELIVERED,
    DELIVERY_FAILED, /* for good: the dead letter; it can be sent once more by hand */
    WEBHOOK_DELIVERY_STATE_COUNT
};
extern const char *const webhook_delivery_state_names[]; /* NULL-terminated */

struct webhook_delivery {
    ENTITY_MEMBERS; /* id: what the receiver knows it by, the same in each attempt */
    int64_t webhook_key;
    uuid webhook_id;
    str event_type;         /* of webhook_events, "study.received" */
    int64_t event_sequence; /* one delivery of each to a webhook; negative: a test */
    str payload;            /* the body, as it is signed */
    enum webhook_delivery_state state;
    int64_t attempt_count;
    instant next_attempt_at; /* not before */
    instant give_up_at;
    instant last_attempt_at, delivered_at;
    int64_t response_status; /* of the last attempt; 0: there was no answer */
    int64_t duration_ms;     /* of the last attempt */
    str last_error;
};
DECLARE_SCHEMA(webhook_delivery);
SLICE(webhook_delivery);

/* Whether the list of names has that one. */
bool webhook_hears(const struct webhook *webhook, str event_type);

/* What became of an attempt. */
struct webhook_attempt {
    instant now;
    int64_t status; /* 0: no answer */
    int64_t duration_ms;
    str words;                   /* what went wrong; absent: it was taken */
    int64_t pause_seconds_min;   /* after the first failure */
    int64_t retry_after_seconds; /* as the receiver asks; 0: it does not */
    uint32_t chance;             /* any number */
};

/* Notes it in both. True: the webhook was deactivated with it. */
bool webhook_note_attempt(struct webhook *webhook, struct webhook_delivery *delivery,
                          const struct webhook_attempt *attempt);
/* From the beginning, for another day. Errors: CONFLICT (it waits to be sent already). */
err webhook_delivery_again(struct webhook_delivery *delivery, instant now);
/* As one that nothing was sent to yet. */
void webhook_forget_failures(struct webhook *webhook);

struct webhook_count {
    int64_t pending, failed;
    instant oldest_at; /* since when the first is due; unset: none is */
};

#endif
