/* The study stays where it is. */
#include "application/commands/albums/remove_album_study/command.h"

SCHEMA(remove_album_study, FIELD(remove_album_study, id, .flags = KEY | REQUIRED),
       FIELD(remove_album_study, study_id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(remove_album_study_result);

static err remove_album_study_handle(struct command_ctx *ctx, const struct remove_album_study *cmd,
                                     struct remove_album_study_result *out)
{
    struct album album;
    struct study study;
    (void)out;
    TRY(album_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, &album));
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, cmd->study_id,
                               &study));
    ctx->scope->subject_id = album.id;
    return album_writer_take_study(ctx->uow->albums, album.key, study.key);
}
COMMAND(remove_album_study, .needs = SHARE_STUDIES, .doc = "Take a study out of an album");
