/* Rules and schema of the user. */
#include "domain/entities/user.h"

#include "domain/entities/organization.h"

SCHEMA(user, ENTITY_FIELDS(user),
       FIELD(user, email, .flags = REQUIRED, .max = EMAIL_SIZE_MAX, .check = email_complaint,
             .doc = "Signs in with this", .example = "ada@clinic.example"),
       FIELD(user, name, .flags = REQUIRED, .max = NAME_SIZE_MAX, .doc = "Name shown to people"),
       FIELD_ENUM_OF(user, role, role_names, .doc = "What the user may do"),
       FIELD(user, role_key, .flags = INTERNAL, .doc = "Row key of the role"),
       FIELD(user, role_id, .doc = "Which role, if it is one of the organization's own"),
       FIELD(user, is_active, .doc = "False: cannot sign in"),
       FIELD(user, password_hash, .flags = SECRET | INTERNAL, .doc = "argon2id"),
       FIELD(user, failure_count, .flags = INTERNAL, .doc = "Wrong passwords in a row"),
       FIELD(user, locked_until, .flags = INTERNAL, .doc = "No sign-in before"),
       FIELD(user, invited_email, .flags = INTERNAL, .doc = "Where the invitation went"),
       FIELD(user, invitation_hash, .flags = SECRET | INTERNAL, .doc = "SHA-256 of the token"),
       FIELD(user, invitation_expires_at, .doc = "Until when the invitation can be accepted"),
       FIELD(user, invited_by, .doc = "User who invited them"),
       FIELD(user, last_sign_in_at, .doc = "When they last signed in"),
       FIELD(user, former_email, .flags = INTERNAL, .doc = "Address before it was deleted"),
       FIELD(user, deleted_at, .doc = "When it was deleted"),
       FIELD(user, lock_count, .flags = INTERNAL, .doc = "Locks in a row"),
       FIELD(user, language, .max = LANGUAGE_SIZE_MAX, .doc = "Of mails to them, BCP 47"),
       FIELD(user, reset_hash, .flags = SECRET | INTERNAL, .doc = "SHA-256 of the link's token"),
       FIELD(user, reset_expires_at, .flags = INTERNAL, .doc = "Until when the link is good"),
       FIELD(user, mfa_secret, .flags = SECRET | INTERNAL, .doc = "TOTP, sealed"),
       FIELD(user, mfa_enabled_at, .doc = "Since when a second factor is asked for"),
       FIELD(user, mfa_step, .flags = INTERNAL, .doc = "Last code taken"),
       FIELD(user, recovery_hashes, .flags = SECRET | INTERNAL, .doc = "Codes that are left"));

const char *const user_state_names[] = {"invited", "active",  "deactivated",
                                        "locked",  "deleted", NULL};

enum user_state user_state(const struct user *user, instant now)
{
    if (user->deleted_at.us != 0)
        return USER_DELETED;
    if (user->invited_email.ptr != NULL)
        return USER_INVITED;
    if (!user->is_active)
        return USER_DEACTIVATED;
    return user_is_locked(user, now) ? USER_LOCKED : USER_ACTIVE;
}

const char *email_complaint(str email)
{
    size_t at = str_find_char(email, '@');
    if (at == SIZE_MAX || at == 0 || at + 1 == email.len)
        return "is not an e-mail address";
    str domain = str_sub(email, at + 1, email.len);
    if (str_find_char(domain, '@') != SIZE_MAX)
        return "is not an e-mail address";
    for (size_t i = 0; i < email.len; i++)
        if ((unsigned char)email.ptr[i] <= ' ' || email.ptr[i] == 0x7F ||
            strchr("<>()[],;:\\\"", email.ptr[i]) != NULL)
            return "is not an e-mail address";
    return NULL;
}

const char *password_complaint(str password)
{
    if (password.len < PASSWORD_LENGTH_MIN)
        return "must have at least 12 characters";
    if (password.len > PASSWORD_SIZE_MAX)
        return "must have at most 256 characters";
    return NULL;
}

void user_count_failure(struct user *user, instant now)
{
    user->failure_count++;
    user->updated_at = now;
    if (user->failure_count >= SIGN_IN_FAILURE_COUNT_MAX) {
        user->failure_count = 0;
        int64_t seconds = SIGN_IN_LOCK_SECONDS;
        for (int64_t i = 0; i < user->lock_count && seconds < SIGN_IN_LOCK_SECONDS_MAX; i++)
            seconds *= 2;
        user->lock_count++;
        user->locked_until = instant_add(
            now, SECONDS(seconds < SIGN_IN_LOCK_SECONDS_MAX ? seconds : SIGN_IN_LOCK_SECONDS_MAX));
    }
}

void user_clear_failures(struct user *user)
{
    user->failure_count = user->lock_count = 0;
    user->locked_until = (instant){0};
}

void user_accept(struct user *user, instant now)
{
    user->email = user->invited_email;
    user->invited_email = user->invitation_hash = STR_NONE;
    user->invitation_expires_at = (instant){0};
    user->is_active = true;
    user->updated_at = now;
}
