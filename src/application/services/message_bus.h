/* Hints between the nodes of an installation, and between the threads of one: "there is work",
 * "forget this". A message is delivered at most once and may be lost, late or made up by somebody
 * else, so that nothing may be wrong without it or because of it; it only makes things happen
 * sooner. */
#ifndef APPLICATION_SERVICES_MESSAGE_BUS_H
#define APPLICATION_SERVICES_MESSAGE_BUS_H

#include "base/err.h"
#include "base/str.h"

enum {
    MESSAGE_CHANNEL_SIZE_MAX = 32, /* lower-case letters, digits and _ */
    MESSAGE_PAYLOAD_SIZE_MAX = 512,
    MESSAGE_LISTENER_COUNT_MAX = 16,
    MESSAGE_REPEAT_MS = 100 /* the same message is sent at most once in that time */
};

/* Embedded in whoever listens. heard is called on the bus' own thread, one message after the other:
 * it does not wait for anything. */
struct message_listener {
    void (*heard)(struct message_listener *l, str payload);
    str channel; /* set by subscribing */
};

struct message_bus;
struct message_bus_ops {
    void (*publish)(struct message_bus *b, str channel, str payload);
    err (*subscribe)(struct message_bus *b, str channel, struct message_listener *listener);
    void (*unsubscribe)(struct message_bus *b, struct message_listener *listener);
};
struct message_bus {
    const struct message_bus_ops *ops;
};

/* Tells every listener of the channel, those of this process too. Never waits and never fails. The
 * payload is UTF-8 text without NUL; what is longer than the limit is not sent. A message that is
 * published again before MESSAGE_REPEAT_MS are over is sent once more when they are. */
static inline void message_bus_publish(struct message_bus *b, str channel, str payload)
{
    b->ops->publish(b, channel, payload);
}
/* channel lives as long as the bus. Errors: UNAVAILABLE (too many listeners, no thread). */
static inline err message_bus_subscribe(struct message_bus *b, str channel,
                                        struct message_listener *listener)
{
    return b->ops->subscribe(b, channel, listener);
}
/* When it returns the listener is not called any more. One that never subscribed is a no-op. Not
 * from within heard. */
static inline void message_bus_unsubscribe(struct message_bus *b, struct message_listener *listener)
{
    b->ops->unsubscribe(b, listener);
}

#endif
