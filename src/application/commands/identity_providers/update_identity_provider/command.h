/* Change a provider of identities. Members that are absent stay. */
#ifndef APPLICATION_COMMANDS_IDENTITY_PROVIDERS_UPDATE_IDENTITY_PROVIDER_COMMAND_H
#define APPLICATION_COMMANDS_IDENTITY_PROVIDERS_UPDATE_IDENTITY_PROVIDER_COMMAND_H

#include "application/models/provider_view.h"

struct update_identity_provider {
    uuid id;
    int64_t if_match;
    str name, issuer, client_id, client_secret, scopes, groups_claim, default_role;
    struct str_slice email_domains, second_factors;
    struct role_mapping_slice roles;
    opt_bool is_enabled, is_listed, makes_users, links_by_email;
};
struct update_identity_provider_result {
    struct provider_view view;
};
/* Errors: NOT_FOUND, PRECONDITION_FAILED, and those of create_identity_provider. */
DECLARE_USE_CASE(update_identity_provider);

#endif
