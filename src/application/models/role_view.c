/* Sets to names. */
#include "application/models/role_view.h"

SCHEMA(role_view, FIELD_EMBED_OF(role_view, role, custom_role),
       FIELD(role_view, permissions, .doc = "What it allows, with everything of the organization"),
       FIELD(role_view, granted_permissions,
             .doc = "What it allows beyond that, with studies that were granted"),
       FIELD(role_view, is_built_in, .doc = "There in every organization, and not to be changed"));

static void add_rights(struct arena *a, struct rights rights, struct role_view *out)
{
    out->permissions = permissions_list(a, rights.permissions);
    out->granted_permissions = permissions_list(a, rights.granted_permissions);
}

void role_view_of(struct arena *a, const struct custom_role *role, struct role_view *out)
{
    *out = (struct role_view){.role = *role};
    add_rights(a, custom_role_rights(role), out);
}

void role_view_of_built_in(struct arena *a, enum role role, struct role_view *out)
{
    *out = (struct role_view){.role = {.name = str_of(role_names[role])}, .is_built_in = true};
    add_rights(a, role_rights(role), out);
}

err role_check(const struct command_ctx *ctx, const struct custom_role *role)
{
    const struct rights own = {ctx->principal->permissions, ctx->principal->granted_permissions};
    return rights_cover(own, custom_role_rights(role))
               ? OK
               : ERR(FORBIDDEN, "nobody gives a permission that they do not have");
}
