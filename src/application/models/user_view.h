/* A user as people see it, and the rules for whoever changes one. */
#ifndef APPLICATION_MODELS_USER_VIEW_H
#define APPLICATION_MODELS_USER_VIEW_H

#include "application/models/base_model.h"

struct user_view {
    struct user user; /* with the address people know, see user_address */
    enum user_state state;
};
DECLARE_SCHEMA(user_view);
SLICE(user_view);

void user_view_of(const struct user *user, instant now, struct user_view *out);

/* What a user may do, by a built-in role or one of the organization's. */
err user_rights(struct readers *readers, struct arena *a, const struct user *user,
                struct rights *out);

/* Gives the user a role of the organization, whoever asks, and tells what it may.
 * Errors: NOT_FOUND (it is none). */
err role_find(struct readers *readers, struct arena *a, int64_t organization_key, str text,
              struct user *user, struct rights *rights);

/* Gives the user a role: the name of a built-in one, or the identifier of one of the
 * organization's. Errors: INVALID with an issue about the member "role", FORBIDDEN (the role may
 * more than the caller). */
err user_choose_role(struct command_ctx *ctx, str role, struct user *user);

/* The user of the caller's organization, whom the caller may change: nobody changes somebody who
 * may more than they. Errors: NOT_FOUND (also when deleted), FORBIDDEN. */
err user_to_change(struct command_ctx *ctx, uuid id, struct user *out);

/* After a user was saved, in the same unit of work: somebody is left who can let others in.
 * Errors: CONFLICT. */
err user_check_administrators(struct command_ctx *ctx);
err user_check_administrators_of(struct command_ctx *ctx, int64_t organization_key);

/* Ends everything that is open in the user's name. */
err user_end_sessions(struct command_ctx *ctx, const struct user *user);

/* With all that hangs on somebody who never came. */
err user_remove(struct command_ctx *ctx, const struct user *user);

/* A new link for somebody invited, and the mail with it. The user is to be saved.
 * Errors: RATE_LIMITED. */
err user_invite(struct command_ctx *ctx, struct user *user);

/* Whose invitation has that token. Wrong, used, withdrawn and expired ones are answered alike.
 * Errors: NOT_FOUND. */
err user_find_invited(struct command_ctx *ctx, str token, struct user *out);
/* Behind user_accept. Errors: CONFLICT (the address has an account), SERIALIZATION. */
err user_save_accepted(struct command_ctx *ctx, struct user *user);

#endif
