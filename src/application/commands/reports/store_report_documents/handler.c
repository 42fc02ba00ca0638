/* A task, one for each version. */
#include "application/commands/reports/store_report_documents/command.h"

#include "application/services/tasks/store_report.h"
#include "application/services/tasks/task_service.h"

SCHEMA(store_report_documents, FIELD_EMBED_OF(store_report_documents, event, event_envelope),
       FIELD(store_report_documents, report_id, .flags = REQUIRED),
       FIELD(store_report_documents, version_id, .flags = REQUIRED),
       FIELD(store_report_documents, number, .flags = REQUIRED));
SCHEMA_EMPTY(store_report_documents_result);

static err store_report_documents_handle(struct command_ctx *ctx,
                                         const struct store_report_documents *cmd,
                                         struct store_report_documents_result *out)
{
    const struct store_report_parameters parameters = {cmd->report_id, cmd->number};
    struct task task;
    (void)out;
    return task_queue(
        ctx,
        &(struct task_order){.kind = store_report_kind.name,
                             .parameters = &parameters,
                             .subject_kind = STR("report"),
                             .subject_id = cmd->report_id,
                             .idempotency_key = uuid_text(ctx->arena, cmd->version_id)},
        &task);
}
COMMAND(store_report_documents, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Have documents of a signed version stored into its study");
