/* Lists are kept as words with spaces between them, what groups mean as JSON. */
#include "application/models/provider_view.h"

#include "application/models/user_view.h"
#include "base/arena.h"
#include "base/json.h"

SCHEMA(provider_view, FIELD_EMBED_OF(provider_view, provider, identity_provider),
       FIELD(provider_view, has_secret, .doc = "Whether there is a client secret"),
       FIELD(provider_view, email_domains,
             .doc = "Domains of the addresses it answers for; none: all"),
       FIELD(provider_view, second_factors,
             .doc = "Values of acr and amr that mean a second factor"),
       FIELD_LIST_OF(provider_view, roles, role_mapping,
                     .doc = "Roles by group; the first that fits counts"));

static struct role_map role_map_of(struct arena *a, const struct identity_provider *provider)
{
    struct role_map map = {0};
    struct issues issues = {.arena = a};
    if (provider->mapping_text.ptr != NULL)
        (void)!failed(json_read(a, provider->mapping_text, &role_map_schema, &map, &issues));
    return map;
}

static struct str_slice words_of(struct arena *a, str list)
{
    struct str_slice words = {0};
    str word;
    while (str_cut(&list, ' ', &word))
        *SLICE_PUSH(a, &words) = word;
    return words;
}

struct provider_view provider_view_of(struct arena *a, const struct identity_provider *provider)
{
    return (struct provider_view){.provider = *provider,
                                  .has_secret = provider->client_secret.ptr != NULL,
                                  .email_domains = words_of(a, provider->domain_names),
                                  .second_factors = words_of(a, provider->factor_names),
                                  .roles = role_map_of(a, provider).mappings};
}

static bool is_word(str word)
{
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.ptr[i] <= ' ' || word.ptr[i] == 0x7f)
            return false;
    return word.len != 0 && word.len <= PROVIDER_WORD_SIZE_MAX;
}

/* Absent for an empty list. */
static str join(struct command_ctx *ctx, const struct str_slice *words, const char *field)
{
    struct buf out = BUF_IN(ctx->arena);
    for (size_t i = 0; i < words->len; i++) {
        if (!is_word(words->at[i]))
            issues_add(&ctx->scope->issues, str_of(field), "has one that is no single word");
        if (i != 0)
            buf_add_char(&out, ' ');
        buf_add(&out, words->at[i]);
    }
    return words->len == 0 ? STR_NONE : buf_str(&out);
}

/* Whoever sets it up gives these roles away. */
static err check_role(struct command_ctx *ctx, str role, const char *field)
{
    struct user probe = {0};
    struct rights rights;
    err e = role_find(ctx->readers, ctx->arena, ctx->principal->organization_key, role, &probe,
                      &rights);
    if (e.code == ERR_NOT_FOUND) {
        issues_add(&ctx->scope->issues, str_of(field),
                   "is neither a built-in role nor the identifier of one of the organization's");
        return OK;
    }
    TRY(e);
    const struct rights own = {ctx->principal->permissions, ctx->principal->granted_permissions};
    return rights_cover(own, rights)
               ? OK
               : ERR(FORBIDDEN, "nobody gives a role that may more than they do");
}

static err set_roles(struct command_ctx *ctx, const struct role_mapping_slice *roles,
                     struct identity_provider *provider)
{
    const struct role_map map = {*roles};
    struct buf text = BUF_IN(ctx->arena);
    for (size_t i = 0; i < roles->len; i++)
        TRY(check_role(ctx, roles->at[i].role, "roles"));
    json_write(&text, &role_map_schema, &map, 0);
    provider->mapping_text = roles->len == 0 ? STR_NONE : buf_str(&text);
    return OK;
}

static str secret_place(struct arena *a, const struct identity_provider *provider)
{
    return str_format(a, "identity provider %.*s", STR_ARG(uuid_text(a, provider->id)));
}

