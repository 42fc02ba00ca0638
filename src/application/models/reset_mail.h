/* The mail with the link for a new password. */
#ifndef APPLICATION_MODELS_RESET_MAIL_H
#define APPLICATION_MODELS_RESET_MAIL_H

#include "application/models/base_model.h"

err reset_mail_queue(struct command_ctx *ctx, const struct user *user, str token);

/* To the owner, that their password was changed. */
err password_changed_mail_queue(struct command_ctx *ctx, const struct user *user);

#endif
