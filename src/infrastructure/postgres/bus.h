/* The message bus over LISTEN and NOTIFY: for installations of several nodes that have no Redis. A
 * thread with a connection of its own listens and sends; while the server is away, messages reach
 * this process alone. */
#ifndef INFRASTRUCTURE_POSTGRES_BUS_H
#define INFRASTRUCTURE_POSTGRES_BUS_H

#include "infrastructure/bus_hub.h"
#include "infrastructure/postgres/database.h"

enum {
    POSTGRES_BUS_BEAT_MS = 5000, /* of a quiet connection: is it still there? */
    POSTGRES_BUS_PAUSE_MS = 500  /* between attempts to connect */
};

struct postgres_bus {
    struct message_bus base;
    struct bus_hub hub;
    struct postgres_connection connection;
    const char *url; /* the database's */
    uint64_t next_attempt_ns, next_beat_ns;
    pthread_t thread;
    bool has_thread, stopping;
};

/* db stays where it is. Errors: UNAVAILABLE (no thread). */
err postgres_bus_open(struct postgres_bus *b, struct postgres_database *db);
void postgres_bus_close(struct postgres_bus *b);

#endif
