/* Schemas, and what a provider answers for. */
#include "domain/entities/identity.h"

SCHEMA(role_mapping,
       FIELD(role_mapping, group, .flags = REQUIRED, .min = 1, .max = PROVIDER_GROUP_SIZE_MAX,
             .doc = "As the provider names it"),
       FIELD(role_mapping, role, .flags = REQUIRED, .max = 36,
             .doc = "A built-in role by its name, one of the organization's by its identifier"));

SCHEMA(role_map, FIELD_LIST_OF(role_map, mappings, role_mapping, .max = PROVIDER_ROLE_COUNT_MAX));

SCHEMA(identity_provider, ENTITY_FIELDS(identity_provider),
       FIELD(identity_provider, name, .doc = "What its button says", .example = "Clinic account"),
       FIELD(identity_provider, issuer, .doc = "Its address, as it names itself",
             .example = "https://login.clinic.example"),
       FIELD(identity_provider, client_id, .doc = "What it knows this installation as"),
       FIELD(identity_provider, client_secret, .flags = INTERNAL | SECRET, .doc = "Sealed"),
       FIELD(identity_provider, scopes, .doc = "What is asked for, a space between"),
       FIELD(identity_provider, groups_claim, .doc = "Where it says a person's groups"),
       FIELD(identity_provider, domain_names, .flags = INTERNAL, .doc = "Of addresses"),
       FIELD(identity_provider, factor_names, .flags = INTERNAL, .doc = "Values of acr and amr"),
       FIELD(identity_provider, mapping_text, .flags = INTERNAL, .doc = "Groups and roles"),
       FIELD(identity_provider, default_role,
             .doc = "Role of whoever is in none of the groups; absent: they are refused"),
       FIELD(identity_provider, is_enabled, .doc = "False: nobody signs in by it"),
       FIELD(identity_provider, is_listed, .doc = "Its button is shown to everybody"),
       FIELD(identity_provider, makes_users,
             .doc = "Whoever comes for the first time becomes a user"),
       FIELD(identity_provider, links_by_email,
             .doc = "A verified address is enough to be the user who has it"));

SCHEMA(identity, ENTITY_FIELDS(identity),
       FIELD(identity, provider_key, .flags = INTERNAL, .doc = "Whose account"),
       FIELD(identity, provider_id, .doc = "The provider"),
       FIELD(identity, user_key, .flags = INTERNAL, .doc = "Who that is here"),
       FIELD(identity, user_id, .doc = "Who that is here"),
       FIELD(identity, subject, .doc = "Who that is there"),
       FIELD(identity, email, .doc = "As the provider said it last"),
       FIELD(identity, last_sign_in_at, .doc = "When it was last used"));

bool word_list_has(str list, str word)
{
    str one;
    while (str_cut(&list, ' ', &one))
        if (str_eq_nocase(one, word))
            return true;
    return false;
}

bool provider_takes_address(const struct identity_provider *provider, str email)
{
    size_t at = str_find_char(email, '@');
    return provider->domain_names.ptr == NULL ||
           (at != SIZE_MAX &&
            word_list_has(provider->domain_names, str_sub(email, at + 1, email.len)));
}
