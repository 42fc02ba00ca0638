/* Its parts go: what was stored of them is in the archive. */
#include "application/commands/uploads/end_upload/command.h"

SCHEMA_EMPTY(end_upload);
SCHEMA(end_upload_result, FIELD_EMBED_OF(end_upload_result, upload, upload));

static err end_upload_handle(struct command_ctx *ctx, const struct end_upload *cmd,
                             struct end_upload_result *out)
{
    instant now = clock_now(ctx->clock);
    struct upload upload = cmd->upload;
    ctx->scope->subject_id = upload.id;
    upload.state = cmd->failure.ptr != NULL ? UPLOAD_REFUSED : UPLOAD_COMPLETED;
    upload.failure = cmd->failure;
    upload.updated_at = now;
    upload.lease_until = (instant){0};
    upload.expires_at = instant_add(now, SECONDS(UPLOAD_KEPT_SECONDS));
    TRY(upload_writer_save(ctx->uow->uploads, &upload));
    TRY(upload_writer_remove_parts(ctx->uow->uploads, upload.key));
    out->upload = upload;
    return OK;
}
COMMAND(end_upload, .needs = WRITE_STUDIES, .is_limitable = true, .doc = "End an upload");
