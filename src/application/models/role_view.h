/* A role as people see it: permissions by their names, whether it is built in or not. */
#ifndef APPLICATION_MODELS_ROLE_VIEW_H
#define APPLICATION_MODELS_ROLE_VIEW_H

#include "application/models/base_model.h"

struct role_view {
    struct custom_role role; /* of a built-in one the name alone */
    struct str_slice permissions, granted_permissions;
    bool is_built_in;
};
DECLARE_SCHEMA(role_view);
SLICE(role_view);

void role_view_of(struct arena *a, const struct custom_role *role, struct role_view *out);
void role_view_of_built_in(struct arena *a, enum role role, struct role_view *out);

/* What a role would be allowed. Errors: FORBIDDEN (more than the caller). */
err role_check(const struct command_ctx *ctx, const struct custom_role *role);

#endif
