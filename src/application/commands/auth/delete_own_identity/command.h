/* Sign in with that account no more. */
#ifndef APPLICATION_COMMANDS_AUTH_DELETE_OWN_IDENTITY_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_DELETE_OWN_IDENTITY_COMMAND_H

#include "application/models/base_model.h"

struct delete_own_identity {
    uuid id;
};
struct delete_own_identity_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND, CONFLICT (it is the only way in). */
DECLARE_USE_CASE(delete_own_identity);

/* Of the user, whoever asks. Errors: NOT_FOUND, CONFLICT. */
err identity_remove(struct command_ctx *ctx, const struct user *user, uuid id);

#endif
