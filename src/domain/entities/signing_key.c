/* The order of keys. */
#include "domain/entities/signing_key.h"

#include "domain/entities/session.h"

SCHEMA(signing_key, ENTITY_FIELDS(signing_key),
       FIELD(signing_key, key_id, .doc = "Its kid in the key set"),
       FIELD(signing_key, sealed, .flags = SECRET | INTERNAL, .doc = "Private key, sealed"),
       FIELD(signing_key, active_at, .doc = "When it begins to sign"));

static bool is_later(const struct signing_key *one, const struct signing_key *other)
{
    return one->active_at.us != other->active_at.us ? one->active_at.us > other->active_at.us
                                                    : one->key > other->key;
}

const struct signing_key *signing_key_at(const struct signing_key_slice *keys, instant now)
{
    const struct signing_key *found = NULL;
    for (size_t i = 0; i < keys->len; i++)
        if (keys->at[i].active_at.us <= now.us && (found == NULL || is_later(&keys->at[i], found)))
            found = &keys->at[i];
    return found;
}

instant signing_key_end(const struct signing_key_slice *keys, const struct signing_key *key)
{
    const struct signing_key *next = NULL;
    for (size_t i = 0; i < keys->len; i++)
        if (is_later(&keys->at[i], key) && (next == NULL || is_later(next, &keys->at[i])))
            next = &keys->at[i];
    return next == NULL ? (instant){0}
                        : instant_add(next->active_at,
                                      SECONDS(ACCESS_TOKEN_SECONDS + SIGNING_KEY_MARGIN_SECONDS));
}
