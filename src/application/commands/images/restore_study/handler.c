/* A change of state; no byte is touched. A study that is in the trash because all that was in it
 * is, has nothing of its own to come back: it comes with all of that. */
#include "application/commands/images/restore_study/command.h"

#include "application/models/study_recount.h"

/* Its images may be gone for good, and only reports be left that are about it. */
static err must_have_images(struct command_ctx *ctx, const struct study *study)
{
    struct image_contents contents;
    TRY(image_writer_contents(ctx->uow->images, ctx->arena, study->key, &contents));
    return contents.series.len != 0 ? OK : ERR(CONFLICT, "its images are gone for good");
}

SCHEMA(restore_study, FIELD(restore_study, id, .flags = KEY | REQUIRED),
       FIELD(restore_study, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(restore_study_result, FIELD_EMBED_OF(restore_study_result, study, study));

static err restore_study_handle(struct command_ctx *ctx, const struct restore_study *cmd,
                                struct restore_study_result *out)
{
    struct image_row row;
    struct study *study = &row.study;
    instant now = clock_now(ctx->clock);
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_STUDY, cmd->id, &row));
    ctx->scope->subject_id = study->id;
    if (cmd->if_match != 0 && cmd->if_match != study->version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the study");
    if (study->state != STUDY_TRASHED)
        return ERR(CONFLICT, "the study is not in the trash");
    TRY(must_have_images(ctx, study));
    if (is_trashed_itself(study->state, study->trashed_at)) {
        study->state = STUDY_RECEIVED;
        study->updated_at = now;
        study->trashed_at = (instant){0};
        TRY(image_writer_save_study(ctx->uow->images, study));
    } else {
        TRY(image_writer_revive(ctx->uow->images, study->key, 0, now));
        TRY(study_recount(ctx, &row));
    }
    out->study = *study;
    return OK;
}
COMMAND(restore_study, .needs = DELETE_STUDIES, .doc = "Bring a study back from the trash");
