/* Items and subscriptions outlive a restart. */
#include "application/commands/system/report_worklist_status/command.h"

SCHEMA_EMPTY(report_worklist_status);
SCHEMA_EMPTY(report_worklist_status_result);

static err has_subscribers(struct command_ctx *ctx, bool *out)
{
    static const enum subscription_scope scopes[] = {SUBSCRIPTION_ONE, SUBSCRIPTION_GLOBAL,
                                                     SUBSCRIPTION_FILTERED};
    struct work_item_subscription_slice found;
    for (size_t i = 0; i < COUNT_OF(scopes) && !*out; i++) {
        TRY(work_item_reader_find_subscriptions(ctx->readers->work_items, ctx->arena, 0, scopes[i],
                                                1, &found));
        *out = found.len != 0;
    }
    return OK;
}

static err report_worklist_status_handle(struct command_ctx *ctx,
                                         const struct report_worklist_status *cmd,
                                         struct report_worklist_status_result *out)
{
    bool is_heard = false;
    struct work_item_event event = {.created_at = clock_now(ctx->clock),
                                    .sop_instance_uid = STR(UPS_GLOBAL_SUBSCRIPTION_UID),
                                    .type = WORK_ITEM_SCP_STATUS_CHANGE};
    (void)out;
    event.details = str_format(
        ctx->arena,
        "{\"00741242\":{\"vr\":\"CS\",\"Value\":[\"%s\"]},\"00741244\":{\"vr\":\"CS\",\"Value\":["
        "\"WARM START\"]},\"00741246\":{\"vr\":\"CS\",\"Value\":[\"WARM START\"]}}",
        cmd->is_going_down ? "GOING DOWN" : "RESTARTED");
    TRY(has_subscribers(ctx, &is_heard));
    return is_heard ? work_item_writer_tell_status(ctx->uow->work_items, &event) : OK;
}
COMMAND(report_worklist_status, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Tell that the worklist starts or ends");
