/* Accounts that somebody else keeps: a provider of an organization (OpenID Connect Core 1.0), and
 * whose account there is which user here. */
#ifndef DOMAIN_ENTITIES_IDENTITY_H
#define DOMAIN_ENTITIES_IDENTITY_H

#include "base/err.h"
#include "domain/entities/entity.h"

enum {
    IDENTITY_PROVIDER_COUNT_MAX = 20, /* of an organization */
    IDENTITY_COUNT_MAX = 10,          /* of a user */
    PROVIDER_URL_SIZE_MAX = 512,
    PROVIDER_CLIENT_SIZE_MAX = 256,
    PROVIDER_SECRET_SIZE_MAX = 1024,
    PROVIDER_SCOPES_SIZE_MAX = 512,
    PROVIDER_CLAIM_SIZE_MAX = 128,
    PROVIDER_DOMAIN_COUNT_MAX = 50,
    PROVIDER_FACTOR_COUNT_MAX = 20,
    PROVIDER_ROLE_COUNT_MAX = 200,
    PROVIDER_WORD_SIZE_MAX = 253, /* a domain, an acr or amr value */
    PROVIDER_GROUP_SIZE_MAX = 256
};

/* Whoever is in the group has the role: a built-in one by its name, one of the organization's by
 * its identifier. */
struct role_mapping {
    str group, role;
};
DECLARE_SCHEMA(role_mapping);
SLICE(role_mapping);

struct identity_provider {
    ENTITY_MEMBERS;
    str name; /* on its button; unique in the organization */
    str issuer;
    str client_id;
    str client_secret; /* sealed; absent: a public client */
    str scopes;        /* a space between them */
    str groups_claim;  /* absent: groups are not asked for */
    str domain_names;  /* of addresses it answers for, a space between them; absent: of all */
    str factor_names;  /* values of acr and amr that mean a second factor, a space between them */
    str mapping_text;  /* struct role_map as JSON; absent: groups give no role */
    str default_role;  /* of whoever is in none of the groups; absent: they do not come in */
    bool is_enabled;
    bool is_listed;      /* its button is shown to everybody */
    bool makes_users;    /* of whoever comes for the first time */
    bool links_by_email; /* a verified address is enough to be the user who has it */
};
DECLARE_SCHEMA(identity_provider);
SLICE(identity_provider);

/* How the mappings are kept. The first that fits counts. */
struct role_map {
    struct role_mapping_slice mappings;
};
DECLARE_SCHEMA(role_map);

struct identity {
    ENTITY_MEMBERS;
    int64_t provider_key;
    uuid provider_id;
    int64_t user_key;
    uuid user_id;
    str subject; /* at the provider; with it unique */
    str email;   /* as the provider said it last; may be absent */
    instant last_sign_in_at;
};
DECLARE_SCHEMA(identity);
SLICE(identity);

/* Whether a list with spaces between its words has that one, whatever its case. */
bool word_list_has(str list, str word);
/* Whether the provider answers for the address. */
bool provider_takes_address(const struct identity_provider *provider, str email);

#endif
