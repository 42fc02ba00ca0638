/* The shared cache: a key each, with an expiry; its twin while Redis is away. */
#include "infrastructure/redis/redis_parts.h"

#include "base/arena.h"

static struct redis_database *self(struct shared_cache *c)
{
    return container_of(c, struct redis_database, cache);
}

static bool get(struct shared_cache *c, struct arena *a, str key, str *out)
{
    struct redis_database *db = self(c);
    struct arena scratch = {0};
    if (!redis_is_up(db))
        return shared_cache_get(&db->cache_twin.base, a, key, out);
    if (key.len == 0 || key.len > SHARED_CACHE_KEY_SIZE_MAX)
        return false;
    str place = redis_key(db, &scratch, "c", key);
    /* never more than we would have put, whatever is there */
    const struct redis_answer *answer =
        REDIS_CALL(db, &scratch, redis_call_deadline(), STR("GETRANGE"), place, STR("0"),
                   str_format(&scratch, "%d", SHARED_CACHE_VALUE_SIZE_MAX + REDIS_SEAL_SIZE));
    bool found = answer != NULL && answer->kind == REDIS_STRING &&
                 redis_unseal(db, a, place, answer->text, out);
    if (answer != NULL && answer->kind != REDIS_STRING && answer->kind != REDIS_ERROR)
        redis_distrust(db, "an answer that is none to GETRANGE");
    arena_deinit(&scratch);
    return found;
}

static void put(struct shared_cache *c, str key, str value, unsigned seconds)
{
    struct redis_database *db = self(c);
    struct arena scratch = {0};
    if (!shared_cache_takes(key, value, seconds))
        return;
    if (!redis_is_willing(db)) {
        if (!redis_is_up(db))
            shared_cache_put(&db->cache_twin.base, key, value, seconds);
        return;
    }
    str place = redis_key(db, &scratch, "c", key);
    const struct redis_answer *answer = REDIS_CALL(db, &scratch, redis_call_deadline(), STR("SET"),
                                                   place, redis_seal(db, &scratch, place, value),
                                                   STR("EX"), str_format(&scratch, "%u", seconds));
    if (answer != NULL && answer->kind != REDIS_ERROR && !redis_is(answer, REDIS_STATUS, STR("OK")))
        redis_distrust(db, "an answer that is none to SET");
    arena_deinit(&scratch);
}

static void forget(struct shared_cache *c, str key)
{
    struct redis_database *db = self(c);
    struct arena scratch = {0};
    shared_cache_remove(&db->cache_twin.base, key);
    if (redis_is_up(db) && key.len != 0 && key.len <= SHARED_CACHE_KEY_SIZE_MAX) {
        const struct redis_answer *answer = REDIS_CALL(
            db, &scratch, redis_call_deadline(), STR("DEL"), redis_key(db, &scratch, "c", key));
        if (answer != NULL && answer->kind != REDIS_ERROR && answer->kind != REDIS_INTEGER)
            redis_distrust(db, "an answer that is none to DEL");
    }
    arena_deinit(&scratch);
}

const struct shared_cache_ops redis_cache_ops = {.get = get, .put = put, .remove = forget};
