/* A user: a person who signs in, with one role in one organization. */
#ifndef DOMAIN_ENTITIES_USER_H
#define DOMAIN_ENTITIES_USER_H

#include "domain/entities/entity.h"
#include "domain/enums/permission.h"

enum {
    PASSWORD_SIZE_MIN = 12,
    PASSWORD_SIZE_MAX = 256,
    SIGN_IN_FAILURE_COUNT_MAX = 5, /* then the account is locked */
    SIGN_IN_LOCK_SECONDS = 15 * 60
};

struct user {
    ENTITY_MEMBERS;
    str email; /* lower case; unique in the whole installation */
    str name;
    enum role role;
    bool is_active;
    str password_hash;     /* argon2id, in its own text form */
    int64_t failure_count; /* wrong passwords since the last right one */
    instant locked_until;
};
DECLARE_SCHEMA(user);
SLICE(user);

/* NULL, or what is wrong with an address in words. */
const char *email_complaint(str email);
const char *password_complaint(str password);

/* Counts a wrong password, and locks the account at the limit. */
void user_count_failure(struct user *user, instant now);
static inline bool user_is_locked(const struct user *user, instant now)
{
    return user->locked_until.us > now.us;
}

#endif
