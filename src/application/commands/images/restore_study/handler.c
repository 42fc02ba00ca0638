/* A change of state; no byte is touched. */
#include "application/commands/images/restore_study/command.h"

SCHEMA(restore_study, FIELD(restore_study, id, .flags = KEY | REQUIRED),
       FIELD(restore_study, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(restore_study_result, FIELD_EMBED_OF(restore_study_result, study, study));

static err restore_study_handle(struct command_ctx *ctx, const struct restore_study *cmd,
                                struct restore_study_result *out)
{
    struct study study;
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->principal->organization_key,
                               cmd->id, &study));
    ctx->scope->subject_id = study.id;
    if (cmd->if_match != 0 && cmd->if_match != study.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the study");
    if (study.state != STUDY_TRASHED)
        return ERR(CONFLICT, "the study is not in the trash");
    study.state = STUDY_RECEIVED;
    study.updated_at = clock_now(ctx->clock);
    study.trashed_at = (instant){0};
    err e = image_writer_save_study(ctx->uow->images, &study);
    if (e.code == ERR_PRECONDITION_FAILED && cmd->if_match == 0)
        return ERR(SERIALIZATION, "the study changed meanwhile");
    out->study = study;
    return e;
}
COMMAND(restore_study, .needs = DELETE_STUDIES, .doc = "Bring a study back from the trash");
