/* Counts what the sender has open: each keeps bytes that are not in the archive. */
#include "application/commands/uploads/create_upload/command.h"

#include "application/models/quota.h"

static const char *sha256_complaint(str value)
{
    return object_name_is_valid(value) ? NULL : "must be 64 hexadecimal digits in lower case";
}

SCHEMA(create_upload,
       FIELD(create_upload, name, .flags = REQUIRED | PHI, .min = 1, .max = UPLOAD_NAME_SIZE_MAX,
             .check = upload_name_complaint, .doc = "What to call it", .example = "ct-head.zip"),
       FIELD_ENUM_OF(create_upload, kind, upload_kind_names, .flags = REQUIRED,
                     .doc = "folder: each part names its file; zip: all parts are one archive"),
       FIELD(create_upload, size, .flags = REQUIRED, .doc = "Bytes of all parts; at most 64 GiB"),
       FIELD(create_upload, sha256, .max = 64, .check = sha256_complaint,
             .doc = "Of all parts in order, to be held against what comes"));
SCHEMA(create_upload_result, FIELD_EMBED_OF(create_upload_result, upload, upload));

static err check(struct command_ctx *ctx, const struct create_upload *cmd, uuid owner_id)
{
    struct upload_slice ignored;
    int64_t count;
    const struct upload_filter open = {.organization_key = ctx->principal->organization_key,
                                       .owner_id = owner_id,
                                       .state = {true, UPLOAD_OPEN}};
    if (cmd->size < 1 || cmd->size > UPLOAD_SIZE_MAX) {
        issues_add(&ctx->scope->issues, STR("size"), "must be from 1 to 64 GiB");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(quota_check(ctx->readers, ctx->arena, ctx->principal->organization_key, cmd->size));
    TRY(upload_reader_find(ctx->readers->uploads, ctx->arena, &open, &ignored, &count));
    return count < UPLOAD_OPEN_COUNT_MAX
               ? OK
               : ERR(CONFLICT, "20 uploads are open: complete or delete one first");
}

static err create_upload_handle(struct command_ctx *ctx, const struct create_upload *cmd,
                                struct create_upload_result *out)
{
    instant now = clock_now(ctx->clock);
    uuid owner_id = principal_actor_id(ctx->principal);
    struct upload upload = {.id = uuid_make(ctx->clock),
                            .organization_key = ctx->principal->organization_key,
                            .created_at = now,
                            .updated_at = now,
                            .owner_id = owner_id,
                            .name = cmd->name,
                            .kind = cmd->kind,
                            .size = cmd->size,
                            .sha256 = cmd->sha256,
                            .expires_at = instant_add(now, SECONDS(UPLOAD_SECONDS))};
    TRY(check(ctx, cmd, owner_id));
    TRY(upload_writer_add(ctx->uow->uploads, &upload));
    ctx->scope->subject_id = upload.id;
    out->upload = upload;
    return OK;
}
COMMAND(create_upload, .needs = WRITE_STUDIES, .is_limitable = true, .doc = "Begin an upload");
