/* Which events webhooks are told of, under the names by which receivers know them: a visible table.
 * Their payloads have identifiers and states, and nothing about a patient. An event in it is also
 * in the table of subscriptions, for the subscriber "webhooks". */
#ifndef APPLICATION_EVENTS_WEBHOOK_EVENTS_H
#define APPLICATION_EVENTS_WEBHOOK_EVENTS_H

#include "core/event_interface.h"

struct webhook_event {
    const struct event_type *event; /* NULL: of the webhook itself */
    const char *name;               /* stable: receivers go by it */
    const char *doc;
    const char *subject; /* member of the event with the identifier that path is followed by */
    const char *path;    /* of the API; NULL: there is nothing to look at */
};
extern const struct webhook_event webhook_events[];
extern const size_t webhook_event_count;

/* Of a test, which every webhook hears. */
#define WEBHOOK_TEST "webhook.test"

/* NULL: webhooks are not told of it. */
const struct webhook_event *webhook_event_of(str event_type);
/* NULL, or what is wrong with a name that a webhook shall hear. */
const char *webhook_event_complaint(str name);

#endif
