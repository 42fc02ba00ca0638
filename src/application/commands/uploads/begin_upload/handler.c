/* A lease, because a process that stores may die: then the next one takes over. */
#include "application/commands/uploads/begin_upload/command.h"

SCHEMA(begin_upload, FIELD(begin_upload, id, .flags = KEY | REQUIRED));
SCHEMA(begin_upload_result, FIELD_EMBED_OF(begin_upload_result, upload, upload),
       FIELD(begin_upload_result, is_done, .flags = INTERNAL));

static err check_parts(struct command_ctx *ctx, const struct upload *upload)
{
    struct upload_part_slice last;
    if (upload->received_size != upload->size)
        return ERRF(ctx->arena, CONFLICT, "%lld of %lld bytes are there",
                    (long long)upload->received_size, (long long)upload->size);
    /* as many as the number of the last: none is missing */
    TRY(upload_reader_parts(ctx->readers->uploads, ctx->arena, upload->key, upload->part_count - 1,
                            2, &last));
    return last.len == 1 && last.at[0].number == upload->part_count
               ? OK
               : ERR(CONFLICT, "parts are numbered from 1 on, and one is missing");
}

static err begin_upload_handle(struct command_ctx *ctx, const struct begin_upload *cmd,
                               struct begin_upload_result *out)
{
    instant now = clock_now(ctx->clock);
    struct upload upload;
    TRY(upload_reader_get(ctx->readers->uploads, ctx->arena, ctx->principal->organization_key,
                          principal_actor_id(ctx->principal), cmd->id, &upload));
    ctx->scope->subject_id = upload.id;
    out->is_done = upload.state == UPLOAD_COMPLETED || upload.state == UPLOAD_REFUSED;
    out->upload = upload;
    if (out->is_done)
        return OK;
    if (upload.state == UPLOAD_COMPLETING && upload.lease_until.us > now.us)
        return ERR(CONFLICT, "the upload is being completed");
    TRY(check_parts(ctx, &upload));
    upload.state = UPLOAD_COMPLETING;
    upload.updated_at = now;
    upload.lease_until = instant_add(now, SECONDS(UPLOAD_LEASE_SECONDS));
    err e = upload_writer_save(ctx->uow->uploads, &upload);
    out->upload = upload;
    return e.code == ERR_PRECONDITION_FAILED ? ERR(CONFLICT, "the upload is being changed") : e;
}
COMMAND(begin_upload, .needs = WRITE_STUDIES, .is_limitable = true, .doc = "Complete an upload");
