/* Schemas, and what an attempt means for what comes after it. */
#include "domain/entities/webhook.h"

#include "base/arena.h"

const char *const webhook_delivery_state_names[] = {"pending", "delivered", "failed", NULL};
_Static_assert(COUNT_OF(webhook_delivery_state_names) == WEBHOOK_DELIVERY_STATE_COUNT + 1,
               "a state without a name");

SCHEMA(webhook, ENTITY_FIELDS(webhook), FIELD(webhook, url, .doc = "Where deliveries are sent"),
       FIELD(webhook, description, .doc = "What it is for"),
       FIELD(webhook, event_names, .flags = INTERNAL, .doc = "Names, a space between them"),
       FIELD(webhook, is_active, .doc = "False: it is told of nothing"),
       FIELD(webhook, secret, .flags = INTERNAL | SECRET, .doc = "Sealed"),
       FIELD(webhook, former_secret, .flags = INTERNAL | SECRET, .doc = "Sealed"),
       FIELD(webhook, former_end, .doc = "Until then the former secret signs too"),
       FIELD(webhook, created_by, .doc = "Who made it"),
       FIELD(webhook, task_id, .doc = "The task that sends"),
       FIELD(webhook, failure_count, .doc = "Attempts that failed, in a row"),
       FIELD(webhook, failing_since, .doc = "Since when none was taken"),
       FIELD(webhook, next_attempt_at, .doc = "Its receiver is away: nothing is sent before"),
       FIELD(webhook, is_slow, .doc = "Its receiver takes long to answer, or does not"),
       FIELD(webhook, last_success_at, .doc = "When a delivery was taken last"),
       FIELD(webhook, last_error, .doc = "What went wrong last"),
       FIELD(webhook, deactivated_reason, .doc = "Why Gantry deactivated it"));

SCHEMA(webhook_delivery, ENTITY_FIELDS(webhook_delivery),
       FIELD(webhook_delivery, webhook_key, .flags = INTERNAL, .doc = "Its webhook"),
       FIELD(webhook_delivery, webhook_id, .doc = "Its webhook"),
       FIELD(webhook_delivery, event_type, .doc = "What it tells", .example = "study.received"),
       FIELD(webhook_delivery, event_sequence,
             .doc = "Grows with the order of events; negative: a test"),
       FIELD(webhook_delivery, payload, .doc = "The body, as it is signed"),
       FIELD_ENUM_OF(webhook_delivery, state, webhook_delivery_state_names,
                     .doc = "pending, delivered, failed"),
       FIELD(webhook_delivery, attempt_count, .doc = "Times it was sent"),
       FIELD(webhook_delivery, next_attempt_at, .doc = "It is sent again then, or later"),
       FIELD(webhook_delivery, give_up_at, .doc = "Then it has failed"),
       FIELD(webhook_delivery, last_attempt_at, .doc = "When it was sent last"),
       FIELD(webhook_delivery, delivered_at, .doc = "When it was taken"),
       FIELD(webhook_delivery, response_status,
             .doc = "HTTP status of the last answer; 0: there was none"),
       FIELD(webhook_delivery, duration_ms, .doc = "How long the last attempt took"),
       FIELD(webhook_delivery, last_error, .doc = "What went wrong in the last attempt"));

bool webhook_hears(const struct webhook *webhook, str event_type)
{
    str rest = webhook->event_names, name;
    while (str_cut(&rest, ' ', &name))
        if (str_eq(name, event_type) || str_eq(name, STR("*")))
            return true;
    return false;
}

