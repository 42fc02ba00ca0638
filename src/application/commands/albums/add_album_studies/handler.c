/* Studies that whoever puts them there may see, all or none of them. */
#include "application/commands/albums/add_album_studies/command.h"

#include "base/arena.h"

SCHEMA(add_album_studies, FIELD(add_album_studies, id, .flags = KEY | REQUIRED),
       FIELD(add_album_studies, study_ids, .flags = REQUIRED, .min = 1,
             .max = SHARE_STUDY_COUNT_MAX, .doc = "Identifiers of studies"));
SCHEMA_EMPTY(add_album_studies_result);

static err add_album_studies_handle(struct command_ctx *ctx, const struct add_album_studies *cmd,
                                    struct add_album_studies_result *out)
{
    struct album album;
    struct uuid_slice ids;
    (void)out;
    if (!permissions_have(ctx->principal->permissions, READ_STUDIES))
        return ERR(FORBIDDEN, "nobody shares what they do not see");
    TRY(ids_read(ctx, &cmd->study_ids, "study_ids", &ids));
    TRY(album_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, &album));
    struct study *studies = NEW_ARRAY(ctx->arena, struct study, ids.len);
    for (size_t i = 0; i < ids.len; i++)
        TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, ids.at[i],
                                   &studies[i]));
    for (size_t i = 0; i < ids.len; i++)
        TRY(album_writer_put_study(ctx->uow->albums, album.key, studies[i].key,
                                   ctx->principal->user_id, clock_now(ctx->clock)));
    ctx->scope->subject_id = album.id;
    return OK;
}
COMMAND(add_album_studies, .needs = SHARE_STUDIES, .doc = "Put studies into an album");
