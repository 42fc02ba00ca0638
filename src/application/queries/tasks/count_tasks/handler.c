/* Of the whole installation. */
#include "application/queries/tasks/count_tasks/query.h"

SCHEMA_EMPTY(count_tasks);
SCHEMA(count_tasks_result, FIELD_LIST_OF(count_tasks_result, items, task_count));

static err count_tasks_handle(struct query_ctx *ctx, const struct count_tasks *query,
                              struct count_tasks_result *out)
{
    (void)query;
    return task_reader_count(ctx->readers->tasks, ctx->arena, &out->items);
}
QUERY(count_tasks, .needs = RUN_SYSTEM, .doc = "How many tasks there are");
