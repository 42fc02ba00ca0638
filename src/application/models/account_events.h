/* What is told of an account's security, in the transaction of whoever changes it. */
#ifndef APPLICATION_MODELS_ACCOUNT_EVENTS_H
#define APPLICATION_MODELS_ACCOUNT_EVENTS_H

#include "application/models/base_model.h"

/* Of a sign-in, however it was done: tells of a device that is new to the account. The first one
 * of all is not told of. */
err account_note_sign_in(struct command_ctx *ctx, const struct session *session);
/* change: a constant, see account_changed. */
err account_tell_changed(struct command_ctx *ctx, const struct user *user, const char *change);

#endif
