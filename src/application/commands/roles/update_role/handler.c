/* Who has the role has what it says now within a second: principals are not trusted for longer. */
#include "application/commands/roles/update_role/command.h"

SCHEMA(update_role, FIELD(update_role, id, .flags = KEY | REQUIRED),
       FIELD(update_role, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_role, name, .min = 1, .max = NAME_SIZE_MAX,
             .check = custom_role_name_complaint),
       FIELD(update_role, description, .max = LONG_TEXT_SIZE_MAX),
       FIELD(update_role, permissions, .max = PERMISSION_COUNT,
             .check = assignable_permission_complaint,
             .doc = "With everything of the organization"),
       FIELD(update_role, granted_permissions, .max = PERMISSION_COUNT,
             .check = grantable_permission_complaint, .doc = "With studies that were granted"));
SCHEMA(update_role_result, FIELD_EMBED_OF(update_role_result, view, role_view));

static void apply(const struct update_role *cmd, struct custom_role *role)
{
    if (cmd->name.ptr != NULL)
        role->name = cmd->name;
    if (cmd->description.ptr != NULL)
        role->description = cmd->description;
    if (cmd->permissions.at != NULL)
        role->permission_set = (int64_t)permissions_of_list(cmd->permissions);
    if (cmd->granted_permissions.at != NULL)
        role->granted_set = (int64_t)permissions_of_list(cmd->granted_permissions);
}

/* Neither what it was nor what it becomes is more than the caller may. */
static err update_role_handle(struct command_ctx *ctx, const struct update_role *cmd,
                              struct update_role_result *out)
{
    struct custom_role role;
    TRY(role_reader_get(ctx->readers->roles, ctx->arena, ctx->principal->organization_key, cmd->id,
                        &role));
    ctx->scope->subject_id = role.id;
    if (cmd->if_match != 0 && cmd->if_match != role.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the role");
    TRY(role_check(ctx, &role));
    apply(cmd, &role);
    TRY(role_check(ctx, &role));
    role.updated_at = clock_now(ctx->clock);
    err e = role_writer_save(ctx->uow->roles, &role);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "a role of this name is there already");
    role_view_of(ctx->arena, &role, &out->view);
    return e;
}
COMMAND(update_role, .needs = WRITE_ROLES, .doc = "Change a role");
