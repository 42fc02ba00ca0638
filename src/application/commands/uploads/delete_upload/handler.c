/* What is in the archive stays there. */
#include "application/commands/uploads/delete_upload/command.h"

SCHEMA(delete_upload, FIELD(delete_upload, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_upload_result);

static err delete_upload_handle(struct command_ctx *ctx, const struct delete_upload *cmd,
                                struct delete_upload_result *out)
{
    struct upload upload;
    (void)out;
    TRY(upload_reader_get(ctx->readers->uploads, ctx->arena, ctx->principal->organization_key,
                          principal_actor_id(ctx->principal), cmd->id, &upload));
    ctx->scope->subject_id = upload.id;
    if (upload.state == UPLOAD_COMPLETING && upload.lease_until.us > clock_now(ctx->clock).us)
        return ERR(CONFLICT, "the upload is being completed");
    return upload_writer_remove(ctx->uow->uploads, upload.key);
}
COMMAND(delete_upload, .needs = WRITE_STUDIES, .is_limitable = true, .doc = "Give an upload up");
