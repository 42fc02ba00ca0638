/* What a password has to be: long, and not what is tried first. Nothing about kinds of characters
 * (NIST SP 800-63B 5.1.1.2, ASVS 5 6.2). Characters are counted after normalization (NFC), which is
 * also what is hashed: the same password typed on another keyboard is the same. */
#ifndef APPLICATION_MODELS_PASSWORD_RULES_H
#define APPLICATION_MODELS_PASSWORD_RULES_H

#include "application/models/base_model.h"

/* NULL, or what is wrong with it as a password of that name and address. */
const char *password_flaw(struct password_service *passwords, struct arena *a, str password,
                          str name, str email);

/* Hashes it into the user, who has a name and an address by then; nothing else of them changes.
 * Errors: INVALID with an issue about field, UNAVAILABLE. */
err password_set(struct command_ctx *ctx, struct user *user, const char *field, str password);

/* Ends the sessions of a user whose password or second factor changed, all but the one to keep. */
err sessions_end_others(struct command_ctx *ctx, const struct user *user, uuid kept);

#endif
