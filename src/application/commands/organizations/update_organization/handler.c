/* Name and settings have one version, the organization's. What makes it easier to get in is
 * confirmed with the password, and all administrators are told: a session that was taken over is
 * not enough.
 */
#include "application/commands/organizations/update_organization/command.h"

#include "application/commands/auth/sign_in/command.h"
#include "application/models/administrators_mail.h"
#include "application/models/made_often.h"
#include "application/models/settings_save.h"

SCHEMA(update_organization,
       FIELD(update_organization, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_organization, name, .min = 1, .max = NAME_SIZE_MAX),
       FIELD(update_organization, language, .min = 1, .max = LANGUAGE_SIZE_MAX,
             .check = language_complaint, .example = "de"),
       FIELD(update_organization, mfa_required_roles, .max = ROLE_COUNT,
             .check = role_name_complaint, .doc = "Whose users need a second factor"),
       FIELD(update_organization, break_glass_roles, .max = ROLE_COUNT,
             .check = role_name_complaint,
             .doc = "Of those with the permission, who may use it; an empty list: nobody"),
       FIELD(update_organization, break_glass_minutes, .min = 1, .max = BREAK_GLASS_MINUTES_MAX),
       FIELD(update_organization, trash_days, .max = TRASH_DAYS_MAX,
             .doc = "After which what is in the trash goes for good; 0: never"),
       FIELD(update_organization, password, .flags = SECRET, .max = PASSWORD_SIZE_MAX,
             .doc = "One's own, where a role needs no second factor any more, emergencies are "
                    "changed or when the trash is emptied"));
SCHEMA(update_organization_result,
       FIELD_EMBED_OF(update_organization_result, view, organization_view));

static void apply(const struct update_organization *cmd, struct organization_settings *settings)
{
    if (cmd->language.ptr != NULL)
        settings->language = cmd->language;
    if (cmd->mfa_required_roles.at != NULL)
        settings->mfa_required_roles = (int64_t)roles_of_list(cmd->mfa_required_roles);
    if (cmd->break_glass_roles.at != NULL)
        settings->break_glass_roles = (int64_t)roles_of_list(cmd->break_glass_roles);
    if (cmd->break_glass_minutes.is_set)
        settings->break_glass_minutes = cmd->break_glass_minutes.value;
    if (cmd->trash_days.is_set)
        settings->trash_days = cmd->trash_days.value;
}

static bool is_delicate(const struct organization_settings *before,
                        const struct organization_settings *after)
{
    return (before->mfa_required_roles & ~after->mfa_required_roles) != 0 ||
           before->break_glass_roles != after->break_glass_roles ||
           before->break_glass_minutes != after->break_glass_minutes ||
           before->trash_days != after->trash_days;
}

static err confirm(struct command_ctx *ctx, str password, struct user *who)
{
    if (password.len == 0) {
        issues_add(&ctx->scope->issues, STR("password"), "is needed to change this");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, who));
    TRY(mailed_often_check(ctx, "security settings"));
    return password_confirm(ctx, who, password);
}

static err tell(struct command_ctx *ctx, const struct organization_settings *settings,
                const struct user *who)
{
    const struct mail_parameter parameters[] = {
        {"changed_by", who->name, false},
        {"changed_at", instant_text(ctx->arena, clock_now(ctx->clock)), false},
        {"peer_address", ctx->scope->peer_address, false}};
    return administrators_mail_queue(ctx, settings, MAIL_SECURITY_CHANGED, parameters,
                                     COUNT_OF(parameters));
}

static err update_organization_handle(struct command_ctx *ctx,
                                      const struct update_organization *cmd,
                                      struct update_organization_result *out)
{
    struct organization organization;
    struct organization_settings settings, before;
    struct user who;
    int64_t key = ctx->principal->organization_key;
    struct organization_reader *r = ctx->readers->organizations;
    TRY(organization_reader_get(r, ctx->arena, key, &organization));
    TRY(organization_reader_settings(r, ctx->arena, key, &settings));
    ctx->scope->subject_id = organization.id;
    if (cmd->if_match != 0 && cmd->if_match != organization.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the organization");
    if (cmd->name.ptr != NULL)
        organization.name = cmd->name;
    organization.updated_at = clock_now(ctx->clock);
    before = settings;
    apply(cmd, &settings);
    bool delicate = is_delicate(&before, &settings);
    if (delicate)
        TRY(confirm(ctx, cmd->password, &who));
    TRY(organization_writer_save(ctx->uow->organizations, &organization));
    TRY(settings_save(ctx, &settings));
    if (delicate)
        TRY(tell(ctx, &settings, &who));
    organization_view_of(ctx->arena, &organization, &settings, &out->view);
    return organization_reader_used_size(r, key, &out->view.used_size);
}
COMMAND(update_organization, .needs = WRITE_SETTINGS, .doc = "Change one's organization");
