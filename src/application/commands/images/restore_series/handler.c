/* As of a study: what is in the trash because all that was in it is, comes back with that. */
#include "application/commands/images/restore_series/command.h"

#include "application/models/study_recount.h"

SCHEMA(restore_series, FIELD(restore_series, id, .flags = KEY | REQUIRED),
       FIELD(restore_series, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(restore_series_result, FIELD_EMBED_OF(restore_series_result, series, series));

static err restore_series_handle(struct command_ctx *ctx, const struct restore_series *cmd,
                                 struct restore_series_result *out)
{
    struct image_row row;
    struct series *series = &row.series;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_SERIES, cmd->id, &row));
    ctx->scope->subject_id = series->id;
    if (cmd->if_match != 0 && cmd->if_match != series->version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the series");
    if (series->state != STUDY_TRASHED)
        return ERR(CONFLICT, "the series is not in the trash");
    if (is_trashed_itself(row.study.state, row.study.trashed_at))
        return ERR(CONFLICT, "the study is in the trash: it has to come back first");
    if (is_trashed_itself(series->state, series->trashed_at)) {
        series->state = STUDY_RECEIVED;
        series->trashed_at = (instant){0};
        TRY(study_recount_with_series(ctx, &row));
    } else {
        TRY(image_writer_revive(ctx->uow->images, row.study.key, series->key,
                                clock_now(ctx->clock)));
        TRY(study_recount(ctx, &row));
    }
    out->series = *series;
    return OK;
}
COMMAND(restore_series, .needs = DELETE_STUDIES, .doc = "Bring a series back from the trash");
