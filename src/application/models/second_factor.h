/* The second factor of a user: a code of their authenticator, or one of the recovery codes they
 * were shown once. Each is good once, on whichever node: what was taken is saved with the user's
 * version.
 */
#ifndef APPLICATION_MODELS_SECOND_FACTOR_H
#define APPLICATION_MODELS_SECOND_FACTOR_H

#include "application/models/base_model.h"

enum { RECOVERY_CODE_SIZE = 19, OTP_TEXT_SIZE_MAX = 32 }; /* four groups of four, three hyphens */

/* Whether code is good; then user says so, and is still to be saved. */
err second_factor_take(struct command_ctx *ctx, struct user *user, str code, bool *taken);

/* Of a secret that may not be in force yet. Errors: MALFORMED (it was sealed with another key). */
err second_factor_check(struct command_ctx *ctx, struct user *user, str code, bool *is_right);

/* Seals a new secret into the user; out is what their authenticator is given. */
void second_factor_begin(struct command_ctx *ctx, struct user *user, str *secret);
/* In force from now on, with recovery codes. */
void second_factor_enable(struct command_ctx *ctx, struct user *user, struct str_slice *codes);
void second_factor_remove(struct user *user);

/* The user's role needs one and they have none: they may do nothing but set it up. */
err second_factor_is_missing(struct readers *readers, struct arena *a, const struct user *user,
                             bool *out);

#endif
