/* Also on one in the trash: it stays there. The study's row is asked for first, so that nobody
 * moves it meanwhile. */
#include "application/commands/retention/place_legal_hold/command.h"

#include "application/events/legal_hold_changed.h"

SCHEMA(place_legal_hold, FIELD(place_legal_hold, id, .flags = KEY | REQUIRED),
       FIELD(place_legal_hold, reason, .flags = REQUIRED | PHI, .min = 1,
             .max = LEGAL_HOLD_REASON_SIZE_MAX, .doc = "Why", .example = "proceedings 12/2026"));
SCHEMA(place_legal_hold_result, FIELD_EMBED_OF(place_legal_hold_result, hold, legal_hold));

static err save(struct command_ctx *ctx, const struct study *study, str reason,
                struct legal_hold *hold)
{
    instant now = clock_now(ctx->clock);
    err e = retention_reader_get_hold(ctx->readers->retention, ctx->arena, study->key, hold);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    if (failed(e))
        *hold = (struct legal_hold){.id = uuid_make(ctx->clock),
                                    .organization_key = study->organization_key,
                                    .created_at = now,
                                    .study_key = study->key,
                                    .study_id = study->id};
    hold->updated_at = now;
    hold->reason = reason;
    hold->placed_by = principal_actor_id(ctx->principal);
    return failed(e) ? retention_writer_add_hold(ctx->uow->retention, hold)
                     : retention_writer_save_hold(ctx->uow->retention, hold);
}

static err place_legal_hold_handle(struct command_ctx *ctx, const struct place_legal_hold *cmd,
                                   struct place_legal_hold_result *out)
{
    struct image_row row;
    struct legal_hold hold;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_STUDY, cmd->id, &row));
    ctx->scope->subject_id = row.study.id;
    TRY(save(ctx, &row.study, cmd->reason, &hold));
    const struct legal_hold_changed event = {.study_id = row.study.id,
                                             .is_held = true,
                                             .reason = cmd->reason,
                                             .changed_by = hold.placed_by};
    TRY(mediator_publish(ctx->uow->outbox, ctx->arena, &legal_hold_changed_event,
                         row.study.organization_key, row.study.id, &event));
    out->hold = hold;
    return OK;
}
COMMAND(place_legal_hold, .needs = WRITE_SETTINGS, .doc = "Keep a study whatever else is asked");