err provider_set_lists(struct command_ctx *ctx, const struct provider_lists *lists,
                       struct identity_provider *provider)
{
    if (lists->email_domains.at != NULL)
        provider->domain_names = join(ctx, &lists->email_domains, "email_domains");
    if (lists->second_factors.at != NULL)
        provider->factor_names = join(ctx, &lists->second_factors, "second_factors");
    if (lists->roles.at != NULL)
        TRY(set_roles(ctx, &lists->roles, provider));
    if (lists->default_role.ptr != NULL) {
        provider->default_role = lists->default_role.len == 0 ? STR_NONE : lists->default_role;
        if (lists->default_role.len != 0)
            TRY(check_role(ctx, lists->default_role, "default_role"));
    }
    if (lists->client_secret.ptr != NULL)
        provider->client_secret =
            lists->client_secret.len == 0
                ? STR_NONE
                : seal(ctx->services->seals, ctx->arena, secret_place(ctx->arena, provider),
                       lists->client_secret);
    return OK;
}

err provider_check(struct command_ctx *ctx, const struct identity_provider *provider)
{
    struct issues *issues = &ctx->scope->issues;
    err e = http_client_check(ctx->services->http, ctx->arena, provider->issuer);
    if (failed(e) && e.code != ERR_INVALID)
        return e;
    if (failed(e))
        issues_add(issues, STR("issuer"), e.text);
    if (!word_list_has(provider->scopes, STR("openid")))
        issues_add(issues, STR("scopes"), "must have openid among them");
    if (provider->mapping_text.ptr != NULL && provider->groups_claim.ptr == NULL)
        issues_add(issues, STR("groups_claim"), "is needed where groups mean roles");
    if (provider->makes_users && provider->mapping_text.ptr == NULL &&
        provider->default_role.ptr == NULL)
        issues_add(issues, STR("default_role"), "is needed, or roles: users are made with one");
    return issues->list.len == 0 ? OK : ERR(INVALID, "some fields are not valid");
}

err provider_to_change(struct command_ctx *ctx, uuid id, struct identity_provider *out)
{
    TRY(identity_reader_get_provider(ctx->readers->identities, ctx->arena,
                                     ctx->principal->organization_key, id, out));
    ctx->scope->subject_id = out->id;
    return OK;
}

str provider_role_of(struct arena *a, const struct identity_provider *provider,
                     const struct str_slice *groups)
{
    struct role_map map = role_map_of(a, provider);
    for (size_t i = 0; i < map.mappings.len; i++)
        for (size_t j = 0; j < groups->len; j++)
            if (str_eq(map.mappings.at[i].group, groups->at[j]))
                return map.mappings.at[i].role;
    return provider->default_role;
}

bool provider_says_second_factor(const struct identity_provider *provider,
                                 const struct openid_identity *identity)
{
    if (identity->acr.len != 0 && word_list_has(provider->factor_names, identity->acr))
        return true;
    for (size_t i = 0; i < identity->amr.len; i++)
        if (word_list_has(provider->factor_names, identity->amr.at[i]))
            return true;
    return false;
}

err provider_open(struct services *services, struct arena *a,
                  const struct identity_provider *provider, struct openid_provider *out)
{
    str public_url = services->mail.public_url;
    if (public_url.len == 0)
        return ERR(UNAVAILABLE, "GANTRY_PUBLIC_URL is not set: providers know no way back");
    *out = (struct openid_provider){
        .issuer = provider->issuer,
        .client_id = provider->client_id,
        .redirect_uri = str_format(a, "%.*s/api/v1/auth/callback", STR_ARG(public_url)),
        .scopes = provider->scopes,
        .groups_claim = provider->groups_claim};
    if (provider->client_secret.ptr == NULL)
        return OK;
    err e = unseal(services->seals, a, secret_place(a, provider), provider->client_secret,
                   &out->client_secret);
    return failed(e) ? ERR(UNAVAILABLE, "the provider's secret was sealed with another key") : OK;
}
