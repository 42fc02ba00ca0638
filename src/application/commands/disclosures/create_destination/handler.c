/* Its secret is kept sealed: it has to be sent. */
#include "application/commands/disclosures/create_destination/command.h"

SCHEMA(create_destination,
       FIELD(create_destination, name, .flags = REQUIRED, .min = 1, .max = NAME_SIZE_MAX,
             .doc = "Name", .example = "university hospital"),
       FIELD(create_destination, url, .flags = REQUIRED, .min = 1, .max = DESTINATION_URL_SIZE_MAX,
             .doc = "Root of its DICOMweb services", .example = "https://pacs.example/dicom-web"),
       FIELD(create_destination, credential, .max = 16, .check = destination_credential_complaint,
             .doc = "none, bearer, basic"),
       FIELD(create_destination, user_name, .max = SHORT_TEXT_SIZE_MAX, .doc = "Of basic"),
       FIELD(create_destination, secret, .flags = SECRET, .min = 1,
             .max = DESTINATION_SECRET_SIZE_MAX,
             .doc = "Token of bearer, password of basic; it is never shown again"));
SCHEMA(create_destination_result,
       FIELD_EMBED_OF(create_destination_result, destination, destination));

static err create_destination_handle(struct command_ctx *ctx, const struct create_destination *cmd,
                                     struct create_destination_result *out)
{
    instant now = clock_now(ctx->clock);
    struct destination_slice there;
    struct destination d = {.id = uuid_make(ctx->clock),
                            .organization_key = ctx->principal->organization_key,
                            .created_at = now,
                            .updated_at = now,
                            .name = cmd->name,
                            .url = cmd->url,
                            .credential = destination_credential_of(cmd->credential),
                            .user_name = cmd->user_name,
                            .created_by = principal_actor_id(ctx->principal)};
    if (cmd->secret.len != 0)
        d.secret = destination_secret_seal(ctx, d.id, cmd->secret);
    TRY(destination_check(ctx, &d));
    TRY(disclosure_reader_all_destinations(ctx->readers->disclosures, ctx->arena,
                                           d.organization_key, &there));
    if (there.len >= DESTINATION_COUNT_MAX)
        return ERR(CONFLICT, "there are too many destinations");
    ctx->scope->subject_id = d.id;
    err e = disclosure_writer_save_destination(ctx->uow->disclosures, &d);
    out->destination = d;
    return e.code == ERR_CONFLICT ? ERR(CONFLICT, "a destination of this name is there already")
                                  : e;
}
COMMAND(create_destination, .needs = WRITE_SETTINGS,
        .doc = "Name a server that studies may be sent to");
