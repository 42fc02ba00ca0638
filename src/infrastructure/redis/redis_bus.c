/* The message bus: one channel of Redis for all. Listeners of this process are told here, without
 * going round; the others hear "ORIGIN CHANNEL PAYLOAD", sealed, and leave out what was their own.
 */
#include "infrastructure/redis/redis_parts.h"

#include "base/arena.h"
#include "base/clock.h"

#include <stdio.h>

static struct redis_database *self(struct message_bus *b)
{
    return container_of(b, struct redis_database, bus);
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

const struct message_bus_ops redis_bus_ops = {
    .publish = publish, .subscribe = subscribe, .unsubscribe = unsubscribe};

str redis_channel(const struct redis_database *db, struct arena *a)
{
    return redis_key(db, a, "bus", str_format(a, "%u", db->url.database));
}

static err send_message(struct redis_database *db, struct arena *a, str channel, str payload)
{
    struct redis_answer *answer;
    str place = redis_channel(db, a);
    str plain = str_format(a, "%016llx %.*s %.*s", (unsigned long long)db->origin, STR_ARG(channel),
                           STR_ARG(payload));
    TRY(REDIS_ASK(&db->speaker, a, redis_deadline(REDIS_COMMAND_MS, monotonic_ns()), &answer,
                  STR("PUBLISH"), place, redis_seal(db, a, place, plain)));
    return answer->kind == REDIS_INTEGER || answer->kind == REDIS_ERROR
               ? OK
               : ERR(UNAVAILABLE, "an answer that is none to PUBLISH");
}

err redis_send_messages(struct redis_database *db, struct arena *a, bool is_up)
{
    struct bus_message message;
    err e = OK;
    while (bus_hub_take(&db->hub, &message)) {
        str channel = {message.channel, message.channel_size},
            payload = {message.payload, message.payload_size};
        bus_hub_tell(&db->hub, channel, payload);
        if (is_up && !failed(e))
            e = send_message(db, a, channel, payload);
    }
    return e;
}

static void tell(struct redis_database *db, str plain)
{
    str origin, channel;
    char own[17];
    snprintf(own, sizeof own, "%016llx", (unsigned long long)db->origin);
    if (!str_cut(&plain, ' ', &origin) || !str_cut(&plain, ' ', &channel) || !str_is_set(plain) ||
        str_eq(origin, str_of(own)) || plain.len > MESSAGE_PAYLOAD_SIZE_MAX)
        return;
    bus_hub_tell(&db->hub, channel, plain);
}

err redis_take_message(struct redis_database *db, struct arena *a,
                       const struct redis_answer *answer)
{
    str plain, channel = redis_channel(db, a);
    struct redis_answer *const *e = answer->elements;
    if (answer->kind != REDIS_ARRAY || answer->element_count < 2 || e[0]->kind != REDIS_STRING)
        return ERR(UNAVAILABLE, "an answer that is no message");
    if (str_eq(e[0]->text, STR("pong")))
        return OK;
    if (answer->element_count != 3 || e[1]->kind != REDIS_STRING || !str_eq(e[1]->text, channel))
        return ERR(UNAVAILABLE, "an answer that is no message");
    if (str_eq(e[0]->text, STR("subscribe")))
        return OK;
    if (!str_eq(e[0]->text, STR("message")) || e[2]->kind != REDIS_STRING)
        return ERR(UNAVAILABLE, "an answer that is no message");
    if (e[2]->text.len <=
            REDIS_SEAL_SIZE + MESSAGE_CHANNEL_SIZE_MAX + MESSAGE_PAYLOAD_SIZE_MAX + 32 &&
        redis_unseal(db, a, channel, e[2]->text, &plain))
        tell(db, plain);
    return OK;
}
