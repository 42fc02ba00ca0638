/* A secret goes nowhere but to the address it was given for. */
#include "application/commands/disclosures/update_destination/command.h"

SCHEMA(update_destination, FIELD(update_destination, id, .flags = KEY | REQUIRED),
       FIELD(update_destination, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_destination, name, .min = 1, .max = NAME_SIZE_MAX, .doc = "Name"),
       FIELD(update_destination, url, .min = 1, .max = DESTINATION_URL_SIZE_MAX,
             .doc = "Root of its DICOMweb services", .example = "https://pacs.example/dicom-web"),
       FIELD(update_destination, credential, .max = 16, .check = destination_credential_complaint,
             .doc = "none, bearer, basic"),
       FIELD(update_destination, user_name, .max = SHORT_TEXT_SIZE_MAX, .doc = "Of basic"),
       FIELD(update_destination, secret, .flags = SECRET, .min = 1,
             .max = DESTINATION_SECRET_SIZE_MAX,
             .doc = "Token of bearer, password of basic; it is never shown again"));
SCHEMA(update_destination_result,
       FIELD_EMBED_OF(update_destination_result, destination, destination));

static void apply(struct command_ctx *ctx, const struct update_destination *cmd,
                  struct destination *d)
{
    bool is_elsewhere = cmd->url.ptr != NULL && !str_eq(cmd->url, d->url);
    if (cmd->name.ptr != NULL)
        d->name = cmd->name;
    if (cmd->url.ptr != NULL)
        d->url = cmd->url;
    if (cmd->credential.ptr != NULL)
        d->credential = destination_credential_of(cmd->credential);
    if (cmd->user_name.ptr != NULL)
        d->user_name = cmd->user_name;
    if (cmd->secret.len != 0)
        d->secret = destination_secret_seal(ctx, d->id, cmd->secret);
    else if (is_elsewhere || d->credential == CREDENTIAL_NONE)
        d->secret = STR_NONE;
}

static err update_destination_handle(struct command_ctx *ctx, const struct update_destination *cmd,
                                     struct update_destination_result *out)
{
    struct destination d;
    TRY(disclosure_reader_get_destination(ctx->readers->disclosures, ctx->arena,
                                          ctx->principal->organization_key, cmd->id, &d));
    ctx->scope->subject_id = d.id;
    if (cmd->if_match != 0 && cmd->if_match != d.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the destination");
    apply(ctx, cmd, &d);
    TRY(destination_check(ctx, &d));
    d.updated_at = clock_now(ctx->clock);
    err e = disclosure_writer_save_destination(ctx->uow->disclosures, &d);
    out->destination = d;
    return e.code == ERR_CONFLICT ? ERR(CONFLICT, "a destination of this name is there already")
                                  : e;
}
COMMAND(update_destination, .needs = WRITE_SETTINGS, .doc = "Change a destination");
