/* One channel of the server carries all of ours: "channel payload". */
#include "infrastructure/postgres/bus.h"

#include "base/clock.h"
#include "base/log.h"
#include "infrastructure/postgres/wire.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>

static struct postgres_bus *self(struct message_bus *b)
{
    return container_of(b, struct postgres_bus, base);
}

static uint64_t in_ms(uint64_t milliseconds)
{
    return monotonic_ns() + milliseconds * 1000000;
}

static void disconnect(struct postgres_bus *b)
{
    if (b->connection.handle != NULL)
        log_event(LOG_WARN, "postgresql", "listening=false");
    postgres_connection_close(&b->connection);
    b->next_attempt_ns = in_ms(POSTGRES_BUS_PAUSE_MS);
}

static void connect_if_due(struct postgres_bus *b)
{
    struct postgres_connection *c = &b->connection;
    if (c->handle != NULL || monotonic_ns() < b->next_attempt_ns)
        return;
    err e = postgres_connection_open(c, b->url);
    if (!failed(e))
        e = postgres_queue(c, "LISTEN gantry");
    if (!failed(e))
        e = postgres_settle(c);
    b->next_beat_ns = in_ms(POSTGRES_BUS_BEAT_MS);
    if (failed(e))
        disconnect(b);
    else
        log_event(LOG_INFO, "postgresql", "listening=true");
}

/* From other sessions; what this one sent was told when it was sent. */
static void hear(struct postgres_bus *b)
{
    struct pg_conn *handle = b->connection.handle;
    PGnotify *n;
    if (handle == NULL)
        return;
    if (PQconsumeInput(handle) == 0) {
        disconnect(b);
        return;
    }
    while ((n = PQnotifies(handle)) != NULL) {
        str text = str_of(n->extra);
        size_t space = str_find_char(text, ' ');
        if (n->be_pid != PQbackendPID(handle) && space != SIZE_MAX)
            bus_hub_tell(&b->hub, str_sub(text, 0, space), str_sub(text, space + 1, text.len));
        PQfreemem(n);
    }
}

static err notify(struct postgres_connection *c, str text)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_begin(&c->base, "SELECT pg_notify('gantry', ?1)", &s));
    statement_bind_str(&s, 1, text);
    return statement_step(&s, &has_row);
}

static void send_all(struct postgres_bus *b)
{
    struct bus_message m;
    while (bus_hub_take(&b->hub, &m)) {
        char text[MESSAGE_CHANNEL_SIZE_MAX + MESSAGE_PAYLOAD_SIZE_MAX + 2];
        bus_hub_tell(&b->hub, (str){m.channel, m.channel_size}, (str){m.payload, m.payload_size});
        int size = snprintf(text, sizeof text, "%.*s %.*s", m.channel_size, m.channel,
                            m.payload_size, m.payload);
        if (b->connection.handle != NULL &&
            failed(notify(&b->connection, (str){text, (size_t)size})))
            disconnect(b);
        b->next_beat_ns = in_ms(POSTGRES_BUS_BEAT_MS);
    }
}

static void beat_if_due(struct postgres_bus *b)
{
    if (b->connection.handle == NULL || monotonic_ns() < b->next_beat_ns)
        return;
    b->next_beat_ns = in_ms(POSTGRES_BUS_BEAT_MS);
    if (failed(postgres_queue(&b->connection, "SELECT 1")) ||
        failed(postgres_settle(&b->connection)))
        disconnect(b);
}

static void *work(void *argument)
{
    struct postgres_bus *b = argument;
    while (!__atomic_load_n(&b->stopping, __ATOMIC_ACQUIRE)) {
        connect_if_due(b);
        struct pg_conn *handle = b->connection.handle;
        struct pollfd fds[] = {{.fd = b->hub.wake_fd, .events = POLLIN},
                               {.fd = handle != NULL ? PQsocket(handle) : -1, .events = POLLIN}};
        (void)poll(fds, COUNT_OF(fds),
                   bus_hub_wait_ms(&b->hub,
                                   handle != NULL ? POSTGRES_BUS_BEAT_MS : POSTGRES_BUS_PAUSE_MS));
        bus_hub_hush(&b->hub);
        send_all(b);
        beat_if_due(b);
        hear(b);
    }
    return NULL;
}

static void publish(struct message_bus *b, str channel, str payload)
{
    bus_hub_put(&self(b)->hub, channel, payload);
}

static err subscribe(struct message_bus *b, str channel, struct message_listener *listener)
{
    return bus_hub_subscribe(&self(b)->hub, channel, listener);
}

static void unsubscribe(struct message_bus *b, struct message_listener *listener)
{
    bus_hub_unsubscribe(&self(b)->hub, listener);
}

static const struct message_bus_ops bus_ops = {
    .publish = publish, .subscribe = subscribe, .unsubscribe = unsubscribe};

err postgres_bus_open(struct postgres_bus *b, struct postgres_database *db)
{
    *b = (struct postgres_bus){.base = {&bus_ops}, .url = db->url};
    b->connection.base.engine = &db->engine;
    TRY(bus_hub_open(&b->hub));
    b->has_thread = pthread_create(&b->thread, NULL, work, b) == 0;
    return b->has_thread ? OK : ERR(UNAVAILABLE, "the message bus does not start");
}

void postgres_bus_close(struct postgres_bus *b)
{
    if (b->base.ops == NULL)
        return;
    __atomic_store_n(&b->stopping, true, __ATOMIC_RELEASE);
    bus_hub_wake(&b->hub);
    if (b->has_thread)
        pthread_join(b->thread, NULL);
    postgres_connection_close(&b->connection);
    bus_hub_close(&b->hub);
    *b = (struct postgres_bus){0};
}
