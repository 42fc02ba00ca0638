/* Rules and schemas of shares and visits. */
#include "domain/entities/share.h"

#include "domain/entities/user.h"

const char *const share_kind_names[] = {"view", "inbox", NULL};
_Static_assert(COUNT_OF(share_kind_names) == SHARE_KIND_COUNT + 1, "a kind without a name");
const char *const share_state_names[] = {"open",    "revoked",   "expired",
                                         "used_up", "suspended", NULL};
_Static_assert(COUNT_OF(share_state_names) == SHARE_STATE_COUNT + 1, "a state without a name");

SCHEMA(share, ENTITY_FIELDS(share),
       FIELD_ENUM_OF(share, kind, share_kind_names, .doc = "To see studies, or to send some in"),
       FIELD(share, name, .max = NAME_SIZE_MAX, .doc = "What its owner calls it"),
       FIELD(share, owner_key, .flags = INTERNAL, .doc = "Row key of who made it"),
       FIELD(share, owner_id, .doc = "User who made it"),
       FIELD(share, token_hash, .flags = INTERNAL | SECRET, .doc = "SHA-256 of the link's token"),
       FIELD(share, password_hash, .flags = INTERNAL | SECRET, .doc = "argon2id"),
       FIELD(share, expires_at, .doc = "When it ends"),
       FIELD(share, use_count, .doc = "How often it was opened"),
       FIELD(share, use_count_max, .doc = "How often it may be opened; 0: no limit"),
       FIELD(share, allows_download, .doc = "Whole instances and archives too"),
       FIELD(share, is_deidentified, .doc = "Shows images without whose they are"),
       FIELD(share, series_key, .flags = INTERNAL, .doc = "Row key of the one series"),
       FIELD(share, series_id, .doc = "The one series of the study that is seen"),
       FIELD(share, album_key, .flags = INTERNAL, .doc = "Row key of the album"),
       FIELD(share, album_id, .doc = "Album that is seen, or that what is sent in is put into"),
       FIELD(share, failure_count, .flags = INTERNAL, .doc = "Wrong passwords in a row"),
       FIELD(share, locked_until, .flags = INTERNAL, .doc = "No password is tried before"),
       FIELD(share, revoked_at, .doc = "When it was taken back"),
       FIELD(share, last_opened_at, .doc = "When it was last opened"));

SCHEMA(share_visit, ENTITY_FIELDS(share_visit),
       FIELD(share_visit, share_key, .flags = INTERNAL, .doc = "Which share"),
       FIELD(share_visit, token_hash, .flags = INTERNAL | SECRET, .doc = "SHA-256 of what it is"),
       FIELD(share_visit, expires_at, .doc = "When it has to be opened again"),
       FIELD(share_visit, peer_address, .max = 64, .doc = "From where"),
       FIELD(share_visit, user_agent, .max = SHORT_TEXT_SIZE_MAX, .doc = "With what"));

enum share_state share_state_at(const struct share *share, instant now)
{
    return share->revoked_at.us != 0                                               ? SHARE_REVOKED
           : share->expires_at.us <= now.us                                        ? SHARE_EXPIRED
           : share->use_count_max != 0 && share->use_count >= share->use_count_max ? SHARE_USED_UP
                                                                                   : SHARE_OPEN;
}

void share_count_failure(struct share *share, instant now)
{
    share->failure_count++;
    share->updated_at = now;
    if (share->failure_count >= SHARE_FAILURE_COUNT_MAX) {
        share->failure_count = 0;
        share->locked_until = instant_add(now, SECONDS(SHARE_LOCK_SECONDS));
    }
}

/* Told on the telephone, tried five times: shorter than a user's. */
const char *share_password_complaint(str password)
{
    if (password.len < SHARE_PASSWORD_SIZE_MIN)
        return "must have at least 6 characters";
    return password.len > PASSWORD_SIZE_MAX ? "must have at most 256 characters" : NULL;
}
