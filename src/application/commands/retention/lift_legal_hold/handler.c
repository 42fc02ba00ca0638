/* The row goes; who lifted it and why is in the audit trail and the event. */
#include "application/commands/retention/lift_legal_hold/command.h"

#include "application/events/legal_hold_changed.h"

SCHEMA(lift_legal_hold, FIELD(lift_legal_hold, id, .flags = KEY | REQUIRED),
       FIELD(lift_legal_hold, reason, .flags = REQUIRED | PHI, .min = 1,
             .max = LEGAL_HOLD_REASON_SIZE_MAX, .doc = "Why"));
SCHEMA_EMPTY(lift_legal_hold_result);

static err lift_legal_hold_handle(struct command_ctx *ctx, const struct lift_legal_hold *cmd,
                                  struct lift_legal_hold_result *out)
{
    struct image_row row;
    struct legal_hold hold;
    (void)out;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_STUDY, cmd->id, &row));
    ctx->scope->subject_id = row.study.id;
    TRY(retention_reader_get_hold(ctx->readers->retention, ctx->arena, row.study.key, &hold));
    TRY(retention_writer_remove_hold(ctx->uow->retention, hold.key));
    const struct legal_hold_changed event = {.study_id = row.study.id,
                                             .reason = cmd->reason,
                                             .changed_by = principal_actor_id(ctx->principal)};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &legal_hold_changed_event,
                            row.study.organization_key, row.study.id, &event);
}
COMMAND(lift_legal_hold, .needs = WRITE_SETTINGS, .doc = "Let a study be moved to the trash again");
