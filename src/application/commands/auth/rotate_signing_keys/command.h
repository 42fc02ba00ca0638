/* Another key to sign access tokens with: at once, when somebody says so, and by itself when the
 * newest has signed for long enough. Whoever holds a token keeps it: the old key is known until the
 * last token that it signed has expired. */
#ifndef APPLICATION_COMMANDS_AUTH_ROTATE_SIGNING_KEYS_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_ROTATE_SIGNING_KEYS_COMMAND_H

#include "application/models/base_model.h"

struct rotate_signing_keys {
    EMPTY_STRUCT;
};
struct rotate_signing_keys_result {
    struct signing_key key;
};
DECLARE_USE_CASE(rotate_signing_keys);

/* What the leader does: makes the next key in time, and removes those that are of no use any more.
 */
struct renew_signing_keys {
    int64_t days;
};
struct renew_signing_keys_result {
    bool is_made;
    int64_t removed_count;
};
DECLARE_USE_CASE(renew_signing_keys);

#endif
