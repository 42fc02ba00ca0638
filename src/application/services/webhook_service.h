/* Webhooks: deliveries are made here, in the transaction of whoever tells something, and the task
 * that sends them is told that there is something to send (docs/WEBHOOKS.md). */
#ifndef APPLICATION_SERVICES_WEBHOOK_SERVICE_H
#define APPLICATION_SERVICES_WEBHOOK_SERVICE_H

#include "application/models/base_model.h"
#include "core/event_handler.h"

struct webhook_view {
    struct webhook webhook;
    struct str_slice events;
};
DECLARE_SCHEMA(webhook_view);
SLICE(webhook_view);

struct webhook_view webhook_view_of(struct arena *a, const struct webhook *webhook);

/* The names with spaces between them; complains in issues. */
str webhook_events_read(struct arena *a, const struct str_slice *names, struct issues *issues);
/* Complains in issues of an address that nothing is ever sent to. */
void webhook_url_check(struct services *services, str url, struct issues *issues);

/* A new secret, sealed and as its receiver is told it: "whsec_" and base64. */
void webhook_secret_make(struct command_ctx *ctx, uuid webhook_id, str *sealed, str *shown);
/* The bytes that sign. Errors: MALFORMED (sealed with another key). */
err webhook_secret_open(struct services *services, struct arena *a, uuid webhook_id, str sealed,
                        str *out);

/* As it is now, for whoever changes it. Errors: NOT_FOUND, PRECONDITION_FAILED (its version is not
 * if_match, unless that is 0). */
err webhook_to_change(struct command_ctx *ctx, uuid id, int64_t if_match, struct webhook *out);

/* A delivery to every webhook of the organization that hears the event. Errors: MALFORMED. */
err webhook_tell(struct command_ctx *ctx, const struct event_envelope *event, int64_t *count);
/* A delivery that tells nothing. */
err webhook_tell_test(struct command_ctx *ctx, struct webhook *webhook,
                      struct webhook_delivery *out);
/* There is something to send, at once or when its receiver may be back: its task is queued, or
 * comes sooner. One that runs sees it by itself. webhook is as it is now. */
err webhook_arm(struct command_ctx *ctx, struct webhook *webhook);

#endif
