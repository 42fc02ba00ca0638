/* With its members and what shares have of it. */
#include "application/commands/albums/delete_album/command.h"

SCHEMA(delete_album, FIELD(delete_album, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_album_result);

static err delete_album_handle(struct command_ctx *ctx, const struct delete_album *cmd,
                               struct delete_album_result *out)
{
    struct album album;
    (void)out;
    TRY(album_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, &album));
    ctx->scope->subject_id = album.id;
    return album_writer_remove(ctx->uow->albums, album.key);
}
COMMAND(delete_album, .needs = SHARE_STUDIES, .doc = "Remove an album");
