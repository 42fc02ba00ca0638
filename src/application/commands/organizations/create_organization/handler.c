/* One transaction for both: an organization nobody can enter is of no use. */
#include "application/commands/organizations/create_organization/command.h"

#include "application/models/password_rules.h"

SCHEMA(create_organization,
       FIELD(create_organization, name, .flags = REQUIRED, .max = NAME_SIZE_MAX,
             .example = "St. Mary's"),
       FIELD(create_organization, admin_email, .flags = REQUIRED, .max = EMAIL_SIZE_MAX,
             .check = email_complaint),
       FIELD(create_organization, admin_password, .flags = REQUIRED | SECRET,
             .max = PASSWORD_SIZE_MAX, .check = password_complaint));
SCHEMA(create_organization_result,
       FIELD_EMBED_OF(create_organization_result, organization, organization));

static err create_organization_handle(struct command_ctx *ctx,
                                      const struct create_organization *cmd,
                                      struct create_organization_result *out)
{
    instant now = clock_now(ctx->clock);
    struct organization organization = {
        .id = uuid_make(ctx->clock), .created_at = now, .updated_at = now, .name = cmd->name};
    struct user user = {.id = uuid_make(ctx->clock),
                        .created_at = now,
                        .updated_at = now,
                        .email = str_lower(ctx->arena, cmd->admin_email),
                        .name = STR("Administrator"),
                        .role = ROLE_ADMINISTRATOR,
                        .is_active = true};
    TRY(password_set(ctx, &user, "admin_password", cmd->admin_password));
    TRY(organization_writer_add(ctx->uow->organizations, &organization));
    user.organization_key = organization.key;
    err e = user_writer_add(ctx->uow->users, &user);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "a user with this e-mail address is there already");
    ctx->scope->subject_id = organization.id;
    ctx->scope->organization_key = organization.key;
    out->organization = organization;
    return e;
}
COMMAND(create_organization, .needs = RUN_SYSTEM, .doc = "Make an organization");
