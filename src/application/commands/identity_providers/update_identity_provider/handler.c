/* Where the account is kept is part of who somebody is: with another issuer nobody is known any
 * more. */
#include "application/commands/identity_providers/update_identity_provider/command.h"

SCHEMA(update_identity_provider, FIELD(update_identity_provider, id, .flags = KEY | REQUIRED),
       FIELD(update_identity_provider, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_identity_provider, name, .min = 1, .max = NAME_SIZE_MAX,
             .doc = "What its button says", .example = "Clinic account"),
       FIELD(update_identity_provider, issuer, .min = 1, .max = PROVIDER_URL_SIZE_MAX,
             .doc = "Its address, exactly as it names itself; https",
             .example = "https://login.clinic.example"),
       FIELD(update_identity_provider, client_id, .min = 1, .max = PROVIDER_CLIENT_SIZE_MAX,
             .doc = "What it knows this installation as", .example = "gantry"),
       FIELD(update_identity_provider, client_secret, .flags = SECRET,
             .max = PROVIDER_SECRET_SIZE_MAX, .doc = "Kept sealed and never shown; empty: none"),
       FIELD(update_identity_provider, scopes, .min = 1, .max = PROVIDER_SCOPES_SIZE_MAX,
             .doc = "What is asked for, a space between; \"openid\" among them",
             .example = "openid email profile"),
       FIELD(update_identity_provider, groups_claim, .max = PROVIDER_CLAIM_SIZE_MAX,
             .doc = "Where it says a person's groups; empty: nowhere", .example = "groups"),
       FIELD(update_identity_provider, default_role, .max = 36,
             .doc = "Role of whoever is in none of the groups; empty: they are refused"),
       FIELD(update_identity_provider, email_domains, .max = PROVIDER_DOMAIN_COUNT_MAX,
             .doc = "Of the addresses it answers for; none: all"),
       FIELD(update_identity_provider, second_factors, .max = PROVIDER_FACTOR_COUNT_MAX,
             .doc = "Values of acr and amr that mean a second factor, which is then not asked for "
                    "here"),
       FIELD_LIST_OF(update_identity_provider, roles, role_mapping, .max = PROVIDER_ROLE_COUNT_MAX,
                     .doc = "Roles by group; the first that fits counts, at each sign-in"),
       FIELD(update_identity_provider, is_enabled, .doc = ""),
       FIELD(update_identity_provider, is_listed, .doc = "Its button is shown to everybody"),
       FIELD(update_identity_provider, makes_users,
             .doc = "Whoever comes for the first time becomes a user"),
       FIELD(update_identity_provider, links_by_email,
             .doc = "A verified address is enough to be the user who has it. "));
SCHEMA(update_identity_provider_result,
       FIELD_EMBED_OF(update_identity_provider_result, view, provider_view));

static void set_text(str *member, str value)
{
    if (value.ptr != NULL)
        *member = value;
}

static void set_bool(bool *member, opt_bool value)
{
    if (value.is_set)
        *member = value.value;
}

static void apply(const struct update_identity_provider *cmd, struct identity_provider *provider)
{
    set_text(&provider->name, cmd->name);
    set_text(&provider->issuer, cmd->issuer);
    set_text(&provider->client_id, cmd->client_id);
    set_text(&provider->scopes, cmd->scopes);
    if (cmd->groups_claim.ptr != NULL)
        provider->groups_claim = cmd->groups_claim.len != 0 ? cmd->groups_claim : STR_NONE;
    set_bool(&provider->is_enabled, cmd->is_enabled);
    set_bool(&provider->is_listed, cmd->is_listed);
    set_bool(&provider->makes_users, cmd->makes_users);
    set_bool(&provider->links_by_email, cmd->links_by_email);
}

static err update_identity_provider_handle(struct command_ctx *ctx,
                                           const struct update_identity_provider *cmd,
                                           struct update_identity_provider_result *out)
{
    struct identity_provider provider;
    TRY(provider_to_change(ctx, cmd->id, &provider));
    if (cmd->if_match != 0 && cmd->if_match != provider.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the provider");
    if (cmd->issuer.ptr != NULL && !str_eq(cmd->issuer, provider.issuer))
        return ERR(CONFLICT, "accounts belong to their issuer: make another provider");
    const struct provider_lists lists = {cmd->email_domains, cmd->second_factors, cmd->roles,
                                         cmd->client_secret, cmd->default_role};
    apply(cmd, &provider);
    TRY(provider_set_lists(ctx, &lists, &provider));
    TRY(provider_check(ctx, &provider));
    provider.updated_at = clock_now(ctx->clock);
    err e = identity_writer_save_provider(ctx->uow->identities, &provider);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "there is a provider of that name");
    out->view = provider_view_of(ctx->arena, &provider);
    return e;
}
COMMAND(update_identity_provider, .needs = WRITE_SETTINGS, .doc = "Change a provider");
