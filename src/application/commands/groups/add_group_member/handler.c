/* Whoever is taken in has what the group was granted. So nobody takes themselves in, and for a
 * group that has grants one has to have all that they allow, with everything. */
#include "application/commands/groups/add_group_member/command.h"

SCHEMA(add_group_member, FIELD(add_group_member, id, .flags = KEY | REQUIRED),
       FIELD(add_group_member, user_id, .flags = REQUIRED, .doc = "Who"));
SCHEMA_EMPTY(add_group_member_result);

static err check_grants(struct command_ctx *ctx, const struct user_group *group)
{
    struct grant_slice found;
    int64_t total;
    TRY(grant_reader_find(ctx->readers->grants, ctx->arena,
                          &(struct grant_filter){.organization_key = group->organization_key,
                                                 .of_grantee = true,
                                                 .grantee_kind = GRANTEE_GROUP,
                                                 .grantee_key = group->key,
                                                 .limit = UINT32_MAX},
                          &found, &total));
    for (size_t i = 0; i < found.len; i++)
        if (((uint64_t)found.at[i].rights & ~ctx->principal->permissions) != 0)
            return ERR(FORBIDDEN, "the group may with some studies what you may not with all");
    return OK;
}

static err add_group_member_handle(struct command_ctx *ctx, const struct add_group_member *cmd,
                                   struct add_group_member_result *out)
{
    struct user_group group;
    struct user user;
    int64_t organization_key = ctx->principal->organization_key;
    (void)out;
    TRY(group_reader_get(ctx->readers->groups, ctx->arena, organization_key, cmd->id, &group));
    ctx->scope->subject_id = group.id;
    err e = user_reader_get(ctx->readers->users, ctx->arena, organization_key, cmd->user_id, &user);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && user.deleted_at.us != 0)) {
        issues_add(&ctx->scope->issues, STR("user_id"), "is not a user");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(e);
    TRY(check_grants(ctx, &group));
    if (user.key == ctx->principal->user_key &&
        !permissions_have(ctx->principal->permissions, READ_STUDIES))
        return ERR(FORBIDDEN, "nobody takes themselves into a group");
    return group_writer_add_member(ctx->uow->groups, group.key, user.key);
}
COMMAND(add_group_member, .needs = WRITE_USERS, .doc = "Take a user into a group");
