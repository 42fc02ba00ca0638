/* Whoever makes it is its owner. */
#include "application/commands/albums/create_album/command.h"

#include "application/models/made_often.h"

SCHEMA(create_album,
       FIELD(create_album, name, .flags = REQUIRED, .min = 1, .max = NAME_SIZE_MAX,
             .example = "Teaching: lung"),
       FIELD(create_album, description, .max = LONG_TEXT_SIZE_MAX));
SCHEMA(create_album_result, FIELD_EMBED_OF(create_album_result, album, album));

static err create_album_handle(struct command_ctx *ctx, const struct create_album *cmd,
                               struct create_album_result *out)
{
    instant now = clock_now(ctx->clock);
    TRY(made_often_check(ctx, "albums"));
    out->album = (struct album){.id = uuid_make(ctx->clock),
                                .organization_key = ctx->principal->organization_key,
                                .created_at = now,
                                .updated_at = now,
                                .name = cmd->name,
                                .description = cmd->description,
                                .owner_key = ctx->principal->user_key,
                                .owner_id = ctx->principal->user_id};
    ctx->scope->subject_id = out->album.id;
    return album_writer_add(ctx->uow->albums, &out->album);
}
COMMAND(create_album, .needs = SHARE_STUDIES, .doc = "Make an album");
