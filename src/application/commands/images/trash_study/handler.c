/* A change of state; no byte is touched. */
#include "application/commands/images/trash_study/command.h"

#include "application/models/legal_hold_check.h"

SCHEMA(trash_study, FIELD(trash_study, id, .flags = KEY | REQUIRED),
       FIELD(trash_study, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(trash_study_result, FIELD_EMBED_OF(trash_study_result, study, study));

static err trash_study_handle(struct command_ctx *ctx, const struct trash_study *cmd,
                              struct trash_study_result *out)
{
    struct image_row row;
    struct study *study = &row.study;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_STUDY, cmd->id, &row));
    ctx->scope->subject_id = study->id;
    if (cmd->if_match != 0 && cmd->if_match != study->version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the study");
    if (study->state != STUDY_RECEIVED)
        return ERR(CONFLICT, "the study is in the trash already");
    TRY(legal_hold_check(ctx, study));
    study->state = STUDY_TRASHED;
    study->updated_at = study->trashed_at = clock_now(ctx->clock);
    TRY(image_writer_save_study(ctx->uow->images, study));
    out->study = *study;
    return OK;
}
COMMAND(trash_study, .needs = DELETE_STUDIES, .doc = "Move a study to the trash");
