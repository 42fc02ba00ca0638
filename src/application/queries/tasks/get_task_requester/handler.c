/* Their rights are read anew each time: what was taken from them since they asked counts. */
#include "application/queries/tasks/get_task_requester/query.h"

#include "application/models/user_view.h"

SCHEMA(get_task_requester, FIELD(get_task_requester, user_id, .flags = REQUIRED));
SCHEMA_EMPTY(get_task_requester_result);

static err get_task_requester_handle(struct query_ctx *ctx, const struct get_task_requester *query,
                                     struct get_task_requester_result *out)
{
    struct user user;
    struct rights rights;
    err e = user_reader_get(ctx->readers->users, ctx->arena, ctx->principal->organization_key,
                            query->user_id, &user);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && !user.is_active))
        return ERR(FORBIDDEN, "whoever asked for it may do so no more");
    TRY(e);
    TRY(user_rights(ctx->readers, ctx->arena, &user, &rights));
    out->requester = (struct principal){.kind = PRINCIPAL_USER,
                                        .organization_key = user.organization_key,
                                        .user_key = user.key,
                                        .user_id = user.id,
                                        .permissions = rights.permissions,
                                        .granted_permissions = rights.granted_permissions,
                                        .grantee_kind = GRANTEE_USER,
                                        .grantee_key = user.key};
    principal_set_name(&out->requester, user.email);
    return OK;
}
QUERY(get_task_requester, .needs = RUN_SYSTEM,
      .doc = "Who asked for a task, with what they may now");