/* Between three quarters of it and five quarters. */
static int64_t pause_us(int64_t failure_count, const struct webhook_attempt *attempt)
{
    int64_t seconds = attempt->pause_seconds_min;
    for (int64_t i = 1; i < failure_count && seconds < WEBHOOK_PAUSE_SECONDS_MAX; i++)
        seconds *= 2;
    if (seconds > WEBHOOK_PAUSE_SECONDS_MAX)
        seconds = WEBHOOK_PAUSE_SECONDS_MAX;
    int64_t half = SECONDS(seconds) / 2;
    int64_t pause = SECONDS(seconds) - half / 2 + half / 1000 * (attempt->chance % 1001);
    int64_t asked = attempt->retry_after_seconds < WEBHOOK_PAUSE_SECONDS_MAX
                        ? attempt->retry_after_seconds
                        : WEBHOOK_PAUSE_SECONDS_MAX;
    return pause > SECONDS(asked) ? pause : SECONDS(asked);
}

void webhook_forget_failures(struct webhook *webhook)
{
    webhook->failure_count = 0;
    webhook->failing_since = webhook->next_attempt_at = (instant){0};
    webhook->is_slow = false;
    webhook->deactivated_reason = STR_NONE;
}

static void note_success(struct webhook *webhook, struct webhook_delivery *delivery,
                         const struct webhook_attempt *attempt)
{
    webhook_forget_failures(webhook);
    webhook->is_slow = attempt->duration_ms > WEBHOOK_SLOW_MS;
    webhook->last_success_at = attempt->now;
    webhook->last_error = STR_NONE;
    delivery->state = DELIVERY_DELIVERED;
    delivery->delivered_at = attempt->now;
    delivery->next_attempt_at = (instant){0};
    delivery->last_error = STR_NONE;
}

/* The receiver says so itself, or has been away for days. */
static str reason_to_end(const struct webhook *webhook, const struct webhook_attempt *attempt)
{
    if (attempt->status == 410)
        return STR("its receiver answered 410: it is gone for good");
    return attempt->now.us - webhook->failing_since.us >= SECONDS(WEBHOOK_FAILING_SECONDS)
               ? STR("nothing was taken for five days")
               : STR_NONE;
}

static bool note_failure(struct webhook *webhook, struct webhook_delivery *delivery,
                         const struct webhook_attempt *attempt)
{
    webhook->failure_count++;
    webhook->is_slow = true;
    webhook->last_error = delivery->last_error = attempt->words;
    if (webhook->failing_since.us == 0)
        webhook->failing_since = attempt->now;
    delivery->next_attempt_at =
        instant_add(attempt->now, pause_us(delivery->attempt_count, attempt));
    if (delivery->next_attempt_at.us > delivery->give_up_at.us) {
        delivery->state = DELIVERY_FAILED;
        delivery->next_attempt_at = (instant){0};
    }
    if (webhook->failure_count >= WEBHOOK_AWAY_COUNT)
        webhook->next_attempt_at = instant_add(
            attempt->now, pause_us(webhook->failure_count - WEBHOOK_AWAY_COUNT + 1, attempt));
    webhook->deactivated_reason = reason_to_end(webhook, attempt);
    if (webhook->deactivated_reason.ptr == NULL)
        return false;
    webhook->is_active = false;
    webhook->next_attempt_at = (instant){0};
    return true;
}

bool webhook_note_attempt(struct webhook *webhook, struct webhook_delivery *delivery,
                          const struct webhook_attempt *attempt)
{
    delivery->updated_at = attempt->now;
    delivery->response_status = attempt->status;
    delivery->duration_ms = attempt->duration_ms;
    if (attempt->words.ptr != NULL)
        return note_failure(webhook, delivery, attempt);
    note_success(webhook, delivery, attempt);
    return false;
}

err webhook_delivery_again(struct webhook_delivery *delivery, instant now)
{
    if (delivery->state == DELIVERY_PENDING)
        return ERR(CONFLICT, "the delivery waits to be sent already");
    delivery->state = DELIVERY_PENDING;
    delivery->attempt_count = 0;
    delivery->next_attempt_at = delivery->updated_at = now;
    delivery->give_up_at = instant_add(now, SECONDS(WEBHOOK_TRY_SECONDS));
    delivery->delivered_at = (instant){0};
    return OK;
}
