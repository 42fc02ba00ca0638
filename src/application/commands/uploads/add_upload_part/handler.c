/* The same part again changes nothing but the time until which the upload is kept. */
#include "application/commands/uploads/add_upload_part/command.h"

SCHEMA(add_upload_part, FIELD(add_upload_part, id, .flags = KEY | REQUIRED),
       FIELD(add_upload_part, number, .flags = INTERNAL),
       FIELD(add_upload_part, name, .flags = INTERNAL | PHI),
       FIELD(add_upload_part, size, .flags = INTERNAL),
       FIELD(add_upload_part, sha256, .flags = INTERNAL));
SCHEMA(add_upload_part_result, FIELD_EMBED_OF(add_upload_part_result, part, upload_part));

static err read_upload(struct command_ctx *ctx, uuid id, struct upload *out)
{
    TRY(upload_reader_get(ctx->readers->uploads, ctx->arena, ctx->principal->organization_key,
                          principal_actor_id(ctx->principal), id, out));
    return out->state == UPLOAD_OPEN ? OK : ERR(CONFLICT, "the upload takes no more parts");
}

static err add_upload_part_handle(struct command_ctx *ctx, const struct add_upload_part *cmd,
                                  struct add_upload_part_result *out)
{
    instant now = clock_now(ctx->clock);
    struct upload upload;
    opt_i64 replaced;
    struct upload_part part = {.number = cmd->number,
                               .name = cmd->name,
                               .size = cmd->size,
                               .sha256 = cmd->sha256,
                               .created_at = now};
    TRY(read_upload(ctx, cmd->id, &upload));
    part.upload_key = upload.key;
    /* the turn of the writer first: then nobody else's part comes between reading and counting */
    TRY(upload_writer_put_part(ctx->uow->uploads, &part, &replaced));
    TRY(read_upload(ctx, cmd->id, &upload));
    upload.received_size += cmd->size - replaced.value;
    upload.part_count += !replaced.is_set;
    if (upload.received_size > upload.size)
        return ERR(TOO_LARGE, "the parts are longer than the upload was announced");
    upload.updated_at = now;
    upload.expires_at = instant_add(now, SECONDS(UPLOAD_SECONDS));
    TRY(upload_writer_save(ctx->uow->uploads, &upload));
    out->part = part;
    return OK;
}
COMMAND(add_upload_part, .needs = WRITE_STUDIES, .is_limitable = true, .keeps_no_audit = true,
        .doc = "Send a part of an upload");
