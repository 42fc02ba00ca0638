/* A change of state, and what the study counts. */
#include "application/commands/images/trash_series/command.h"

#include "application/models/legal_hold_check.h"
#include "application/models/study_recount.h"

SCHEMA(trash_series, FIELD(trash_series, id, .flags = KEY | REQUIRED),
       FIELD(trash_series, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(trash_series_result, FIELD_EMBED_OF(trash_series_result, series, series));

static err trash_series_handle(struct command_ctx *ctx, const struct trash_series *cmd,
                               struct trash_series_result *out)
{
    struct image_row row;
    struct series *series = &row.series;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_SERIES, cmd->id, &row));
    ctx->scope->subject_id = series->id;
    if (cmd->if_match != 0 && cmd->if_match != series->version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the series");
    if (series->state != STUDY_RECEIVED)
        return ERR(CONFLICT, "the series is in the trash already");
    TRY(study_must_be_there(&row));
    TRY(legal_hold_check(ctx, &row.study));
    series->state = STUDY_TRASHED;
    series->trashed_at = clock_now(ctx->clock);
    TRY(study_recount_with_series(ctx, &row));
    out->series = *series;
    return OK;
}
COMMAND(trash_series, .needs = DELETE_STUDIES, .doc = "Move a series to the trash");
