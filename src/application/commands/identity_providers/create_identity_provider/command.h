/* Let people sign in with an account that somebody else keeps. */
#ifndef APPLICATION_COMMANDS_IDENTITY_PROVIDERS_CREATE_IDENTITY_PROVIDER_COMMAND_H
#define APPLICATION_COMMANDS_IDENTITY_PROVIDERS_CREATE_IDENTITY_PROVIDER_COMMAND_H

#include "application/models/provider_view.h"

struct create_identity_provider {
    str name, issuer, client_id, client_secret, scopes, groups_claim, default_role;
    struct str_slice email_domains, second_factors;
    struct role_mapping_slice roles;
    opt_bool is_enabled, is_listed, makes_users, links_by_email;
};
struct create_identity_provider_result {
    struct provider_view view;
};
/* Errors: CONFLICT (too many, or one of that name), FORBIDDEN (a role that may more than the
 * caller). */
DECLARE_USE_CASE(create_identity_provider);

#endif
