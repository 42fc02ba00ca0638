/* Whoever lost the lease finds another version and stops. */
#include "application/commands/uploads/record_upload_files/command.h"

SCHEMA_EMPTY(record_upload_files);
SCHEMA_EMPTY(record_upload_files_result);

static err record_upload_files_handle(struct command_ctx *ctx,
                                      const struct record_upload_files *cmd,
                                      struct record_upload_files_result *out)
{
    instant now = clock_now(ctx->clock);
    struct upload upload = cmd->upload;
    upload.updated_at = now;
    upload.lease_until = instant_add(now, cmd->lets_go ? 0 : SECONDS(UPLOAD_LEASE_SECONDS));
    for (size_t i = 0; i < cmd->files.len; i++) {
        struct upload_file file = cmd->files.at[i];
        TRY(upload_writer_add_file(ctx->uow->uploads, &file));
        upload.stored_count += file.outcome == UPLOAD_STORED || file.outcome == UPLOAD_KEPT_BESIDE;
        upload.there_count += file.outcome == UPLOAD_ALREADY_THERE;
        upload.refused_count += file.outcome == UPLOAD_FILE_REFUSED;
    }
    TRY(upload_writer_save(ctx->uow->uploads, &upload));
    out->upload = upload;
    return OK;
}
COMMAND(record_upload_files, .needs = WRITE_STUDIES, .is_limitable = true, .keeps_no_audit = true,
        .doc = "Keep what became of files of an upload");
