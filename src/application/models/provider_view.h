/* A provider of identities as people see it, and the rules for whoever sets one up. */
#ifndef APPLICATION_MODELS_PROVIDER_VIEW_H
#define APPLICATION_MODELS_PROVIDER_VIEW_H

#include "application/models/base_model.h"
#include "application/services/openid_connect.h"
#include "domain/entities/identity.h"

struct provider_view {
    struct identity_provider provider;
    bool has_secret;
    struct str_slice email_domains, second_factors;
    struct role_mapping_slice roles;
};
DECLARE_SCHEMA(provider_view);
SLICE(provider_view);

struct provider_view provider_view_of(struct arena *a, const struct identity_provider *provider);

/* The members that have a shape of their own in a request; absent ones are left as they are. */
struct provider_lists {
    struct str_slice email_domains, second_factors;
    struct role_mapping_slice roles;
    str client_secret; /* empty: none any more */
    str default_role;  /* likewise */
};
/* Puts them into the provider. Roles have to be there, and may no more than the caller.
 * Errors: INVALID with issues, FORBIDDEN. */
err provider_set_lists(struct command_ctx *ctx, const struct provider_lists *lists,
                       struct identity_provider *provider);
/* Whether people could sign in by it. Errors: INVALID with issues. */
err provider_check(struct command_ctx *ctx, const struct identity_provider *provider);

/* As it is now, for whoever changes it. Errors: NOT_FOUND. */
err provider_to_change(struct command_ctx *ctx, uuid id, struct identity_provider *out);

/* The role of whoever is in those groups; absent: they have none. */
str provider_role_of(struct arena *a, const struct identity_provider *provider,
                     const struct str_slice *groups);
/* Whether it says that there was a second factor. */
bool provider_says_second_factor(const struct identity_provider *provider,
                                 const struct openid_identity *identity);

/* As the protocol needs it. Errors: UNAVAILABLE (nobody knows how the world reaches us; its secret
 * was sealed with another key). */
err provider_open(struct services *services, struct arena *a,
                  const struct identity_provider *provider, struct openid_provider *out);

#endif
