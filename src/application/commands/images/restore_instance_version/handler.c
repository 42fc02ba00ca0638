/* Its bytes are read again as when they came, before the unit of work begins; then they take the
 * place of what is served, as a newcomer does. */
#include "application/commands/images/restore_instance_version/command.h"

#include "application/models/instance_versions.h"
#include "application/models/study_recount.h"
#include "application/services/ingest_service.h"

SCHEMA(restore_instance_version, FIELD(restore_instance_version, id, .flags = KEY | REQUIRED),
       FIELD(restore_instance_version, version_id, .flags = KEY | REQUIRED),
       FIELD(restore_instance_version, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(restore_instance_version_result,
       FIELD_EMBED_OF(restore_instance_version_result, instance, instance));

static err find(struct command_ctx *ctx, int64_t instance_key, uuid id,
                struct instance_version *out)
{
    return image_reader_get_version(ctx->readers->images, ctx->arena, instance_key, id, out);
}

static err restore_instance_version_handle(struct command_ctx *ctx,
                                           const struct restore_instance_version *cmd,
                                           struct restore_instance_version_result *out)
{
    int64_t organization_key = ctx->principal->organization_key;
    struct instance_content content;
    struct instance_version version;
    struct instance instance;
    struct image_row row;
    TRY(image_reader_get_instance(ctx->readers->images, ctx->arena, ctx->access, cmd->id,
                                  &instance));
    ctx->scope->subject_id = instance.id;
    TRY(find(ctx, instance.key, cmd->version_id, &version));
    TRY(ingest_again(ctx->scope, version.object_name, &content));
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, organization_key, LEVEL_INSTANCE,
                               cmd->id, &row));
    if (cmd->if_match != 0 && cmd->if_match != row.instance.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the instance");
    TRY(study_must_be_there(&row));
    if (row.instance.state != STUDY_RECEIVED)
        return ERR(CONFLICT, "the instance is in the trash");
    TRY(find(ctx, instance.key, cmd->version_id, &version)); /* it may have been meanwhile */
    TRY(instance_replace(ctx, &row, &content, VERSION_RESTORED));
    out->instance = row.instance;
    return OK;
}
COMMAND(restore_instance_version, .needs = DELETE_STUDIES,
        .doc = "Make a version of an instance what is served");
