/* What the parts of struct redis_database have in common. */
#ifndef INFRASTRUCTURE_REDIS_REDIS_PARTS_H
#define INFRASTRUCTURE_REDIS_REDIS_PARTS_H

#include "base/clock.h"
#include "infrastructure/redis_database.h"

extern const struct shared_cache_ops redis_cache_ops;
extern const struct rate_counter_ops redis_rate_ops;
extern const struct message_bus_ops redis_bus_ops;

enum { REDIS_SEAL_SIZE = 2 + 24 + 16 };

/* Is it worth asking? */
bool redis_is_up(struct redis_database *db);
/* Up, and it takes writes. */
bool redis_is_willing(struct redis_database *db);

/* A command of a caller, by a connection of the pool. NULL when Redis cannot be asked; that it is
 * away is noted. An error reply is given back. */
struct redis_answer *redis_call(struct redis_database *db, struct arena *a, const str *arguments,
                                size_t count, uint64_t deadline_ns);
#define REDIS_CALL(db_, a_, deadline_, ...)                                                        \
    redis_call((db_), (a_), (const str[]){__VA_ARGS__},                                            \
               sizeof((const str[]){__VA_ARGS__}) / sizeof(str), (deadline_))
/* For all of what a caller asks. */
static inline uint64_t redis_call_deadline(void)
{
    return redis_deadline(REDIS_COMMAND_MS, monotonic_ns());
}

/* Its answer makes no sense: away until the watcher finds otherwise. */
void redis_distrust(struct redis_database *db, const char *why);
/* Away, if it is still the generation that was seen to fail. */
void redis_set_down(struct redis_database *db, uint64_t generation, const char *why);
/* Why a server that answers so cannot be used at all, or NULL. */
const char *redis_unfit(const struct redis_answer *answer);
void redis_set_refusing(struct redis_database *db, bool is_refusing);

/* User, password, database. Errors: UNAVAILABLE. */
err redis_sign_in(const struct redis_database *db, struct redis_connection *c, struct arena *a,
                  uint64_t deadline_ns);

/* "gantry:c:KEY" */
str redis_key(const struct redis_database *db, struct arena *a, const char *kind, str name);
/* A name that does not tell what it was. */
str redis_hidden(const struct redis_database *db, struct arena *a, str name);

/* Sealed for this place only. */
str redis_seal(const struct redis_database *db, struct arena *a, str place, str plain);
bool redis_unseal(const struct redis_database *db, struct arena *a, str place, str sealed,
                  str *plain);

/* The watcher's thread. */
void *redis_watch(void *database);
/* Where the master is: connects db->speaker to it, or not. */
err redis_find_master(struct redis_database *db, struct arena *a, struct redis_address *out);

/* Sends what waits: to the listeners here, and to Redis if it is there. */
err redis_send_messages(struct redis_database *db, struct arena *a, bool is_up);
/* What came on the subscriber's connection. */
err redis_take_message(struct redis_database *db, struct arena *a,
                       const struct redis_answer *answer);
str redis_channel(const struct redis_database *db, struct arena *a);

#endif
