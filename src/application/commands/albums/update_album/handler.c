/* By its owner, or by who looks after the organization. */
#include "application/commands/albums/update_album/command.h"

SCHEMA(update_album, FIELD(update_album, id, .flags = KEY | REQUIRED),
       FIELD(update_album, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_album, name, .min = 1, .max = NAME_SIZE_MAX),
       FIELD(update_album, description, .max = LONG_TEXT_SIZE_MAX));
SCHEMA(update_album_result, FIELD_EMBED_OF(update_album_result, album, album));

static err update_album_handle(struct command_ctx *ctx, const struct update_album *cmd,
                               struct update_album_result *out)
{
    struct album *album = &out->album;
    TRY(album_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, album));
    ctx->scope->subject_id = album->id;
    if (cmd->if_match != 0 && cmd->if_match != album->version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the album");
    if (cmd->name.ptr != NULL)
        album->name = cmd->name;
    if (cmd->description.ptr != NULL)
        album->description = cmd->description;
    album->updated_at = clock_now(ctx->clock);
    return album_writer_save(ctx->uow->albums, album);
}
COMMAND(update_album, .needs = SHARE_STUDIES, .doc = "Change an album");
