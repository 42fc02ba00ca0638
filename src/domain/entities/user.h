/* A user: a person who signs in, with one role in one organization. */
#ifndef DOMAIN_ENTITIES_USER_H
#define DOMAIN_ENTITIES_USER_H

#include "domain/entities/entity.h"
#include "domain/enums/permission.h"

enum {
    PASSWORD_LENGTH_MIN = 12, /* characters, after NFC */
    PASSWORD_LENGTH_MAX = 256,
    PASSWORD_SIZE_MAX = 4 * PASSWORD_LENGTH_MAX, /* bytes */
    SIGN_IN_FAILURE_COUNT_MAX = 5,               /* then the account is locked */
    SIGN_IN_LOCK_SECONDS = 15 * 60,
    INVITATION_SECONDS = 7 * 24 * 60 * 60,
    SIGN_IN_LOCK_SECONDS_MAX = 60 * 60, /* it doubles with each lock in a row up to that */
    RESET_TOKEN_SECONDS = 30 * 60,
    RECOVERY_CODE_COUNT = 10
};

/* What the token of an invitation's link begins with. */
#define INVITATION_TOKEN_PREFIX "gi_"

enum user_state {
    USER_INVITED, /* has not accepted yet: no password, no address of their own */
    USER_ACTIVE,
    USER_DEACTIVATED,
    USER_LOCKED, /* for some minutes, after wrong passwords */
    USER_DELETED /* kept as a name for the audit trail */
};
extern const char *const user_state_names[]; /* NULL-terminated */

struct user {
    ENTITY_MEMBERS;
    str email; /* lower case; unique in the whole installation. Of somebody invited, who has yet to
                  show that it is theirs, and of somebody deleted: the identifier in its place */
    str name;
    enum role role;
    int64_t role_key; /* of ROLE_CUSTOM; else 0 */
    uuid role_id;
    bool is_active;
    str password_hash;     /* argon2id, in its own text form */
    int64_t failure_count; /* wrong passwords since the last right one */
    instant locked_until;
    str invited_email;   /* until it is accepted */
    str invitation_hash; /* SHA-256 of the link's token, hexadecimal */
    instant invitation_expires_at;
    uuid invited_by;
    instant last_sign_in_at;
    str former_email; /* of somebody deleted */
    instant deleted_at;
    int64_t lock_count; /* in a row, without a right password in between: each lasts longer */
    str language;       /* BCP 47; absent: the organization's */
    str reset_hash;     /* SHA-256 of the link's token, hexadecimal; absent: no link is open */
    instant reset_expires_at;
    str mfa_secret;         /* TOTP, sealed; not in force before mfa_enabled_at is set */
    instant mfa_enabled_at; /* absent: signs in with the password alone */
    int64_t mfa_step;       /* of the last code that was taken: each is good once */
    str recovery_hashes;    /* SHA-256 of each code that is left, a space between them */
};
DECLARE_SCHEMA(user);
SLICE(user);

/* NULL, or what is wrong with an address in words. */
const char *email_complaint(str email);
/* Of its size alone, so that nothing large is worked on; application/models/password_rules.h has
 * the rules. */
const char *password_complaint(str password);

enum user_state user_state(const struct user *user, instant now);
/* The address as people know it. */
static inline str user_address(const struct user *user)
{
    return user->invited_email.ptr != NULL  ? user->invited_email
           : user->former_email.ptr != NULL ? user->former_email
                                            : user->email;
}

/* Counts a wrong password, and locks the account at the limit. */
void user_count_failure(struct user *user, instant now);
/* After a right password, and after a new one: neither failures nor a lock are left. */
void user_clear_failures(struct user *user);
static inline bool user_has_role_of(const struct user *user, const struct user *other)
{
    return user->role == other->role && uuid_eq(user->role_id, other->role_id);
}
/* Somebody invited is a user from now on, under the address they were invited by. */
void user_accept(struct user *user, instant now);
/* A second factor is asked for. */
static inline bool user_has_mfa(const struct user *user)
{
    return user->mfa_enabled_at.us != 0;
}
static inline bool user_is_locked(const struct user *user, instant now)
{
    return user->locked_until.us > now.us;
}

#endif
