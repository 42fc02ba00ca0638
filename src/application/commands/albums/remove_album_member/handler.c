/* The grant goes, whoever has it. */
#include "application/commands/albums/remove_album_member/command.h"

SCHEMA(remove_album_member, FIELD(remove_album_member, id, .flags = KEY | REQUIRED),
       FIELD(remove_album_member, grant_id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(remove_album_member_result);

static err remove_album_member_handle(struct command_ctx *ctx,
                                      const struct remove_album_member *cmd,
                                      struct remove_album_member_result *out)
{
    struct album album;
    struct grant grant;
    (void)out;
    TRY(album_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, &album));
    TRY(grant_reader_get(ctx->readers->grants, ctx->arena, album.organization_key, cmd->grant_id,
                         &grant));
    if (grant.granted_kind != GRANTED_ALBUM || grant.granted_key != album.key)
        return ERR(NOT_FOUND, "not found");
    ctx->scope->subject_id = album.id;
    return grant_writer_remove(ctx->uow->grants, grant.key);
}
COMMAND(remove_album_member, .needs = SHARE_STUDIES, .doc = "Let somebody see an album no more");
