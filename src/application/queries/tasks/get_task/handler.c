/* One's own, or any for whoever looks after the organization. */
#include "application/queries/tasks/get_task/query.h"

#include "application/services/tasks/task_end.h"

SCHEMA(get_task, FIELD(get_task, id, .flags = KEY | REQUIRED));
SCHEMA(get_task_result, FIELD_EMBED_OF(get_task_result, task, task_view));

static err get_task_handle(struct query_ctx *ctx, const struct get_task *query,
                           struct get_task_result *out)
{
    struct task task;
    TRY(task_get_own(ctx->arena, ctx->readers, ctx->principal, query->id, &task));
    out->task = task_view_of(&task, clock_now(ctx->clock));
    return OK;
}
QUERY(get_task, .needs = SIGNED_IN, .doc = "A task, and how far it is");
