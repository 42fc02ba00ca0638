/* Nobody makes a role that may more than they do. */
#include "application/commands/roles/create_role/command.h"

SCHEMA(create_role,
       FIELD(create_role, name, .flags = REQUIRED, .max = NAME_SIZE_MAX,
             .check = custom_role_name_complaint, .example = "night shift"),
       FIELD(create_role, description, .max = LONG_TEXT_SIZE_MAX, .doc = "What it is for"),
       FIELD(create_role, permissions, .max = PERMISSION_COUNT,
             .check = assignable_permission_complaint,
             .doc = "With everything of the organization"),
       FIELD(create_role, granted_permissions, .max = PERMISSION_COUNT,
             .check = grantable_permission_complaint, .doc = "With studies that were granted"));
SCHEMA(create_role_result, FIELD_EMBED_OF(create_role_result, view, role_view));

static err check_count(struct command_ctx *ctx)
{
    struct custom_role_slice all;
    TRY(role_reader_all(ctx->readers->roles, ctx->arena, ctx->principal->organization_key, &all));
    return all.len < CUSTOM_ROLE_COUNT_MAX ? OK : ERR(CONFLICT, "there are too many roles already");
}

static err create_role_handle(struct command_ctx *ctx, const struct create_role *cmd,
                              struct create_role_result *out)
{
    instant now = clock_now(ctx->clock);
    struct custom_role role = {.id = uuid_make(ctx->clock),
                               .organization_key = ctx->principal->organization_key,
                               .created_at = now,
                               .updated_at = now,
                               .name = cmd->name,
                               .description = cmd->description,
                               .permission_set = (int64_t)permissions_of_list(cmd->permissions),
                               .granted_set =
                                   (int64_t)permissions_of_list(cmd->granted_permissions)};
    ctx->scope->subject_id = role.id;
    TRY(role_check(ctx, &role));
    TRY(check_count(ctx));
    err e = role_writer_add(ctx->uow->roles, &role);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "a role of this name is there already");
    role_view_of(ctx->arena, &role, &out->view);
    return e;
}
COMMAND(create_role, .needs = WRITE_ROLES, .doc = "Make a role");
