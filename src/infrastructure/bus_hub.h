/* What every message bus has: who listens, and what waits to be sent. publish puts a message here
 * and wakes the bus' thread by wake_fd; the thread takes them out and sends them by whatever means.
 *
 * A message equal to one that still waits is the same message, and one equal to one sent less than
 * MESSAGE_REPEAT_MS ago waits until then: thousands of commits a second cost ten messages. */
#ifndef INFRASTRUCTURE_BUS_HUB_H
#define INFRASTRUCTURE_BUS_HUB_H

#include "application/services/message_bus.h"

#include <pthread.h>

enum { BUS_QUEUE_COUNT = 128, BUS_RECENT_COUNT = 32 };

struct bus_message {
    uint64_t due_ns, hash;
    uint16_t channel_size, payload_size;
    char channel[MESSAGE_CHANNEL_SIZE_MAX], payload[MESSAGE_PAYLOAD_SIZE_MAX];
};

struct bus_hub {
    pthread_mutex_t lock; /* of the queue */
    struct bus_message *queue;
    size_t queued_count;
    struct {
        uint64_t hash, sent_ns;
    } recent[BUS_RECENT_COUNT];
    size_t recent_next;
    pthread_mutex_t listeners_lock; /* held while one is called */
    struct message_listener *listeners[MESSAGE_LISTENER_COUNT_MAX];
    size_t listener_count;
    int wake_fd; /* readable when something was queued or the thread is to end */
};

/* Errors: UNAVAILABLE. */
err bus_hub_open(struct bus_hub *h);
/* When nobody uses it any more. */
void bus_hub_close(struct bus_hub *h);

/* Drops what is longer than the limits; drops the oldest when the queue is full. */
void bus_hub_put(struct bus_hub *h, str channel, str payload);
/* The next message that is due; false when there is none. */
bool bus_hub_take(struct bus_hub *h, struct bus_message *out);
/* Until one is due; at most ms_max. */
int bus_hub_wait_ms(struct bus_hub *h, int ms_max);
void bus_hub_wake(struct bus_hub *h);
/* Makes wake_fd unreadable again. */
void bus_hub_hush(struct bus_hub *h);

err bus_hub_subscribe(struct bus_hub *h, str channel, struct message_listener *listener);
void bus_hub_unsubscribe(struct bus_hub *h, struct message_listener *listener);
/* Calls everybody who listens. From the bus' thread. */
void bus_hub_tell(struct bus_hub *h, str channel, str payload);

#endif
