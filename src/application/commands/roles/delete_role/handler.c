/* Not while a user has it. */
#include "application/commands/roles/delete_role/command.h"

SCHEMA(delete_role, FIELD(delete_role, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_role_result);

static err delete_role_handle(struct command_ctx *ctx, const struct delete_role *cmd,
                              struct delete_role_result *out)
{
    struct custom_role role;
    struct user_slice found;
    int64_t total;
    int64_t organization_key = ctx->principal->organization_key;
    (void)out;
    TRY(role_reader_get(ctx->readers->roles, ctx->arena, organization_key, cmd->id, &role));
    ctx->scope->subject_id = role.id;
    TRY(role_check(ctx, &role));
    TRY(role_writer_remove(ctx->uow->roles, role.key));
    TRY(user_reader_find(ctx->readers->users, ctx->arena,
                         &(struct user_filter){.organization_key = organization_key,
                                               .role_key = role.key,
                                               .now = clock_now(ctx->clock),
                                               .limit = 1},
                         &found, &total));
    return total == 0 ? OK : ERR(CONFLICT, "there are users who have this role");
}
COMMAND(delete_role, .needs = WRITE_ROLES, .doc = "Delete a role that no user has");
