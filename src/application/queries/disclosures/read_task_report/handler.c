/* As it was saved. */
#include "application/queries/disclosures/read_task_report/query.h"

SCHEMA(read_task_report, FIELD(read_task_report, task_key));
SCHEMA(read_task_report_result, FIELD(read_task_report_result, body));

static err read_task_report_handle(struct query_ctx *ctx, const struct read_task_report *query,
                                   struct read_task_report_result *out)
{
    struct task_report report = {.body = STR("")};
    err e = disclosure_reader_get_report(ctx->readers->disclosures, ctx->arena, query->task_key,
                                         &report);
    out->body = report.body;
    return e.code == ERR_NOT_FOUND ? OK : e;
}
QUERY(read_task_report, .needs = RUN_SYSTEM, .keeps_no_audit = true,
      .doc = "How far a task is, for the task itself");
