/* A short queue that is searched from its start. */
#include "infrastructure/bus_hub.h"

#include "base/arena.h"
#include "base/clock.h"

#include <sys/eventfd.h>
#include <unistd.h>

#define REPEAT_NS ((uint64_t)MESSAGE_REPEAT_MS * 1000000u)

err bus_hub_open(struct bus_hub *h)
{
    *h = (struct bus_hub){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (h->wake_fd < 0)
        return ERR(UNAVAILABLE, "no descriptor for the message bus");
    h->queue = heap_alloc_array(BUS_QUEUE_COUNT, sizeof *h->queue);
    pthread_mutex_init(&h->lock, NULL);
    pthread_mutex_init(&h->listeners_lock, NULL);
    return OK;
}

void bus_hub_close(struct bus_hub *h)
{
    if (h->queue == NULL)
        return;
    close(h->wake_fd);
    heap_free(h->queue);
    pthread_mutex_destroy(&h->lock);
    pthread_mutex_destroy(&h->listeners_lock);
    *h = (struct bus_hub){.wake_fd = -1};
}

void bus_hub_wake(struct bus_hub *h)
{
    uint64_t one = 1;
    ssize_t written = write(h->wake_fd, &one, sizeof one);
    (void)written; /* it is readable already */
}

void bus_hub_hush(struct bus_hub *h)
{
    uint64_t count;
    ssize_t got = read(h->wake_fd, &count, sizeof count);
    (void)got;
}

static bool is_same(const struct bus_message *m, uint64_t hash, str channel, str payload)
{
    return m->hash == hash && str_eq((str){m->channel, m->channel_size}, channel) &&
           str_eq((str){m->payload, m->payload_size}, payload);
}

static void drop(struct bus_hub *h, size_t at)
{
    h->queued_count--;
    memmove(&h->queue[at], &h->queue[at + 1], (h->queued_count - at) * sizeof *h->queue);
}

/* With the lock. */
static uint64_t due_ns(const struct bus_hub *h, uint64_t hash, uint64_t now)
{
    for (size_t i = 0; i < BUS_RECENT_COUNT; i++)
        if (h->recent[i].hash == hash && now - h->recent[i].sent_ns < REPEAT_NS)
            return h->recent[i].sent_ns + REPEAT_NS;
    return now;
}

/* With the lock. */
static void add(struct bus_hub *h, uint64_t hash, str channel, str payload)
{
    if (h->queued_count == BUS_QUEUE_COUNT)
        drop(h, 0);
    struct bus_message *m = &h->queue[h->queued_count++];
    m->hash = hash;
    m->due_ns = due_ns(h, hash, monotonic_ns());
    m->channel_size = (uint16_t)channel.len;
    m->payload_size = (uint16_t)payload.len;
    memcpy(m->channel, channel.ptr, channel.len);
    if (payload.len != 0)
        memcpy(m->payload, payload.ptr, payload.len);
}

void bus_hub_put(struct bus_hub *h, str channel, str payload)
{
    if (channel.len == 0 || channel.len > MESSAGE_CHANNEL_SIZE_MAX ||
        payload.len > MESSAGE_PAYLOAD_SIZE_MAX)
        return;
    uint64_t hash = hash_bytes(str_hash(channel), payload.ptr, payload.len);
    bool is_new = true;
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->queued_count && is_new; i++)
        is_new = !is_same(&h->queue[i], hash, channel, payload);
    if (is_new)
        add(h, hash, channel, payload);
    pthread_mutex_unlock(&h->lock);
    if (is_new)
        bus_hub_wake(h);
}

bool bus_hub_take(struct bus_hub *h, struct bus_message *out)
{
    uint64_t now = monotonic_ns();
    bool found = false;
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->queued_count && !found; i++) {
        found = h->queue[i].due_ns <= now;
        if (!found)
            continue;
        *out = h->queue[i];
        h->recent[h->recent_next % BUS_RECENT_COUNT].hash = out->hash;
        h->recent[h->recent_next++ % BUS_RECENT_COUNT].sent_ns = now;
        drop(h, i);
    }
    pthread_mutex_unlock(&h->lock);
    return found;
}

int bus_hub_wait_ms(struct bus_hub *h, int ms_max)
{
    uint64_t now = monotonic_ns(), until = now + (uint64_t)ms_max * 1000000u;
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->queued_count; i++)
        if (h->queue[i].due_ns < until)
            until = h->queue[i].due_ns;
    pthread_mutex_unlock(&h->lock);
    return until <= now ? 0 : (int)((until - now + 999999u) / 1000000u);
}

err bus_hub_subscribe(struct bus_hub *h, str channel, struct message_listener *listener)
{
    listener->channel = channel;
    pthread_mutex_lock(&h->listeners_lock);
    bool has_room = h->listener_count < MESSAGE_LISTENER_COUNT_MAX;
    if (has_room)
        h->listeners[h->listener_count++] = listener;
    pthread_mutex_unlock(&h->listeners_lock);
    return has_room ? OK : ERR(UNAVAILABLE, "too many listeners");
}

void bus_hub_unsubscribe(struct bus_hub *h, struct message_listener *listener)
{
    size_t kept = 0;
    pthread_mutex_lock(&h->listeners_lock);
    for (size_t i = 0; i < h->listener_count; i++)
        if (h->listeners[i] != listener)
            h->listeners[kept++] = h->listeners[i];
    h->listener_count = kept;
    pthread_mutex_unlock(&h->listeners_lock);
}

void bus_hub_tell(struct bus_hub *h, str channel, str payload)
{
    pthread_mutex_lock(&h->listeners_lock);
    for (size_t i = 0; i < h->listener_count; i++)
        if (str_eq(h->listeners[i]->channel, channel))
            h->listeners[i]->heard(h->listeners[i], payload);
    pthread_mutex_unlock(&h->listeners_lock);
}
