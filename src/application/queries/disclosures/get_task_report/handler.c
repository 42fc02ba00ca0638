/* Own tasks; of the organization for whoever looks after its settings. */
#include "application/queries/disclosures/get_task_report/query.h"

#include "application/services/tasks/task_end.h"
#include "base/json.h"

SCHEMA(get_task_report, FIELD(get_task_report, id, .flags = KEY | REQUIRED));
SCHEMA(get_task_report_result, FIELD_EMBED_OF(get_task_report_result, report, task_report_body));

static err get_task_report_handle(struct query_ctx *ctx, const struct get_task_report *query,
                                  struct get_task_report_result *out)
{
    struct task task;
    struct task_report report;
    struct issues issues = {.arena = ctx->arena};
    TRY(task_get_own(ctx->arena, ctx->readers, ctx->principal, query->id, &task));
    ctx->scope->subject_id = task.id;
    err e = disclosure_reader_get_report(ctx->readers->disclosures, ctx->arena, task.key, &report);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? OK : e; /* it has told nothing yet */
    return json_read(ctx->arena, report.body, &task_report_body_schema, &out->report, &issues);
}
QUERY(get_task_report, .needs = SIGNED_IN, .doc = "What a task has done, instance by instance");
