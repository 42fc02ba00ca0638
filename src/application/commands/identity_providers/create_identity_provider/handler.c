/* What is said of it is checked; whether it answers is asked by check_identity_provider. */
#include "application/commands/identity_providers/create_identity_provider/command.h"

SCHEMA(create_identity_provider,
       FIELD(create_identity_provider, name, .flags = REQUIRED, .min = 1, .max = NAME_SIZE_MAX,
             .doc = "What its button says", .example = "Clinic account"),
       FIELD(create_identity_provider, issuer, .flags = REQUIRED, .min = 1,
             .max = PROVIDER_URL_SIZE_MAX, .doc = "Its address, exactly as it names itself; https",
             .example = "https://login.clinic.example"),
       FIELD(create_identity_provider, client_id, .flags = REQUIRED, .min = 1,
             .max = PROVIDER_CLIENT_SIZE_MAX, .doc = "What it knows this installation as",
             .example = "gantry"),
       FIELD(create_identity_provider, client_secret, .flags = SECRET,
             .max = PROVIDER_SECRET_SIZE_MAX, .doc = "Kept sealed and never shown; empty: none"),
       FIELD(create_identity_provider, scopes, .min = 1, .max = PROVIDER_SCOPES_SIZE_MAX,
             .doc = "What is asked for, a space between; \"openid\" among them",
             .example = "openid email profile"),
       FIELD(create_identity_provider, groups_claim, .max = PROVIDER_CLAIM_SIZE_MAX,
             .doc = "Where it says a person's groups; empty: nowhere", .example = "groups"),
       FIELD(create_identity_provider, default_role, .max = 36,
             .doc = "Role of whoever is in none of the groups; empty: they are refused"),
       FIELD(create_identity_provider, email_domains, .max = PROVIDER_DOMAIN_COUNT_MAX,
             .doc = "Of the addresses it answers for; none: all"),
       FIELD(create_identity_provider, second_factors, .max = PROVIDER_FACTOR_COUNT_MAX,
             .doc = "Values of acr and amr that mean a second factor, which is then not asked for "
                    "here"),
       FIELD_LIST_OF(create_identity_provider, roles, role_mapping, .max = PROVIDER_ROLE_COUNT_MAX,
                     .doc = "Roles by group; the first that fits counts, at each sign-in"),
       FIELD(create_identity_provider, is_enabled, .doc = "Absent: true"),
       FIELD(create_identity_provider, is_listed,
             .doc = "Its button is shown to everybody. Absent: true"),
       FIELD(create_identity_provider, makes_users,
             .doc = "Whoever comes for the first time becomes a user. Absent: false"),
       FIELD(create_identity_provider, links_by_email,
             .doc = "A verified address is enough to be the user who has it. Absent: false"));
SCHEMA(create_identity_provider_result,
       FIELD_EMBED_OF(create_identity_provider_result, view, provider_view));

static bool is_on(opt_bool value, bool otherwise)
{
    return value.is_set ? value.value : otherwise;
}

static err create_identity_provider_handle(struct command_ctx *ctx,
                                           const struct create_identity_provider *cmd,
                                           struct create_identity_provider_result *out)
{
    instant now = clock_now(ctx->clock);
    struct identity_provider_slice all;
    struct identity_provider provider = {
        .id = uuid_make(ctx->clock),
        .organization_key = ctx->principal->organization_key,
        .created_at = now,
        .updated_at = now,
        .name = cmd->name,
        .issuer = cmd->issuer,
        .client_id = cmd->client_id,
        .scopes = cmd->scopes.len != 0 ? cmd->scopes : STR("openid email profile"),
        .groups_claim = cmd->groups_claim.len != 0 ? cmd->groups_claim : STR_NONE,
        .is_enabled = is_on(cmd->is_enabled, true),
        .is_listed = is_on(cmd->is_listed, true),
        .makes_users = is_on(cmd->makes_users, false),
        .links_by_email = is_on(cmd->links_by_email, false)};
    const struct provider_lists lists = {cmd->email_domains, cmd->second_factors, cmd->roles,
                                         cmd->client_secret, cmd->default_role};
    TRY(provider_set_lists(ctx, &lists, &provider));
    TRY(provider_check(ctx, &provider));
    TRY(identity_reader_list_providers(ctx->readers->identities, ctx->arena,
                                       provider.organization_key, &all));
    if (all.len >= IDENTITY_PROVIDER_COUNT_MAX)
        return ERR(CONFLICT, "the organization has 20 providers; delete some first");
    ctx->scope->subject_id = provider.id;
    err e = identity_writer_add_provider(ctx->uow->identities, &provider);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "there is a provider of that name");
    out->view = provider_view_of(ctx->arena, &provider);
    return e;
}
COMMAND(create_identity_provider, .needs = WRITE_SETTINGS,
        .doc = "Let people sign in by a provider (OpenID Connect)");
